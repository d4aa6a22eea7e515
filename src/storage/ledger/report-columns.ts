/** What a usage report groups by, as SQL: dimensions of keys (`k`), and what stands in the rows alone (`u`): users, sessions and tags. */
import type { SqlValue } from '../database/database.ts';
import type { UsageDimension, UsageQuery } from './ledger.ts';
import { keyColumns } from './usage-rows.ts';

export interface ReportColumn {
  /** In the rows of the database: '' for what has no value. */
  readonly alias: string;
  readonly of: { readonly dimension: UsageDimension } | { readonly tag: string };
}

/** Dimensions that stand in the rows alone, and their columns. */
const inRows: Readonly<Partial<Record<UsageDimension, string>>> = { user: 'end_user', session: 'session' };

const dimensions: readonly UsageDimension[] = [...keyColumns.filter((column) => column !== 'provider'), 'user', 'session'];

/** In the order in which totals stand. */
export const columnsOf = ({ groupBy, tags = [] }: Pick<UsageQuery, 'groupBy' | 'tags'>): readonly ReportColumn[] => [
  ...dimensions.flatMap((dimension) => (groupBy.includes(dimension) ? [{ alias: dimension, of: { dimension } }] : [])),
  ...tags.map((tag, index) => ({ alias: `tag_${index}`, of: { tag } })),
];

/** Whether the roll-up by the hour knows too little: it has no users, sessions and tags. */
export const needsRows = ({ groupBy, tags = [], where = {}, only }: Pick<UsageQuery, 'groupBy' | 'tags' | 'where' | 'only'>): boolean =>
  groupBy.some((dimension) => inRows[dimension] !== undefined) ||
  tags.length > 0 ||
  where.users !== undefined ||
  where.tags !== undefined ||
  only?.user !== undefined;

export function sqlOf({ alias, of }: ReportColumn, bound: (value: SqlValue) => string): string {
  if ('tag' in of) return `coalesce((select t.value from json_each(u.tags) t where t.key = ${bound(of.tag)}), '') as ${alias}`;
  const column = inRows[of.dimension];
  return column === undefined ? `k.${alias}` : `coalesce(u.${column}, '') as "${alias}"`;
}

/** Behind the conditions on the time of a row. */
export function rowConditions({ where = {}, only }: Pick<UsageQuery, 'where' | 'only'>, bound: (value: SqlValue) => string): string {
  const users = where.users === undefined ? null : `end_user in (${where.users.map(bound).join(', ')})`;
  const own = only?.user === undefined ? null : `end_user = ${bound(only.user)}`;
  const tags = Object.entries(where.tags ?? {}).map(
    ([name, value]) => `exists (select 1 from json_each(usage_rows.tags) t where t.key = ${bound(name)} and t.value = ${bound(value)})`,
  );
  return [users, own, ...tags].flatMap((condition) => (condition === null ? [] : [` and ${condition}`])).join('');
}
