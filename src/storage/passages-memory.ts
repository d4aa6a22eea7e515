/**
 * The signs of each collection in memory, in step with the database.
 *
 * Rows of passages are only ever inserted, with rising ids, and deleted. So when the collection's generation has moved on
 * (this or another process ingested), what is new has larger ids; ids are compared only when something was removed.
 */
import { setImmediate } from 'node:timers/promises';
import type { Database } from './database.ts';
import { type SignIndex, signIndex } from './passages-signs.ts';

const rowsPerRead = 4_000;
const mostIndexes = 64;

interface SignsInMemory {
  /** The index of a collection for vectors of one length, and of one model when it is named; brought up to date first. */
  of(collection: CollectionRow, dimensions: number, embeddingModel: string | null): Promise<SignIndex>;
}

export interface CollectionRow {
  readonly id: number;
  /** Rises with every change. */
  readonly generation: number;
  /** Rises with every change that removed passages. */
  readonly removals: number;
}

interface Entry {
  readonly index: SignIndex;
  generation: number;
  removals: number;
  ready: Promise<unknown>;
}

export function signsInMemory(database: Database): SignsInMemory {
  const kept = new Map<string, Entry>();
  return {
    async of(collection, dimensions, embeddingModel) {
      const key = `${collection.id} ${dimensions} ${embeddingModel ?? '*'}`;
      const entry = kept.get(key) ?? { index: signIndex(dimensions), generation: -1, removals: -1, ready: Promise.resolve() };
      kept.delete(key);
      kept.set(key, entry);
      for (const oldest of kept.keys()) if (kept.size > mostIndexes) kept.delete(oldest);
      const inStep = async (): Promise<void> => {
        if (entry.generation >= collection.generation) return;
        const scope: Scope = { collection: collection.id, dimensions, embeddingModel };
        if (entry.removals >= 0 && entry.removals < collection.removals) await dropRemoved(database, entry.index, scope);
        await addNew(database, entry.index, scope);
        entry.generation = collection.generation;
        entry.removals = collection.removals;
      };
      const turn = entry.ready.then(inStep, inStep);
      entry.ready = turn.catch(() => {});
      await turn;
      return entry.index;
    },
  };
}

interface Scope {
  readonly collection: number;
  readonly dimensions: number;
  readonly embeddingModel: string | null;
}

const inScope = 'collection_id = $1 and dimensions = $2 and (cast($3 as text) is null or embedding_model = $3)';
const valuesOf = (scope: Scope) => [scope.collection, scope.dimensions, scope.embeddingModel];

async function addNew(database: Database, index: SignIndex, scope: Scope): Promise<void> {
  const sql = `select passage_id, signs from passage_signs where ${inScope} and passage_id > $4 order by passage_id limit ${rowsPerRead}`;
  for (;;) {
    const rows = await database.all(sql, [...valuesOf(scope), index.last()]);
    for (const row of rows) if (row['signs'] instanceof Uint8Array) index.add(Number(row['passage_id']), row['signs']);
    if (rows.length < rowsPerRead) return;
    await setImmediate();
  }
}

async function dropRemoved(database: Database, index: SignIndex, scope: Scope): Promise<void> {
  const rows = await database.all(`select passage_id from passage_signs where ${inScope}`, valuesOf(scope));
  const present = new Set(rows.map((row) => Number(row['passage_id'])));
  for (const id of index.missing(present)) index.remove(id);
}
