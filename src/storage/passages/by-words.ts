import { type Turns, turnsOf } from '../../core/turns/turns.ts';
import type { Statements } from '../database/database.ts';
import { hitsOf } from './passage-rows.ts';
import type { WordHit } from './passages.ts';
import { seen } from './source-versions.ts';

/** Weights of scope, title, headings and body. */
const weights = '0.0, 2.0, 1.5, 1.0';

/** The word that all rows of a collection have in the full-text index. */
export const scopeOf = (collection: number): string => `c${collection}`;
const inScope = (collection: number, terms: readonly string[]): string =>
  `scope : ${scopeOf(collection)} AND {title headings body} : (${terms.join(' OR ')})`;

/**
 * A statement holds the event loop until it ends, so it may look at so many rows only, each counted once for each of its words:
 * some 30 ms. In a large collection the most frequent words of a question, which distinguish passages the least, do not rank.
 */
const maxRankedRows = 80_000;
/** Rows that are looked at in one turn of the event loop: some 5 ms. */
const rowsPerTurn = 40_000;
/** Looking whether one passage has a term takes as long as counting this many rows. */
const rowsPerLook = 400;

/** How many passages of the collection have the term, which is searched as `match`. */
interface Counted {
  readonly match: string;
  readonly term: string;
  readonly count: number;
}

export async function findByWords(database: Statements, collection: number, terms: readonly string[], most: number): Promise<WordHit[]> {
  const turns = turnsOf({ unitsPerTurn: rowsPerTurn });
  const counted = await countsOf(database, collection, terms, turns);
  const found = await database.all(
    `select rowid as id, -bm25(passage_words, ${weights}) as score from passage_words where passage_words match $1 and ${seen('rowid')}
     order by score desc, rowid limit $2`,
    [inScope(collection, ranking(counted)), most],
  );
  if (found.length === 0) return [];
  const ids = found.map((row) => Number(row['id']));
  const coverage = await coverageOf(database, collection, counted, ids, turns);
  const hits = await hitsOf(
    database,
    found.map((row) => ({ id: Number(row['id']), score: Number(row['score']), vector: null })),
  );
  return hits.map((hit): WordHit => ({ ...hit, coverage: coverage.get(Number(hit.passage.id)) ?? 0 }));
}

async function countsOf(database: Statements, collection: number, terms: readonly string[], turns: Turns): Promise<Counted[]> {
  const counted: Counted[] = [];
  for (const term of terms) {
    const match = inScope(collection, [term]);
    const [row] = await database.all(`select count(*) as n from passage_words where passage_words match $1 and ${seen('rowid')}`, [match]);
    counted.push({ match, term, count: Number(row?.['n']) });
    await turns.spend(1 + Number(row?.['n']));
  }
  return counted;
}

/** The rarest terms, at least one, in the order of the question. */
function ranking(counted: readonly Counted[]): readonly string[] {
  let rows = 0;
  const chosen = new Set<Counted>();
  for (const each of [...counted].sort((a, b) => a.count - b.count)) {
    rows += each.count;
    if (rows > maxRankedRows && [...chosen].some(({ count }) => count > 0)) break;
    chosen.add(each);
  }
  return counted.filter((each) => chosen.has(each)).map(({ term }) => term);
}

/** For each passage, the share of the terms' weight that it contains. */
async function coverageOf(
  database: Statements,
  collection: number,
  counted: readonly Counted[],
  ids: readonly number[],
  turns: Turns,
): Promise<ReadonlyMap<number, number>> {
  const [stored] = await database.all('select coalesce(sum(passages), 0) as n from sources where collection_id = $1', [collection]);
  const all = Number(stored?.['n']);
  const among = JSON.stringify(ids);
  const sums = new Map<number, number>();
  let total = 0;
  for (const { match, count } of counted) {
    const weight = Math.log(1 + (all - count + 0.5) / (count + 0.5));
    total += weight;
    const having = await database.all(
      'select rowid as id from passage_words where passage_words match $1 and rowid in (select value from json_each($2))',
      [match, among],
    );
    for (const row of having) sums.set(Number(row['id']), (sums.get(Number(row['id'])) ?? 0) + weight);
    await turns.spend(count + rowsPerLook * ids.length);
  }
  return new Map([...sums].map(([id, sum]) => [id, total === 0 ? 0 : sum / total]));
}
