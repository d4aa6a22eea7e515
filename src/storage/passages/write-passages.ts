import { commitOrRefuse } from '../database/commit-or-refuse.ts';
import type { Database, Statements } from '../database/database.ts';
import { scopeOf } from './by-words.ts';
import { indexed } from './index-words.ts';
import type { NewPassage, StoredSource } from './passages.ts';
import type { CollectionRow } from './signs-in-memory.ts';
import { type Held, newVersion, pause, removeVersion, renewVersion, retireVersion, rowsPerTurn, showVersion } from './source-versions.ts';
import { signsOf } from './vector-signs.ts';

export async function collectionRow(database: Statements, name: string): Promise<CollectionRow | null> {
  const [row] = await database.all('select id, generation, removals from collections where name = $1', [name]);
  if (row === undefined) return null;
  return { id: Number(row['id']), generation: Number(row['generation']), removals: Number(row['removals']) };
}

/** Writes a source. Where it and the one before fit into one transaction, the source is replaced in that one. */
export async function writePassages(
  database: Database,
  source: StoredSource,
  passages: readonly NewPassage[],
  now: () => number,
): Promise<void> {
  let held: Held | null = null;
  try {
    let from = 0;
    for (; from + rowsPerTurn < passages.length; from += rowsPerTurn) {
      held = await database.tx(partOf(source, passages.slice(from, from + rowsPerTurn), held, now));
      await pause();
    }
    const write = partOf(source, passages.slice(from), held, now);
    held = await database.tx(async (tx) => become(tx, source, await write(tx), passages.length, now()));
  } catch (error) {
    await cleared(database, held, now);
    throw error;
  }
  await cleared(database, held, now);
}

/** Writes some passages of the version that is held, or of a new one. */
function partOf(source: StoredSource, passages: readonly NewPassage[], held: Held | null, now: () => number) {
  return async (tx: Statements): Promise<Held> => {
    const next = held === null ? await newVersion(tx, now()) : await renewVersion(tx, held, now());
    const collection = await collectionOf(tx, source);
    for (const passage of passages) await insert(tx, collection, source, next.version, passage);
    return next;
  };
}

export async function deleteSource(database: Database, collection: string, sourceId: string, now: () => number): Promise<boolean> {
  const commit = commitOrRefuse(database, 'The source cannot be deleted at the moment, so nothing was changed.');
  const deleted = await commit(async (tx) => {
    const row = await collectionRow(tx, collection);
    const version = row === null ? null : await versionOf(tx, row.id, sourceId);
    if (row === null || version === null) return null;
    await tx.run('delete from sources where collection_id = $1 and id = $2', [row.id, sourceId]);
    await tx.run('update collections set generation = generation + 1, removals = removals + 1 where id = $1', [row.id]);
    return { left: await retireVersion(tx, version, now()) };
  });
  await cleared(database, deleted?.left ?? null, now);
  return deleted !== null;
}

/** Removes what nobody sees any more; what cannot be removed now is swept later. */
async function cleared(database: Database, held: Held | null, now: () => number): Promise<void> {
  if (held !== null) await removeVersion(database, held, now).catch(() => {});
}

async function collectionOf(tx: Statements, { collection, embeddingModel }: StoredSource): Promise<number> {
  await tx.run('insert into collections (name, embedding_model) values ($1, $2) on conflict (name) do nothing', [
    collection,
    embeddingModel,
  ]);
  return (await collectionRow(tx, collection))?.id ?? 0;
}

async function versionOf(tx: Statements, collection: number, sourceId: string): Promise<number | null> {
  const [row] = await tx.all('select version from sources where collection_id = $1 and id = $2', [collection, sourceId]);
  return row === undefined ? null : Number(row['version']);
}

/** Makes this version the current one. Returns the version before, where something is left to remove of it. */
async function become(tx: Statements, source: StoredSource, held: Held, passages: number, now: number): Promise<Held | null> {
  const collection = await collectionOf(tx, source);
  const before = await versionOf(tx, collection, source.id);
  await showVersion(tx, held);
  await tx.run('update collections set generation = generation + 1, removals = removals + $2, embedding_model = $3 where id = $1', [
    collection,
    before === null ? 0 : 1,
    source.embeddingModel,
  ]);
  await tx.run('delete from sources where collection_id = $1 and id = $2', [collection, source.id]);
  await tx.run(
    `insert into sources (collection_id, id, title, metadata, media_type, digest, embedding_model, version, passages, generation)
     select id, $2, $3, $4, $5, $6, $7, $8, $9, generation from collections where id = $1`,
    [
      collection,
      source.id,
      source.title,
      jsonOf(source.metadata),
      source.mediaType,
      source.digest,
      source.embeddingModel,
      held.version,
      passages,
    ],
  );
  return before === null ? null : retireVersion(tx, before, now);
}

async function insert(tx: Statements, collection: number, source: StoredSource, version: number, passage: NewPassage): Promise<void> {
  const [row] = await tx.all(
    `insert into passages (collection_id, source_id, version, start_offset, end_offset, headings, body)
     values ($1, $2, $3, $4, $5, $6, $7) returning id`,
    [collection, source.id, version, passage.start, passage.end, JSON.stringify(passage.headings), passage.text],
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

const jsonOf = (value: unknown): string => JSON.stringify(value ?? null);

/** Little-endian, as every machine that Node 24 runs on. */
const bytesOf = (vector: Float32Array): Uint8Array => new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
