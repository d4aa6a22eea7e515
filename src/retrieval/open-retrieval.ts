/** Assembles retrieval from its parts. */
import type { Handlers } from '../core/call/call.ts';
import type { FindEnd, FindEnded, FindSuspects, Leases } from '../core/call/lease.ts';
import { GatewayError } from '../core/errors.ts';
import type { Jobs } from '../storage/jobs/jobs.ts';
import type { Passages } from '../storage/passages/passages.ts';
import { answerQuestion } from './answer/answer.ts';
import { type CollectionConfig, collectionsOf } from './collections.ts';
import { openDocuments } from './documents/documents.ts';
import type { Entities } from './entities/entities.ts';
import { answerFromEntities, searchEntities } from './entities/entity-answer.ts';
import { collectionOfIndex } from './entities/entity-refresh.ts';
import { ingestion } from './ingestion/ingestion.ts';
import { usualWorkerLimits, type WorkerLimits } from './ingestion/ingestion-worker.ts';
import { type QueueLimits, usualQueueLimits } from './ingestion/room.ts';
import { type IngestCallMaker, type IngestLimits, usualLimits } from './ingestion/source.ts';
import { checkQuery } from './requested.ts';
import type { Retrieval } from './retrieval.ts';
import { searchPassages } from './search/search.ts';

export interface RetrievalOptions {
  readonly passages: Passages;
  readonly jobs: Jobs;
  readonly handle: Handlers;
  readonly collections: Readonly<Record<string, CollectionConfig>>;
  /** Calls of ingestion, which no operation waits for; those of search and answer come with the question. */
  readonly ingestCallFor: IngestCallMaker;
  readonly onFailure: (error: GatewayError, source: { readonly collection: string; readonly sourceId: string }) => void;
  /** Leases that end the ingestions of owners whose permission has ended. Default: nobody's permission ends. */
  readonly permissions?: {
    readonly leases: Leases;
    readonly findEnded: FindEnded;
    readonly findEnd: FindEnd;
    readonly findSuspects: FindSuspects;
  };
  readonly limits?: Partial<IngestLimits>;
  readonly queue?: Partial<QueueLimits>;
  readonly worker?: Partial<WorkerLimits>;
  /** A worker that does not renew its lease for this long is taken for dead. Default: 10 s. */
  readonly leaseMs?: number;
  /** How soon the work of other processes is noticed. Default: 1 s. */
  readonly pollMs?: number;
  /** Indexes of entities, searched under their own names, which no collection may have. */
  readonly entities?: Entities | null;
}

const unending: Required<RetrievalOptions>['permissions'] = {
  leases: { take: (_principal, _use, parent) => ({ signal: parent, release() {} }) },
  findEnded: async () => new Map(),
  findEnd: async () => null,
  findSuspects: async () => new Map(),
};

export function openRetrieval(options: RetrievalOptions): Retrieval {
  const { passages, jobs, handle, onFailure, entities = null, leaseMs = 10_000, pollMs = 1_000 } = options;
  checkNames(options.collections, entities);
  const collections = collectionsOf(options.collections);
  const documents = openDocuments();
  const ingesting = ingestion({
    passages,
    documents,
    jobs,
    handle,
    collections,
    onFailure,
    callFor: options.ingestCallFor,
    ...(options.permissions ?? unending),
    limits: { ...usualLimits, ...options.limits },
    queue: { ...usualQueueLimits, ...options.queue },
    worker: { ...usualWorkerLimits, ...options.worker },
    leaseMs,
    pollMs,
  });
  return {
    async collections(principal) {
      const stored = new Map((await passages.collections()).map((state) => [state.name, state]));
      return collections
        .readable(principal)
        .map(({ name, embeddingModel }) => stored.get(name) ?? { name, sources: 0, passages: 0, embeddingModel });
    },

    async search(search) {
      checkQuery('query', search.query, search.first);
      if (entities?.has(search.collection)) return searchEntities(entities, search);
      const collection = collections.toRead(search.principal, search.collection);
      const { hits, warnings } = await searchPassages(passages, handle, collection, search);
      return { hits: hits.map(({ score, passage }) => ({ score, passage, entity: null })), warnings };
    },

    async answer(asked) {
      checkQuery('question', asked.question, asked.first);
      if (entities?.has(asked.collection)) return answerFromEntities(entities, handle, asked);
      const collection = collections.toRead(asked.principal, asked.collection);
      return answerQuestion(passages, handle, collection, asked);
    },

    ingest: (request) => ingesting.enqueue(request),
    ingestion: (id, principal) => ingesting.find(id, principal),
    ingestions: (collection, first, principal) => ingesting.list(collection, first, principal),
    followIngestion: (id, principal, signal) => ingesting.follow(id, principal, signal),

    async deleteSource(principal, collection, sourceId) {
      return passages.deleteSource(collections.toWrite(principal, collection).name, sourceId);
    },

    start: () => ingesting.start(),
    async stop() {
      await ingesting.stop();
      documents.close();
    },
  };
}

/** A collection with the name or the storage of an index would show its texts to people who may not see the entities. */
function checkNames(collections: Readonly<Record<string, CollectionConfig>>, entities: Entities | null): void {
  for (const name of Object.keys(collections)) {
    if (entities?.has(name) || name.startsWith(collectionOfIndex(''))) {
      throw new GatewayError('BAD_REQUEST', `The collection "${name}" has the name of an index of entities. Give it another.`);
    }
  }
}
