/**
 * Ingestion: sources wait as a job in the database, and the workers of any process take them, several at once, owners in
 * turn.
 *
 * A crash loses nothing: another worker continues after the last finished source, and a source that was stored but not yet
 * counted is found unchanged. The text of a source is deleted from the job as soon as it is done.
 */

import { type Principal, tenantOf } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Stream } from '../../core/pull-stream.ts';
import { interruptible } from '../../core/stream.ts';
import { bytesOf, type NewJob } from '../../storage/jobs/jobs.ts';
import { checkSources } from '../requested.ts';
import type { IngestionState, IngestRequest } from '../retrieval.ts';
import { bell } from './bell.ts';
import { type EndedOwnersOptions, watchEndedOwners } from './ended-owners.ts';
import { anyWork, kind, runWorker, type WorkerOptions } from './ingestion-worker.ts';
import { newProgress, stateOf, writeProgress } from './progress.ts';
import { type QueueLimits, queueIsFull } from './room.ts';
import type { JobBody } from './turn.ts';

interface Ingestion {
  enqueue(request: IngestRequest): Promise<IngestionState>;
  find(id: string, principal: Principal): Promise<IngestionState | null>;
  /** The newest first. */
  list(collection: string, first: number, principal: Principal): Promise<readonly IngestionState[]>;
  /** The states of the job as it goes on, until it has ended. */
  follow(id: string, principal: Principal, signal: AbortSignal): Stream<IngestionState>;
  start(): void;
  stop(): Promise<void>;
}

interface IngestionOptions extends Omit<WorkerOptions & EndedOwnersOptions, 'changes'> {
  readonly queue: QueueLimits;
  readonly now?: () => number;
}

export function ingestion(options: IngestionOptions): Ingestion {
  const { jobs, collections, queue, pollMs, now = Date.now } = options;
  const changes = bell();
  let working: { readonly controller: AbortController; readonly ended: Promise<unknown> } | null = null;

  const find = async (id: string, principal: Principal): Promise<IngestionState | null> => {
    const job = await jobs.find(id);
    return job === null || job.owner !== principal.id ? null : stateOf(job);
  };

  async function* states(id: string, principal: Principal, signal: AbortSignal): AsyncGenerator<IngestionState> {
    let last = '';
    for (;;) {
      const rung = changes.listen(id);
      try {
        const state = await find(id, principal);
        if (state === null) throw new GatewayError('BAD_REQUEST', 'There is no such ingestion of yours. They are kept for 7 days.');
        const text = JSON.stringify(state);
        if (text !== last) yield state;
        last = text;
        if (state.status !== 'RUNNING') return;
        await rung.within(pollMs, signal);
      } finally {
        rung.leave();
      }
    }
  }

  return {
    async enqueue({ principal, collection, sources }) {
      collections.toWrite(principal, collection);
      checkSources(sources);
      const job = jobOf({ principal, collection, sources });
      // The operator's own work has no limit in the queue: the configuration and the shell decide how much there is.
      const room = principal.kind === 'service' ? undefined : { maxParts: queue.maxQueuedSources, maxBytes: queue.maxQueuedBytes };
      const queued = await jobs.add(job, room);
      if (queued !== null) throw queueIsFull(queued, { parts: job.parts.length, bytes: bytesOf(job.parts) }, queue);
      changes.ring(anyWork);
      return stateOf({ ...job, status: 'waiting', createdAt: now() });
    },

    find,

    async list(collection, first, principal) {
      collections.toWrite(principal, collection);
      return (await jobs.list(kind, principal.id, collection, first)).map(stateOf);
    },

    follow: (id, principal, signal) => interruptible((stop) => states(id, principal, stop), { signal }),

    start() {
      if (working !== null) return;
      const controller = new AbortController();
      const { signal } = controller;
      const parts = { ...options, changes };
      working = { controller, ended: Promise.all([runWorker(parts, signal), watchEndedOwners(parts, signal)]) };
    },

    async stop() {
      working?.controller.abort();
      await working?.ended;
      working = null;
    },
  };
}

function jobOf({ principal, collection, sources }: IngestRequest) {
  // The name of a user stands in the identities alone; but for users of an issuer, whom collections may name.
  const { user, kind: by } = principal;
  const owner: Principal = user === undefined || by === 'jwt' ? principal : { ...principal, user: { ...user, name: null } };
  const body: JobBody = { collection, principal: owner };
  return {
    id: crypto.randomUUID(),
    kind,
    owner: principal.id,
    tenant: tenantOf(principal),
    subject: collection,
    body: JSON.stringify(body),
    parts: sources.map((source) => JSON.stringify(source)),
    progress: writeProgress(newProgress(sources.length)),
  } satisfies NewJob;
}
