/**
 * Keeps the vector signs of each collection in memory and in step with the database.
 *
 * Each source stores the generation of its collection at which it last changed. When the collection's generation has
 * advanced (this or another process ingested), sources with a larger generation are read. Ids are compared only when
 * something was removed.
 */

import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Database } from '../database/database.ts';
import { type SignIndex, signIndex } from './vector-signs.ts';

const rowsPerRead = 4_000;
const maxIndexes = 64;

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
  const kept = new LRUCache<string, Entry>({ max: maxIndexes });
  return {
    async of(collection, dimensions, embeddingModel) {
      const key = `${collection.id} ${dimensions} ${embeddingModel ?? '*'}`;
      const entry = kept.get(key) ?? { index: signIndex(dimensions), generation: -1, removals: -1, ready: Promise.resolve() };
      kept.set(key, entry);
      const inStep = async (): Promise<void> => {
        if (entry.generation >= collection.generation) return;
        const scope: Scope = { collection: collection.id, dimensions, embeddingModel };
        if (entry.removals >= 0 && entry.removals < collection.removals) await dropRemoved(database, entry.index, scope);
        await addNew(database, entry.index, scope, entry.generation);
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

/** Source by source in the order of their generations, which no two sources of a collection share. */
async function addNew(database: Database, index: SignIndex, scope: Scope, generation: number): Promise<void> {
  const sql = `select s.generation, p.id, g.signs from sources s
    join passages p on p.version = s.version join passage_signs g on g.passage_id = p.id
    where s.collection_id = $1 and g.dimensions = $2 and (cast($3 as text) is null or s.embedding_model = $3)
      and s.generation >= $4 and (s.generation > $4 or p.id > $5)
    order by s.generation, p.id limit ${rowsPerRead}`;
  for (let after = { generation: generation + 1, id: 0 }; ; ) {
    const rows = await database.all(sql, [scope.collection, scope.dimensions, scope.embeddingModel, after.generation, after.id]);
    for (const row of rows) if (row['signs'] instanceof Uint8Array) index.add(Number(row['id']), row['signs']);
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerRead) return;
    after = { generation: Number(last['generation']), id: Number(last['id']) };
    await setImmediate();
  }
}

async function dropRemoved(database: Database, index: SignIndex, { collection }: Scope): Promise<void> {
  const sql = 'select p.id from sources s join passages p on p.version = s.version where s.collection_id = $1';
  const present = new Set((await database.all(sql, [collection])).map((row) => Number(row['id'])));
  for (const id of index.missing(present)) index.remove(id);
}
