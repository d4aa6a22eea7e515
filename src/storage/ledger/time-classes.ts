/**
 * How long calls took, counted in classes that grow by a tenth each. Counts of any two periods add up, so that roll-ups keep them, and a
 * percentile is within 5 % of the exact one.
 */

/** Number of calls per class. The key is `l` and the class of the whole call's time, or `f` and the class of the first token's time. */
export type TimeCounts = Map<string, number>;

export interface TimePercentiles {
  /** Milliseconds, within 5 %. */
  readonly p50Ms: number;
  readonly p95Ms: number;
}

const growth = 1.1;

/** Class 0 is less than 1 ms; class n is from 1.1ⁿ⁻¹ ms to 1.1ⁿ ms. */
const classOf = (ms: number): number => (ms < 1 ? 0 : 1 + Math.floor(Math.log(ms) / Math.log(growth)));

/** The same in SQL, for a column of whole milliseconds. */
const classSql = (column: string): string =>
  `case when ${column} < 1 then 0 else 1 + cast(floor(ln(${column}) / ln(${growth})) as integer) end`;

/** The classes of a row of `usage_rows`; the second is null for a call that had no first token. */
export const classesSql = {
  latency: `'l' || (${classSql('latency_ms')})`,
  firstToken: `'f' || (${classSql('first_token_ms')})`,
} as const;

/** What a row of `usage_rows` adds, as text. */
export const timesSql = `${classesSql.latency} || ':1' || coalesce(',' || ${classesSql.firstToken} || ':1', '')`;

export function countTimes(
  times: TimeCounts,
  row: { readonly latencyMs: number; readonly timeToFirstTokenMs: number | null },
  by: number,
): void {
  add(times, `l${classOf(Math.round(row.latencyMs))}`, by);
  if (row.timeToFirstTokenMs !== null) add(times, `f${classOf(Math.round(row.timeToFirstTokenMs))}`, by);
}

/** Adds a text of counts, such as `l41:3,f30:3`. */
export function addTimes(times: TimeCounts, text: string): void {
  for (const part of text === '' ? [] : text.split(',')) {
    const colon = part.indexOf(':');
    add(times, part.slice(0, colon), Number(part.slice(colon + 1)));
  }
}

export const textOfTimes = (times: TimeCounts): string =>
  [...times].flatMap(([name, count]) => (count > 0 ? [`${name}:${count}`] : [])).join(',');

/** Null when nothing was counted. */
export function percentilesOf(times: TimeCounts, kind: 'l' | 'f'): TimePercentiles | null {
  const counts = [...times]
    .flatMap(([name, count]) => (name.startsWith(kind) && count > 0 ? [{ at: Number(name.slice(1)), count }] : []))
    .sort((a, b) => a.at - b.at);
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return null;
  const at = (part: number): number => {
    let seen = 0;
    for (const { at, count } of counts) {
      seen += count;
      if (seen >= part * all) return middleOf(at);
    }
    return 0;
  };
  return { p50Ms: at(0.5), p95Ms: at(0.95) };
}

/** Middle of the class in milliseconds, rounded to a tenth. */
const middleOf = (at: number): number => (at === 0 ? 0 : Math.round(10 * growth ** (at - 0.5)) / 10);

function add(times: TimeCounts, name: string, by: number): void {
  times.set(name, (times.get(name) ?? 0) + by);
}
