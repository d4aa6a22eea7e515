import { setImmediate } from 'node:timers/promises';
import type { Statements } from './database.ts';
import type { NewPassage, StoredSource } from './passages.ts';
import { scopeOf } from './passages-by-words.ts';
import type { CollectionRow } from './passages-memory.ts';
import { signsOf } from './passages-signs.ts';
import { indexed } from './passages-words.ts';

/** Other work gets its turn between so many rows of a long write. */
const rowsPerTurn = 200;

export async function collectionRow(database: Statements, name: string): Promise<CollectionRow | null> {
  const [row] = await database.all('select id, generation, removals from collections where name = $1', [name]);
  if (row === undefined) return null;
  return { id: Number(row['id']), generation: Number(row['generation']), removals: Number(row['removals']) };
}

export async function put(tx: Statements, source: StoredSource, passages: readonly NewPassage[]): Promise<void> {
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

export async function remove(tx: Statements, collection: number, sourceId: string): Promise<boolean> {
  const whose = '(select id from passages where collection_id = $1 and source_id = $2)';
  const values = [collection, sourceId];
  await tx.run(`delete from passage_words where rowid in ${whose}`, values);
  await tx.run(`delete from passage_signs where passage_id in ${whose}`, values);
  await tx.run(`delete from passage_vectors where passage_id in ${whose}`, values);
  await tx.run('delete from passages where collection_id = $1 and source_id = $2', values);
  return (await tx.run('delete from sources where collection_id = $1 and id = $2', values)) > 0;
}

const jsonOf = (value: unknown): string => JSON.stringify(value ?? null);

/** Little-endian, as every machine that Node 24 runs on. */
const bytesOf = (vector: Float32Array): Uint8Array => new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
