/**
 * Passages in SQLite: words in an FTS5 index that stores no text of its own, vectors as rows of little-endian float32.
 *
 * One full-text index serves all collections; the collection is a word of each row, so that a search reads only its own
 * collection. BM25 statistics are therefore those of the whole store: they influence ranks, not what is found.
 */
import { waitInLine } from '../../core/turns/turns.ts';
import type { Database, Row } from '../database/database.ts';
import { findByWords } from './by-words.ts';
import { termsOf } from './index-words.ts';
import { computeCosines, hitsOf, passageOf, sourceOf } from './passage-rows.ts';
import type { CollectionState, Passages, VectorHit } from './passages.ts';
import { type CollectionRow, signsInMemory } from './signs-in-memory.ts';
import { sweep } from './source-versions.ts';
import { collectionRow, deleteSource, writePassages } from './write-passages.ts';

/** Candidates by signs that are scored exactly: recall at 10 was 1.0 with 400 of 100,000. */
const rescored = 400;
const sampled = 64;
/** A collection that changes all the time is searched as it is. */
const maxLooks = 3;
const fewestForBackground = 8;
/** SQLite's word for no limit. */
const everything = -1;
const selectSource = `select s.id, s.title, s.metadata, c.name as collection
  from sources s join collections c on c.id = s.collection_id where c.name = $1`;

/** The database must have {@link passageMigrations}. `now` gives milliseconds since 1970, UTC. */
export async function openPassages(database: Database, now: () => number = Date.now): Promise<Passages> {
  const memory = signsInMemory(database);

  async function nearest(row: CollectionRow, vector: Float32Array, most: number, embeddingModel: string | null): Promise<VectorHit[]> {
    const index = await memory.of(row, vector.length, embeddingModel);
    const candidates = index.nearest(vector, Math.max(rescored, most));
    await waitInLine();
    const scored = await computeCosines(database, vector, candidates);
    await waitInLine();
    const elsewhere = await computeCosines(database, vector, index.sample(sampled));
    const background = elsewhere.length < fewestForBackground ? 0 : Math.max(0, median(elsewhere.map(({ score }) => score)));
    const best = scored.sort((a, b) => b.score - a.score || a.id - b.id).slice(0, most);
    return (await hitsOf(database, best)).map((hit): VectorHit => ({ ...hit, background }));
  }

  /** Looks again when something was removed meanwhile: what was replaced between two statements is found in neither of its forms. */
  async function steadily<T>(collection: string, look: (row: CollectionRow) => Promise<T[]>): Promise<T[]> {
    let row = await collectionRow(database, collection);
    for (let looks = 1; row !== null; looks += 1) {
      const found = await look(row);
      const after = await collectionRow(database, collection);
      if (after?.removals === row.removals || looks === maxLooks) return found;
      row = after;
    }
    return [];
  }

  return {
    put: (source, passages) => writePassages(database, source, passages, now),
    deleteSource: (collection, sourceId) => deleteSource(database, collection, sourceId, now),
    sweep: () => sweep(database, now),

    async digest(collection, sourceId) {
      const sql = 'select s.digest from sources s join collections c on c.id = s.collection_id where c.name = $1 and s.id = $2';
      const [row] = await database.all(sql, [collection, sourceId]);
      return row === undefined ? null : String(row['digest']);
    },

    async collections() {
      const rows = await database.all(`
        select c.name, c.embedding_model,
          (select count(*) from sources s where s.collection_id = c.id) as sources,
          (select coalesce(sum(s.passages), 0) from sources s where s.collection_id = c.id) as passages
        from collections c order by c.name`);
      return rows.map(stateOf);
    },

    async sources(collection, { first = everything, after = null } = {}) {
      const sql = `${selectSource} and s.id > $2 order by s.id limit $3`;
      return (await database.all(sql, [collection, after ?? '', first])).map((row) => sourceOf(row, String(row['id'])));
    },

    async source(collection, sourceId) {
      const [row] = await database.all(`${selectSource} and s.id = $2`, [collection, sourceId]);
      return row === undefined ? null : sourceOf(row, sourceId);
    },

    async sourceSize(collection, sourceId) {
      const [row] = await database.all(
        `select s.media_type, s.passages, (select max(p.end_offset) from passages p where p.version = s.version) as length
         from sources s join collections c on c.id = s.collection_id where c.name = $1 and s.id = $2`,
        [collection, sourceId],
      );
      if (row === undefined) return null;
      return { mediaType: String(row['media_type']), passages: Number(row['passages']), length: Number(row['length'] ?? 0) };
    },

    async passagesOf(collection, sourceId, { start, end, first }) {
      const rows = await database.all(
        `select p.id as passage_id, p.source_id, p.start_offset, p.end_offset, p.body, s.title, s.metadata, c.name as collection
         from sources s join collections c on c.id = s.collection_id join passages p on p.version = s.version
         where c.name = $1 and s.id = $2 and p.end_offset > $3 and p.start_offset < $4 order by p.start_offset, p.id limit $5`,
        [collection, sourceId, start, end, first],
      );
      return rows.map(passageOf);
    },

    async byWords(collection, query, most) {
      const terms = termsOf(query);
      return terms.length === 0 ? [] : steadily(collection, ({ id }) => findByWords(database, id, terms, most));
    },

    async byVector(collection, vector, most, embeddingModel) {
      return vector.length === 0 ? [] : steadily(collection, (row) => nearest(row, vector, most, embeddingModel ?? null));
    },
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

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
