/** Retrieval put together from its parts: what `gateway.ts` calls. */
import type { Handler } from '../core/call.ts';
import type { GatewayError } from '../core/errors.ts';
import type { Jobs } from '../storage/jobs.ts';
import type { Passages } from '../storage/passages.ts';
import { answered } from './answer.ts';
import { type CollectionConfig, collectionsOf } from './collections.ts';
import { ingestion } from './ingest.ts';
import { checkQuery } from './requested.ts';
import type { Retrieval } from './retrieval.ts';
import { found } from './search.ts';
import { type IngestCallMaker, type IngestLimits, usualLimits } from './source.ts';

export interface RetrievalOptions {
  readonly passages: Passages;
  readonly jobs: Jobs;
  readonly handle: Handler;
  readonly collections: Readonly<Record<string, CollectionConfig>>;
  /** Calls of ingestion, which no operation waits for; those of search and answer come with the question. */
  readonly ingestCallFor: IngestCallMaker;
  readonly onFailure: (error: GatewayError, source: { readonly collection: string; readonly sourceId: string }) => void;
  readonly limits?: Partial<IngestLimits>;
  readonly leaseMs?: number;
  readonly pollMs?: number;
}

export function openRetrieval(options: RetrievalOptions): Retrieval {
  const { passages, jobs, handle, onFailure } = options;
  const collections = collectionsOf(options.collections);
  const ingesting = ingestion({
    passages,
    jobs,
    handle,
    collections,
    onFailure,
    callFor: options.ingestCallFor,
    limits: { ...usualLimits, ...options.limits },
    ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
    ...(options.pollMs === undefined ? {} : { pollMs: options.pollMs }),
  });
  return {
    async collections(principal) {
      const stored = new Map((await passages.collections()).map((state) => [state.name, state]));
      return collections
        .readable(principal)
        .map(({ name, embeddingModel }) => stored.get(name) ?? { name, sources: 0, passages: 0, embeddingModel });
    },

    async search(search) {
      const collection = collections.toRead(search.principal, search.collection);
      checkQuery('query', search.query, search.first);
      const { hits, warnings } = await found(passages, handle, collection, search);
      return { hits: hits.map(({ score, passage }) => ({ score, passage })), warnings };
    },

    async answer(asked) {
      const collection = collections.toRead(asked.principal, asked.collection);
      checkQuery('question', asked.question, asked.first);
      return answered(passages, handle, collection, asked);
    },

    ingest: (request) => ingesting.enqueue(request),
    ingestion: (id, principal) => ingesting.find(id, principal),
    followIngestion: (id, principal, signal) => ingesting.follow(id, principal, signal),

    async deleteSource(principal, collection, sourceId) {
      return passages.deleteSource(collections.toWrite(principal, collection).name, sourceId);
    },

    start: () => ingesting.start(),
    stop: () => ingesting.stop(),
  };
}
