import type { Statements } from './database.ts';
import type { WordHit } from './passages.ts';
import { hitsOf } from './passages-rows.ts';
import { seen } from './passages-versions.ts';

/** Of scope, title, headings and body. */
const weights = '0.0, 2.0, 1.5, 1.0';

/** The word that all rows of a collection have in the full-text index. */
export const scopeOf = (collection: number): string => `c${collection}`;
const inScope = (collection: number, terms: readonly string[]): string =>
  `scope : ${scopeOf(collection)} AND {title headings body} : (${terms.join(' OR ')})`;

export async function byWords(database: Statements, collection: number, terms: readonly string[], most: number): Promise<WordHit[]> {
  const found = await database.all(
    `select rowid as id, -bm25(passage_words, ${weights}) as score from passage_words where passage_words match $1 and ${seen('rowid')}
     order by score desc, rowid limit $2`,
    [inScope(collection, terms), most],
  );
  if (found.length === 0) return [];
  const coverage = await coverageOf(
    database,
    collection,
    terms,
    found.map((row) => Number(row['id'])),
  );
  const hits = await hitsOf(
    database,
    found.map((row) => ({ id: Number(row['id']), score: Number(row['score']), vector: null })),
  );
  return hits.map((hit): WordHit => ({ ...hit, coverage: coverage.get(Number(hit.passage.id)) ?? 0 }));
}

/** For each passage, the share of the terms' weight that it contains. */
async function coverageOf(
  database: Statements,
  collection: number,
  terms: readonly string[],
  ids: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const [counted] = await database.all('select coalesce(sum(passages), 0) as n from sources where collection_id = $1', [collection]);
  const all = Number(counted?.['n']);
  const rows = await database.all(
    `select (
       select json_array(count(*), json_group_array(rowid) filter (where rowid in (select value from json_each($2))))
       from passage_words where passage_words match term.value and ${seen('rowid')}
     ) as found from json_each($1) term`,
    [JSON.stringify(terms.map((term) => inScope(collection, [term]))), JSON.stringify(ids)],
  );
  const sums = new Map<number, number>();
  let total = 0;
  for (const row of rows) {
    const [count, having] = JSON.parse(String(row['found'])) as [number, number[]];
    const weight = Math.log(1 + (all - count + 0.5) / (count + 0.5));
    total += weight;
    for (const id of having) sums.set(id, (sums.get(id) ?? 0) + weight);
  }
  return new Map([...sums].map(([id, sum]) => [id, total === 0 ? 0 : sum / total]));
}
