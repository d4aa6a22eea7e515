/** What a usage report groups by, as SQL: dimensions of keys (`k`), and what stands in the rows alone (`u`): users, sessions and tags. */
import type { SqlValue } from '../../database/database.ts';
import { type UsageDimension, type UsageQuery, usageDimensions } from '../ledger.ts';
import { hourMs } from '../roll-ups.ts';

export interface ReportColumn {
  /** In the rows of the database: '' for what has no value. */
  readonly alias: string;
  readonly of: { readonly dimension: UsageDimension } | { readonly tag: string };
}

/** Dimensions that stand in the rows alone, and their columns. */
const inRows: Readonly<Partial<Record<UsageDimension, string>>> = { user: 'end_user', session: 'session' };

/** In the order in which totals stand. */
export const columnsOf = ({ groupBy, tags = [] }: Pick<UsageQuery, 'groupBy' | 'tags'>): readonly ReportColumn[] => [
  ...usageDimensions.flatMap((dimension) => (groupBy.includes(dimension) ? [{ alias: dimension, of: { dimension } }] : [])),
  ...tags.map((tag, index) => ({ alias: `tag_${index}`, of: { tag } })),
];

/** Whether the roll-ups know too little: they have no users, sessions and tags. */
export const needsRows = ({ groupBy, tags = [], where = {}, only }: Pick<UsageQuery, 'groupBy' | 'tags' | 'where' | 'only'>): boolean =>
  [...groupBy, ...dimensionsIn(where)].some((dimension) => inRows[dimension] !== undefined) ||
  tags.length > 0 ||
  where.tags !== undefined ||
  only?.user !== undefined;

/** How long a time may be of which rows are looked through one by one: 31 days. */
export const maxRowsRangeMs = 31 * 24 * hourMs;

type Where = NonNullable<UsageQuery['where']>;

export const dimensionsIn = ({ values = {} }: Where): readonly UsageDimension[] =>
  usageDimensions.filter((name) => values[name] !== undefined);

export function sqlOf({ alias, of }: ReportColumn, bound: (value: SqlValue) => string): string {
  if ('tag' in of) return `coalesce((select t.value from json_each(u.tags) t where t.key = ${bound(of.tag)}), '') as ${alias}`;
  const column = inRows[of.dimension];
  return column === undefined ? `k.${alias}` : `coalesce(u.${column}, '') as "${alias}"`;
}

/** On the rows, `r`: each begins with ` and `. */
export function rowConditions({ where = {}, only }: Pick<UsageQuery, 'where' | 'only'>, bound: (value: SqlValue) => string): string {
  const values = dimensionsIn(where).flatMap((name) => {
    const column = inRows[name];
    return column === undefined ? [] : [among(`coalesce(r.${column}, '')`, where.values?.[name] ?? [], bound)];
  });
  const own = only?.user === undefined ? [] : [`r.end_user = ${bound(only.user)}`];
  const tags = Object.entries(where.tags ?? {}).map(
    ([name, value]) => `exists (select 1 from json_each(r.tags) t where t.key = ${bound(name)} and t.value = ${bound(value)})`,
  );
  return [...values, ...own, ...tags].map((condition) => ` and ${condition}`).join('');
}

/** On the keys, `k`. */
export function keyConditions({ where = {}, only }: Pick<UsageQuery, 'where' | 'only'>, bound: (value: SqlValue) => string): string {
  const values = dimensionsIn(where).flatMap((name) =>
    inRows[name] === undefined ? [among(`k.${name}`, where.values?.[name] ?? [], bound)] : [],
  );
  return [...values, onlyOf(only, bound)].filter((condition) => condition !== '').join(' and ') || 'true';
}

/** A condition on the keys of rows; empty: all. */
export function onlyOf(only: UsageQuery['only'], bound: (value: SqlValue) => string): string {
  if (only === null) return '';
  // '' is how rows without a team and an organisation are stored: it is nobody's.
  if ('team' in only) return `k.team = ${bound(only.team)} and k.team <> ''`;
  if ('organisation' in only) return `k.organisation = ${bound(only.organisation)} and k.organisation <> ''`;
  return `k.principal = ${bound(only.principal)}`;
}

/** Null is stored as ''. */
const among = (column: string, values: readonly (string | null)[], bound: (value: SqlValue) => string): string =>
  values.length === 0 ? 'false' : `${column} in (${values.map((value) => bound(value ?? '')).join(', ')})`;
