/** SQL columns that a usage report groups by: dimensions in `usage_keys` (`k`), and users, sessions and tags, which are only in the rows (`u`). */
import type { SqlValue } from '../../database/database.ts';
import { type UsageDimension, type UsageQuery, usageDimensions } from '../ledger.ts';
import { hourMs } from '../roll-ups.ts';

export interface ReportColumn {
  /** Name of the column in results. A missing value is ''. */
  readonly alias: string;
  readonly of: { readonly dimension: UsageDimension } | { readonly tag: string };
}

/** Dimensions that only the rows have, and their columns. */
const inRows: Readonly<Partial<Record<UsageDimension, string>>> = { user: 'end_user', session: 'session' };

/** Columns in the order in which totals have them. */
export const columnsOf = ({ groupBy, tags = [] }: Pick<UsageQuery, 'groupBy' | 'tags'>): readonly ReportColumn[] => [
  ...usageDimensions.flatMap((dimension) => (groupBy.includes(dimension) ? [{ alias: dimension, of: { dimension } }] : [])),
  ...tags.map((tag, index) => ({ alias: `tag_${index}`, of: { tag } })),
];

/** Whether the report must read rows, because the roll-ups have no users, sessions and tags. */
export const needsRows = ({ groupBy, tags = [], where = {}, only }: Pick<UsageQuery, 'groupBy' | 'tags' | 'where' | 'only'>): boolean =>
  [...groupBy, ...dimensionsIn(where)].some((dimension) => inRows[dimension] !== undefined) ||
  tags.length > 0 ||
  where.tags !== undefined ||
  only?.user !== undefined;

/** Maximum range of a report that must read every row: 31 days. */
export const maxRowsRangeMs = 31 * 24 * hourMs;

type Where = NonNullable<UsageQuery['where']>;

export const dimensionsIn = ({ values = {} }: Where): readonly UsageDimension[] =>
  usageDimensions.filter((name) => values[name] !== undefined);

export function sqlOf({ alias, of }: ReportColumn, bound: (value: SqlValue) => string): string {
  if ('tag' in of) return `coalesce((select t.value from json_each(u.tags) t where t.key = ${bound(of.tag)}), '') as ${alias}`;
  const column = inRows[of.dimension];
  return column === undefined ? `k.${alias}` : `coalesce(u.${column}, '') as "${alias}"`;
}

/** Conditions on rows (`r`). Each begins with ` and `. */
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

/** Conditions on keys (`k`). */
export function keyConditions({ where = {}, only }: Pick<UsageQuery, 'where' | 'only'>, bound: (value: SqlValue) => string): string {
  const values = dimensionsIn(where).flatMap((name) =>
    inRows[name] === undefined ? [among(`k.${name}`, where.values?.[name] ?? [], bound)] : [],
  );
  return [...values, onlyOf(only, bound)].filter((condition) => condition !== '').join(' and ') || 'true';
}

/** Condition on the keys of rows. An empty text allows all rows. */
export function onlyOf(only: UsageQuery['only'], bound: (value: SqlValue) => string): string {
  if (only === null) return '';
  // Rows without a team or organisation have '' there, which must match nobody.
  if ('team' in only) return `k.team = ${bound(only.team)} and k.team <> ''`;
  if ('organisation' in only) return `k.organisation = ${bound(only.organisation)} and k.organisation <> ''`;
  return `k.principal = ${bound(only.principal)}`;
}

/** Null is stored as ''. */
const among = (column: string, values: readonly (string | null)[], bound: (value: SqlValue) => string): string =>
  values.length === 0 ? 'false' : `${column} in (${values.map((value) => bound(value ?? '')).join(', ')})`;
