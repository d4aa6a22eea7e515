/**
 * Passages in SQLite: words in an FTS5 index that keeps no text of its own, vectors as rows of little-endian float32.
 *
 * The full-text index is one for all collections, with the collection as a word of each row, so that a search walks only
 * its own. BM25's statistics are therefore those of the whole store: ranks depend on them, what is found does not.
 */
import { setImmediate } from 'node:timers/promises';
import type { Passage, Source } from '../core/chunk.ts';
import type { Database, Row, Statements } from './database.ts';
import type { CollectionState, NewPassage, PassageHit, Passages, StoredSource, VectorHit, WordHit } from './passages.ts';
import { type CollectionRow, signsInMemory } from './passages-memory.ts';
import { signsOf } from './passages-signs.ts';
import { indexed, termsOf } from './passages-words.ts';

/** Candidates by signs that are scored exactly: recall at 10 was 1.0 with 400 of 100,000. */
const rescored = 400;
const sampled = 64;
const fewestForBackground = 8;
const weights = '0.0, 2.0, 1.5, 1.0';
/** Other work gets its turn between so many rows of a long write. */
const rowsPerTurn = 200;

/** The database must have {@link passageMigrations}. */
export async function openPassages(database: Database): Promise<Passages> {
  const memory = signsInMemory(database);
  const rowOf = (name: string) => collectionRow(database, name);
  return {
    put: (source, passages) => database.tx((tx) => put(tx, source, passages)),

    async digest(collection, sourceId) {
      const sql = 'select s.digest from sources s join collections c on c.id = s.collection_id where c.name = $1 and s.id = $2';
      const [row] = await database.all(sql, [collection, sourceId]);
      return row === undefined ? null : String(row['digest']);
    },

    deleteSource: (collection, sourceId) =>
      database.tx(async (tx) => {
        const row = await collectionRow(tx, collection);
        if (row === null || !(await remove(tx, row.id, sourceId))) return false;
        await tx.run('update collections set generation = generation + 1, removals = removals + 1 where id = $1', [row.id]);
        return true;
      }),

    async collections() {
      const rows = await database.all(`
        select c.name, c.embedding_model,
          (select count(*) from sources s where s.collection_id = c.id) as sources,
          (select count(*) from passages p where p.collection_id = c.id) as passages
        from collections c order by c.name`);
      return rows.map(stateOf);
    },

    async sources(collection) {
      const sql = `select s.id, s.title, s.metadata, c.name as collection
        from sources s join collections c on c.id = s.collection_id where c.name = $1 order by s.id`;
      return (await database.all(sql, [collection])).map((row) => sourceOf(row, String(row['id'])));
    },

    async byWords(collection, query, most) {
      const row = await rowOf(collection);
      const terms = termsOf(query);
      if (row === null || terms.length === 0) return [];
      return byWords(database, row.id, terms, most);
    },

    async byVector(collection, vector, most, embeddingModel) {
      const row = await rowOf(collection);
      if (row === null || vector.length === 0) return [];
      const index = await memory.of(row, vector.length, embeddingModel ?? null);
      const candidates = index.nearest(vector, Math.max(rescored, most));
      const scored = await cosines(database, vector, candidates);
      const elsewhere = await cosines(database, vector, index.sample(sampled));
      const background = elsewhere.length < fewestForBackground ? 0 : Math.max(0, median(elsewhere.map(({ score }) => score)));
      const best = scored.sort((a, b) => b.score - a.score || a.id - b.id).slice(0, most);
      return (await hitsOf(database, best)).map((hit): VectorHit => ({ ...hit, background }));
    },
  };
}

async function collectionRow(database: Statements, name: string): Promise<CollectionRow | null> {
  const [row] = await database.all('select id, generation, removals from collections where name = $1', [name]);
  if (row === undefined) return null;
  return { id: Number(row['id']), generation: Number(row['generation']), removals: Number(row['removals']) };
}

async function put(tx: Statements, source: StoredSource, passages: readonly NewPassage[]): Promise<void> {
  await tx.run('insert into collections (name) values ($1) on conflict (name) do nothing', [source.collection]);
  const collection = (await collectionRow(tx, source.collection))?.id ?? 0;
  const replaced = await remove(tx, collection, source.id);
  await tx.run(
    `insert into sources (collection_id, id, title, metadata, media_type, digest, embedding_model) values ($1, $2, $3, $4, $5, $6, $7)`,
    [collection, source.id, source.title, jsonOf(source.metadata), source.mediaType, source.digest, source.embeddingModel],
  );
  for (const [index, passage] of passages.entries()) {
    if (index % rowsPerTurn === rowsPerTurn - 1) await setImmediate();
    await insert(tx, collection, source, passage);
  }
  await tx.run('update collections set generation = generation + 1, removals = removals + $2, embedding_model = $3 where id = $1', [
    collection,
    replaced ? 1 : 0,
    source.embeddingModel,
  ]);
}

async function insert(tx: Statements, collection: number, source: StoredSource, passage: NewPassage): Promise<void> {
  const [row] = await tx.all(
    `insert into passages (collection_id, source_id, start_offset, end_offset, headings, body) values ($1, $2, $3, $4, $5, $6) returning id`,
    [collection, source.id, passage.start, passage.end, JSON.stringify(passage.headings), passage.text],
  );
  const id = Number(row?.['id']);
  await tx.run('insert into passage_words (rowid, scope, title, headings, body) values ($1, $2, $3, $4, $5)', [
    id,
    scopeOf(collection),
    indexed(source.title ?? ''),
    indexed(passage.headings.join(' ')),
    indexed(passage.text),
  ]);
  const { vector } = passage;
  if (vector === null || vector.length === 0) return;
  await tx.run('insert into passage_signs (passage_id, collection_id, embedding_model, dimensions, signs) values ($1, $2, $3, $4, $5)', [
    id,
    collection,
    source.embeddingModel,
    vector.length,
    signsOf(vector),
  ]);
  await tx.run('insert into passage_vectors (passage_id, vector) values ($1, $2)', [id, bytesOf(vector)]);
}

