/** Retrieval over a real database in a folder of its own, with models that are doubles. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { GatewayError } from '../../src/core/errors.ts';
import type { CollectionConfig } from '../../src/retrieval/collections.ts';
import { openRetrieval, type RetrievalOptions } from '../../src/retrieval/open-retrieval.ts';
import type { IngestionState, NewSource, Retrieval } from '../../src/retrieval/retrieval.ts';
import type { Database } from '../../src/storage/database/database.ts';
import { openSqlite } from '../../src/storage/database/sqlite.ts';
import { jobMigrations } from '../../src/storage/jobs/migrations.ts';
import { openJobs } from '../../src/storage/jobs/sql-jobs.ts';
import { passageMigrations } from '../../src/storage/passages/migrations.ts';
import { openPassages } from '../../src/storage/passages/sql-passages.ts';
import { bothFaces, type ChunkHandler } from '../faces.ts';
import { type Booked, booked, models, principal, signal } from './doubles.ts';

export interface Harness {
  readonly folder: string;
  readonly retrieval: Retrieval;
  readonly database: Database;
  readonly book: Booked;
  readonly failures: GatewayError[];
  /** Another process on the same folder. */
  again(handle?: ChunkHandler, more?: Partial<RetrievalOptions>): Promise<Harness>;
}

const docs: Readonly<Record<string, CollectionConfig>> = { docs: { embeddingModel: 'lexical' } };

export async function harness(handle: ChunkHandler = models().handle, more: Partial<RetrievalOptions> = {}): Promise<Harness> {
  const folder = mkdtempSync(join(tmpdir(), 'retrieval-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return opened(folder, handle, more);
}

async function opened(folder: string, handle: ChunkHandler, more: Partial<RetrievalOptions>): Promise<Harness> {
  const database = openSqlite(join(folder, 'test.db'), [...passageMigrations, ...jobMigrations]);
  const book = booked();
  const failures: GatewayError[] = [];
  const retrieval = openRetrieval({
    passages: await openPassages(database),
    jobs: await openJobs(database),
    handle: bothFaces(handle),
    collections: docs,
    ingestCallFor: book.callFor,
    onFailure: (error) => {
      failures.push(error);
    },
    pollMs: 20,
    ...more,
  });
  onTestFinished(async () => {
    await retrieval.stop();
    await database.close();
  });
  return { folder, retrieval, database, book, failures, again: (next = handle, other = more) => opened(folder, next, other) };
}

/** Ingests and waits for the end; gives every state that was seen. */
export async function ingested(
  retrieval: Retrieval,
  sources: readonly NewSource[],
  collection = 'docs',
  who = principal(),
): Promise<IngestionState[]> {
  retrieval.start();
  const { id } = await retrieval.ingest({ principal: who, collection, sources });
  const states: IngestionState[] = [];
  for await (const state of retrieval.followIngestion(id, who, signal)) states.push(state);
  return states;
}
