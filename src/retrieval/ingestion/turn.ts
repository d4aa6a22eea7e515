/**
 * One turn of one job: ingests its next source. The job then returns to the queue, so that other owners' jobs run in
 * between.
 */
import type { Principal } from '../../core/call/call.ts';
import type { FindEnd, Leases } from '../../core/call/lease.ts';
import { asGatewayError, GatewayError } from '../../core/errors.ts';
import { abortError } from '../../core/turns/abort.ts';
import type { JobLease } from '../../storage/jobs/jobs.ts';
import type { Collections } from '../collections.ts';
import type { NewSource, SourceFailure } from '../retrieval.ts';
import { waitMsAfter } from './patience.ts';
import { type Progress, readProgress, withFailure, withOutcome, writeProgress } from './progress.ts';
import { type Drafts, ingestSource, type SourceIngestion } from './source.ts';

export interface TurnOptions extends SourceIngestion {
  readonly collections: Collections;
  /** Leases that end the reading of a source when its owner's permission ends. */
  readonly leases: Leases;
  readonly findEnd: FindEnd;
  /** Called with each failure and its cause, for the log. The caller never sees the cause. */
  readonly onFailure: (error: GatewayError, source: { readonly collection: string; readonly sourceId: string }) => void;
  /** A worker that does not renew its lease for this long, in milliseconds, is taken for dead. */
  readonly leaseMs: number;
}

/** The body of a job; each source is a part of it. */
export interface JobBody {
  readonly collection: string;
  readonly principal: Principal;
  /** Fields of jobs that versions before 0.2 stored. */
  readonly sources?: readonly NewSource[];
}

/** Of a job's body. */
export const principalIn = (body: string): Principal => (JSON.parse(body) as JobBody).principal;

/** Never rejects. A worker that is to stop, or fails, gives the job back as it was. */
export async function takeTurn(options: TurnOptions, lease: JobLease, signal: AbortSignal): Promise<void> {
  const { leaseMs, onFailure } = options;
  const lost = new AbortController();
  const until = AbortSignal.any([signal, lost.signal]);
  const progress = readProgress(lease.progress);
  const renew = async (): Promise<void> => {
    if (!(await lease.progressed(writeProgress(progress)))) lost.abort();
  };
  const renewing = setInterval(() => renew().catch(() => lost.abort()), leaseMs / 3);
  try {
    const after = await oneSource(options, lease, progress, until);
    clearInterval(renewing);
    await leave(lease, after);
  } catch (error) {
    clearInterval(renewing);
    // The store failed, not a source: the lease runs out, and the job is taken again, at most five times.
    if (!until.aborted) onFailure(asGatewayError(error), { collection: '', sourceId: '' });
    if (signal.aborted) await lease.release().catch(() => {});
  }
}

interface After {
  readonly progress: Progress;
  readonly waitMs?: number;
}

async function leave(lease: JobLease, { progress, waitMs }: After): Promise<void> {
  const { done, total, failure } = progress;
  if (failure !== undefined) await lease.end('failed', writeProgress(progress));
  else if (done >= total) await lease.end('done', writeProgress(progress));
  else await lease.release({ progress: writeProgress(progress), done, ...(waitMs === undefined ? {} : { waitMs }) });
}

/** Throws when the worker is to stop, and when the store fails. */
async function oneSource(options: TurnOptions, lease: JobLease, progress: Progress, signal: AbortSignal): Promise<After> {
  const { collections, leases, findEnd, onFailure } = options;
  const { collection, principal, sources } = JSON.parse(lease.body) as JobBody;
  const ended = await findEnd(principal);
  if (ended !== null) return { progress: withFailure(progress, ended) };
  const part = await lease.part(progress.done);
  const source = part === null ? sources?.[progress.done] : (JSON.parse(part) as NewSource);
  if (source === undefined) {
    return {
      progress: withFailure(progress, new GatewayError('INTERNAL', 'Its next source is not in the database any more. Send it again.')),
    };
  }
  let keptSome = false;
  const drafts: Drafts = {
    find: (name) => lease.draft(progress.done, name),
    async keep(name, vectors) {
      await lease.keepDraft(progress.done, name, vectors);
      keptSome = true;
    },
  };
  let outcome: 'stored' | 'unchanged' | SourceFailure;
  const permission = leases.take(principal, 'work', signal);
  try {
    outcome = await ingestSource(options, collections.toWrite(principal, collection), principal, source, permission.signal, drafts);
  } catch (error) {
    if (signal.aborted) throw error;
    const known = permission.signal.aborted ? abortError(permission.signal) : asGatewayError(error);
    const waits = keptSome ? 0 : (progress.waits ?? 0);
    const waitMs = waitMsAfter(known, waits);
    if (waitMs !== null) return { progress: { ...progress, waits: waits + 1 }, waitMs };
    onFailure(known, { collection, sourceId: source.id });
    // The owner may ask for nothing any more: the key was revoked or has expired.
    if (known.code === 'UNAUTHENTICATED') return { progress: withFailure(progress, known) };
    outcome = { sourceId: source.id, message: known.message };
  } finally {
    permission.release();
  }
  return { progress: withOutcome(progress, outcome) };
}