async function remove(tx: Statements, collection: number, sourceId: string): Promise<boolean> {
  const whose = '(select id from passages where collection_id = $1 and source_id = $2)';
  const values = [collection, sourceId];
  await tx.run(`delete from passage_words where rowid in ${whose}`, values);
  await tx.run(`delete from passage_signs where passage_id in ${whose}`, values);
  await tx.run(`delete from passage_vectors where passage_id in ${whose}`, values);
  await tx.run('delete from passages where collection_id = $1 and source_id = $2', values);
  return (await tx.run('delete from sources where collection_id = $1 and id = $2', values)) > 0;
}

const scopeOf = (collection: number): string => `c${collection}`;
const inScope = (collection: number, terms: readonly string[]): string =>
  `scope : ${scopeOf(collection)} AND {title headings body} : (${terms.join(' OR ')})`;

async function byWords(database: Statements, collection: number, terms: readonly string[], most: number): Promise<WordHit[]> {
  const found = await database.all(
    `select rowid as id, -bm25(passage_words, ${weights}) as score from passage_words where passage_words match $1
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
  const [counted] = await database.all('select count(*) as n from passages where collection_id = $1', [collection]);
  const all = Number(counted?.['n']);
  const sums = new Map<number, number>();
  let total = 0;
  for (const term of terms) {
    const rows = await database.all(
      `select count(*) as n, json_group_array(rowid) filter (where rowid in (select value from json_each($2))) as ids
       from passage_words where passage_words match $1`,
      [inScope(collection, [term]), JSON.stringify(ids)],
    );
    const count = Number(rows[0]?.['n']);
    const weight = Math.log(1 + (all - count + 0.5) / (count + 0.5));
    total += weight;
    for (const id of JSON.parse(String(rows[0]?.['ids'])) as number[]) sums.set(id, (sums.get(id) ?? 0) + weight);
  }
  return new Map([...sums].map(([id, sum]) => [id, total === 0 ? 0 : sum / total]));
}

interface Scored {
  readonly id: number;
  readonly score: number;
  readonly vector: Float32Array | null;
}

/** Exact cosines of stored vectors; those of length zero are left out. */
async function cosines(database: Statements, query: Float32Array, ids: readonly number[]): Promise<Scored[]> {
  const rows = await database.all('select passage_id, vector from passage_vectors where passage_id in (select value from json_each($1))', [
    JSON.stringify(ids),
  ]);
  const queryNorm = Math.sqrt(dot(query, query));
  return rows.flatMap((row) => {
    const vector = vectorOf(row['vector']);
    const norms = queryNorm * Math.sqrt(dot(vector, vector));
    return norms === 0 ? [] : [{ id: Number(row['passage_id']), score: dot(query, vector) / norms, vector }];
  });
}

/** The passages of the scores, in their order. What another process deleted meanwhile is left out. */
async function hitsOf(database: Statements, scored: readonly Scored[]): Promise<PassageHit[]> {
  const rows = await database.all(
    `select p.id as passage_id, p.source_id, p.start_offset, p.end_offset, p.body, s.title, s.metadata, c.name as collection, v.vector
     from passages p
     join sources s on s.collection_id = p.collection_id and s.id = p.source_id
     join collections c on c.id = p.collection_id
     left join passage_vectors v on v.passage_id = p.id
     where p.id in (select value from json_each($1))`,
    [JSON.stringify(scored.map(({ id }) => id))],
  );
  const byId = new Map(rows.map((row) => [Number(row['passage_id']), row]));
  return scored.flatMap(({ id, score, vector }) => {
    const row = byId.get(id);
    if (row === undefined) return [];
    return [{ passage: passageOf(row), score, vector: vector ?? (row['vector'] === null ? null : vectorOf(row['vector'])) }];
  });
}

function passageOf(row: Row): Passage {
  return {
    id: String(row['passage_id']),
    text: String(row['body']),
    start: Number(row['start_offset']),
    end: Number(row['end_offset']),
    source: sourceOf(row, String(row['source_id'])),
  };
}

function sourceOf(row: Row, id: string): Source {
  return {
    id,
    title: row['title'] === null ? null : String(row['title']),
    collection: String(row['collection']),
    metadata: JSON.parse(String(row['metadata'])) as unknown,
  };
}

function stateOf(row: Row): CollectionState {
  return {
    name: String(row['name']),
    sources: Number(row['sources']),
    passages: Number(row['passages']),
    embeddingModel: String(row['embedding_model']),
  };
}

const jsonOf = (value: unknown): string => JSON.stringify(value ?? null);

/** Little-endian, as every machine that Node 24 runs on. */
const bytesOf = (vector: Float32Array): Uint8Array => new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);

/** A copy, because a blob may begin anywhere and floats must be aligned. */
function vectorOf(blob: unknown): Float32Array {
  if (!(blob instanceof Uint8Array)) return new Float32Array();
  return new Float32Array(blob.slice().buffer);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
