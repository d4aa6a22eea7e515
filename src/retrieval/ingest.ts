/**
 * Ingestion: sources wait as a job in the database, and a worker of any process takes them up one after another.
 *
 * A crash loses nothing: another worker goes on behind the last finished source, and a source that was stored but not yet
 * counted is found unchanged. The job's body, which holds the sources, is forgotten when it ends.
 */
import { abortError, sleep } from '../core/abort.ts';
import type { Principal } from '../core/call.ts';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import type { JobLease, Jobs } from '../storage/jobs.ts';
import type { Collections } from './collections.ts';
import { begun, readProgress, stateOf, withOutcome, written } from './progress.ts';
import { checkSources } from './requested.ts';
import type { IngestionState, IngestRequest, NewSource, SourceFailure } from './retrieval.ts';
import { ingestSource, type SourceIngestion } from './source.ts';

const kind = 'ingest';

interface Ingestion {
  enqueue(request: IngestRequest): Promise<IngestionState>;
  find(id: string, principal: Principal): Promise<IngestionState | null>;
  follow(id: string, principal: Principal, signal: AbortSignal): AsyncIterableIterator<IngestionState>;
  start(): void;
  stop(): Promise<void>;
}

interface IngestionOptions extends SourceIngestion {
  readonly jobs: Jobs;
  readonly collections: Collections;
  /** Told of each failure, for the log: with its cause, which the caller never sees. */
  readonly onFailure: (error: GatewayError, source: { readonly collection: string; readonly sourceId: string }) => void;
  /** A worker that does not renew its lease for so long is held for dead. */
  readonly leaseMs?: number;
  /** How soon the work of other processes is noticed; this one's own is at once. */
  readonly pollMs?: number;
}

interface JobBody {
  readonly collection: string;
  readonly principal: Principal;
  readonly sources: readonly NewSource[];
}

export function ingestion(options: IngestionOptions): Ingestion {
  const { jobs, collections, leaseMs = 30_000, pollMs = 1_000 } = options;
  const changes = bell();
  let working: { readonly controller: AbortController; readonly ended: Promise<void> } | null = null;

  const find = async (id: string, principal: Principal): Promise<IngestionState | null> => {
    const job = await jobs.find(id);
    return job === null || job.owner !== principal.id ? null : stateOf(job);
  };

  const work = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const rung = changes.listen();
      const lease = await jobs.take(kind, leaseMs).catch((error: unknown) => {
        options.onFailure(asGatewayError(error), { collection: '', sourceId: '' });
        return null;
      });
      if (lease === null) await rung.within(pollMs, signal).catch(() => {});
      rung.leave();
      if (lease !== null) await done(lease, signal);
    }
  };

  /** Works on one job until it ends, the lease is lost, or the worker is stopped. */
  const done = async (lease: JobLease, signal: AbortSignal): Promise<void> => {
    const lost = new AbortController();
    const until = AbortSignal.any([signal, lost.signal]);
    let progress = readProgress(lease.progress);
    const renew = async (): Promise<void> => {
      if (!(await lease.progressed(written(progress)))) lost.abort();
    };
    const renewing = setInterval(() => renew().catch(() => lost.abort()), leaseMs / 3);
    try {
      const { collection, principal, sources } = JSON.parse(lease.body) as JobBody;
      for (const source of sources.slice(progress.done)) {
        const outcome = await outcomeOf(collection, principal, source, until);
        progress = withOutcome(progress, outcome);
        await renew();
        if (until.aborted) break;
        changes.ring();
      }
      if (!until.aborted) await lease.end('done', written(progress));
    } catch (error) {
      // The store, not a source: the lease runs out and the job is taken again, five times at most.
      if (!until.aborted) options.onFailure(asGatewayError(error), { collection: '', sourceId: '' });
    } finally {
      clearInterval(renewing);
    }
    if (signal.aborted) await lease.release().catch(() => {});
    changes.ring();
  };

  /** Throws only when the worker is to stop. */
  const outcomeOf = async (
    name: string,
    principal: Principal,
    source: NewSource,
    signal: AbortSignal,
  ): Promise<'stored' | 'unchanged' | SourceFailure> => {
    try {
      const collection = collections.toWrite(principal, name);
      return await patiently(() => ingestSource(options, collection, principal, source, signal), signal);
    } catch (error) {
      if (signal.aborted) throw error;
      const known = asGatewayError(error);
      options.onFailure(known, { collection: name, sourceId: source.id });
      return { sourceId: source.id, message: known.message };
    }
  };

  return {
    async enqueue({ principal, collection, sources }) {
      collections.toWrite(principal, collection);
      checkSources(sources);
      const id = crypto.randomUUID();
      const body: JobBody = { collection, principal, sources };
      const progress = begun(sources.length);
      await jobs.add({ id, kind, owner: principal.id, body: JSON.stringify(body), progress: written(progress) });
      changes.ring();
      return { id, status: 'RUNNING', ...progress };
    },

    find,

    async *follow(id, principal, signal) {
      let last = '';
      while (!signal.aborted) {
        const rung = changes.listen();
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
      throw abortError(signal);
    },

    start() {
      if (working !== null) return;
      const controller = new AbortController();
      working = { controller, ended: work(controller.signal) };
    },

    async stop() {
      working?.controller.abort();
      await working?.ended;
      working = null;
    },
  };
}

const waitsAtMost = 6;

/** Again after what passes: a full minute of requests is waited for, a provider that is away gets three chances. */
async function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let waits = 0; ; waits += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof GatewayError) || signal.aborted) throw error;
      const limited = error.code === 'RATE_LIMITED' || error.code === 'CONCURRENCY_LIMITED';
      const away = error.code === 'MODEL_UNAVAILABLE' || error.code === 'STREAM_STALLED' || error.code === 'TIMEOUT';
      if (!error.retryable || !(limited || away) || waits >= (limited ? waitsAtMost : 2)) throw error;
      await sleep(Math.min(error.details.retryAfterMs ?? 500 * 4 ** waits, 60_000), signal);
    }
  }
}

interface Bell {
  ring(): void;
  /** Hears the next ring, also one before the wait begins. */
  listen(): { within(ms: number, signal: AbortSignal): Promise<void>; leave(): void };
}

function bell(): Bell {
  const listeners = new Set<() => void>();
  return {
    ring: () => {
      for (const hear of listeners) hear();
    },
    listen() {
      const { promise, resolve } = Promise.withResolvers<void>();
      listeners.add(resolve);
      return {
        within: (ms, signal) => Promise.race([promise, sleep(ms, signal)]),
        leave: () => listeners.delete(resolve),
      };
    },
  };
}
