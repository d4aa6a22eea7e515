/** Ratings of completions, summed by the ledger dimensions of their calls. */
import type { Database, SqlValue } from '../database/database.ts';
import type { UsageQuery } from '../ledger/ledger.ts';
import { onlyOf } from '../ledger/report/report-columns.ts';

export type RatingDimension = 'coordinate' | 'route' | 'model' | 'prompt';

export interface RatingQuery {
  /** Time range in which the ratings were given, in milliseconds since 1970, UTC: `from` is inclusive, `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  readonly by: RatingDimension;
  readonly first: number;
  /** Keeps only ratings of calls whose ledger rows match. */
  readonly only: UsageQuery['only'];
}

export interface RatingTotal {
  /** Null where the calls have no value in the dimension. */
  readonly key: string | null;
  readonly ratings: number;
  readonly average: number;
  /** Number of ratings above 0 (`good`) and below 0 (`bad`). */
  readonly good: number;
  readonly bad: number;
}

const keys: Readonly<Record<RatingDimension, string>> = {
  coordinate: 'k.coordinate',
  route: 'k.route',
  model: 'k.model',
  prompt: `coalesce((select t.value from json_each(u.tags) t where t.key = 'prompt'), '')`,
};

/**
 * Returns the groups with the most ratings first. A call that several fields share counts once in each group. Ratings of calls that have left the
 * ledger are not counted.
 */
export async function ratingTotals(database: Database, { from, to, by, first, only }: RatingQuery): Promise<readonly RatingTotal[]> {
  const values: SqlValue[] = [from, to, first];
  const bound = (value: SqlValue): string => `$${values.push(value)}`;
  const of = only === null ? '' : ` and ${onlyOf(only, bound)}`;
  const user = only?.user === undefined ? '' : ` and u.end_user = ${bound(only.user)}`;
  const rows = await database.all(
    `select d.name as name, count(*) as ratings, avg(d.score) as average,
       sum(case when d.score > 0 then 1 else 0 end) as good, sum(case when d.score < 0 then 1 else 0 end) as bad
     from (select distinct c.completion_id, c.principal, c.score, ${keys[by]} as name
       from completion_ratings c join usage_rows u on u.call_id = c.completion_id join usage_keys k on k.id = u.key_id
       where c.rated_at >= $1 and c.rated_at < $2${of}${user}) d
     group by d.name order by ratings desc, d.name limit $3`,
    values,
  );
  return rows.map((row) => ({
    key: row['name'] === '' ? null : String(row['name']),
    ratings: Number(row['ratings']),
    average: Number(row['average']),
    good: Number(row['good']),
    bad: Number(row['bad']),
  }));
}
