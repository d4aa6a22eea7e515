/**
 * `fieldgate ingest`: ingests documents from the shell. It creates the same jobs as the mutation, on the state folder, also
 * while a server runs.
 */

import type { GatewayConfig } from '../../config/config.ts';
import { GatewayError } from '../../core/errors.ts';
import { createGateway, type Gateway } from '../../gateway.ts';
import { serviceOf } from '../../operations/keyless-principals.ts';
import { batchSources, filesIn } from '../../retrieval/ingestion/files.ts';
import type { IngestionState, NewSource } from '../../retrieval/retrieval.ts';
import { openLog } from '../../telemetry/log.ts';
import type { Arguments } from '../arguments.ts';
import { soundConfig } from '../load-config.ts';
import { lastingStorage } from '../open-state.ts';

const principal = serviceOf('shell');

/** Exit code 1 when a source failed, or when there was none. What is unchanged costs nothing. */
export async function ingest(args: Arguments): Promise<void> {
  if (args.rest.length === 0)
    throw new GatewayError('BAD_REQUEST', 'ingest takes files and folders: fieldgate ingest PATH... [--collection NAME].');
  const { config, folder } = await soundConfig(args);
  lastingStorage(config);
  const collection = args.collection ?? onlyCollection(config);
  // Failures are printed here, source by source.
  const gateway = await createGateway(config, { folder, loopback: true, log: openLog({ level: 'error' }) });
  const leaving = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => leaving.abort(interrupted()));
  try {
    const total = await ingested(gateway, collection, sourcesOf(args.rest, folder), leaving.signal);
    const { done, unchanged, failed } = total;
    if (done === 0) throw new GatewayError('BAD_REQUEST', `There is no document in ${args.rest.join(', ')}.`);
    const stored = done - unchanged - failed;
    process.stdout.write(`"${collection}": ${stored} stored, ${unchanged} unchanged, ${failed} failed.\n`);
    process.exitCode = failed === 0 ? 0 : 1;
  } finally {
    await gateway.close();
  }
}

async function* sourcesOf(paths: readonly string[], folder: string): AsyncGenerator<NewSource> {
  for await (const found of filesIn(paths, { base: folder })) {
    if (found.kind === 'source') yield found.source;
    else process.stderr.write(`${found.path}: ${found.message}\n`);
  }
}

interface Total {
  readonly done: number;
  readonly unchanged: number;
  readonly failed: number;
}

async function ingested(gateway: Gateway, collection: string, sources: AsyncIterable<NewSource>, signal: AbortSignal): Promise<Total> {
  const { retrieval } = gateway.services;
  let total: Total = { done: 0, unchanged: 0, failed: 0 };
  for await (const batch of batchSources(sources)) {
    const queued = await retrieval.ingest({ principal, collection, sources: batch });
    retrieval.start();
    let last: IngestionState = queued;
    for await (const state of retrieval.followIngestion(queued.id, principal, signal)) {
      for (const { sourceId, message } of state.failed.slice(last.failed.length)) process.stderr.write(`${sourceId}: ${message}\n`);
      for (const [at, { id }] of batch.slice(last.done, state.done).entries())
        process.stdout.write(`${total.done + last.done + at + 1}  ${id}\n`);
      last = state;
    }
    if (last.status === 'FAILED' && last.done < last.total)
      throw new GatewayError(
        'BAD_REQUEST',
        `The documents could not be stored: ${last.done} of ${last.total} were. ${last.failure?.message ?? 'The log says why; try again.'}`,
      );
    total = { done: total.done + last.done, unchanged: total.unchanged + last.unchanged, failed: total.failed + last.failed.length };
  }
  return total;
}

function onlyCollection({ collections = {} }: GatewayConfig): string {
  const [only, ...others] = Object.keys(collections);
  if (only !== undefined && others.length === 0) return only;
  const names = Object.keys(collections).join(', ');
  throw new GatewayError(
    'BAD_REQUEST',
    only === undefined
      ? 'The configuration has no collections. Add one: collections: { documents: {} }.'
      : `Say which collection with --collection: ${names}.`,
  );
}

const interrupted = (): GatewayError =>
  new GatewayError('CANCELLED', 'Interrupted. What was queued is kept: a running server goes on with it, or the next ingest does.');
