/**
 * Ends what is queued for owners who may ask for nothing any more. Their jobs would else lie, with the texts of their sources, until
 * their turn comes or a rate has room: for minutes, where others have much to do.
 */
import { LRUCache } from 'lru-cache';
import type { FindEnd, FindEnded, FindSuspects } from '../../core/call/lease.ts';
import type { GatewayError } from '../../core/errors.ts';
import { sleep } from '../../core/turns/abort.ts';
import type { JobLease, Jobs } from '../../storage/jobs/jobs.ts';
import type { Bell } from './bell.ts';
import { kind } from './ingestion-worker.ts';
import { readProgress, withFailure, writeProgress } from './progress.ts';
import { principalIn } from './turn.ts';

export interface EndedOwnersOptions {
  readonly jobs: Jobs;
  readonly findEnded: FindEnded;
  readonly findEnd: FindEnd;
  readonly findSuspects: FindSuspects;
  readonly changes: Bell;
  readonly leaseMs: number;
  /** How soon the end of a permission is noticed. */
  readonly pollMs: number;
}

/** Suspects whose work goes on, with the reason for which it was asked. A forgotten one is asked about again. */
const maxCleared = 10_000;

/** Resolves when the signal has fired. A store that fails is asked again: the worker says so at the same time. */
export async function watchEndedOwners(options: EndedOwnersOptions, signal: AbortSignal): Promise<void> {
  const cleared = new LRUCache<string, string>({ max: maxCleared });
  while (!signal.aborted) {
    await endJobs(options, cleared, signal).catch(() => {});
    await sleep(options.pollMs, signal).catch(() => {});
  }
}

async function endJobs(options: EndedOwnersOptions, cleared: LRUCache<string, string>, signal: AbortSignal): Promise<void> {
  const { jobs, findEnded, findEnd, findSuspects } = options;
  const owners = await jobs.owners(kind);
  if (owners.length === 0) return;
  for (const [owner, reason] of await findEnded(owners.map((one) => one.owner))) await endAll(owner, async () => reason, options, signal);
  for (const [owner, why] of await findSuspects(owners)) {
    if (signal.aborted) return;
    if (cleared.get(owner) === why) continue;
    // Its jobs are as old as their order: behind one that goes on, all go on.
    const isCleared = await endAll(owner, (lease) => findEnd(principalIn(lease.body)), options, signal);
    if (isCleared) cleared.set(owner, why);
  }
}

/** Ends the owner's jobs, the oldest first. True: one goes on, and those behind it were not asked about. */
async function endAll(
  owner: string,
  reasonOf: (lease: JobLease) => Promise<GatewayError | null>,
  { jobs, changes, leaseMs }: EndedOwnersOptions,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    const lease = await jobs.takeFrom(kind, owner, leaseMs);
    if (lease === null) return false;
    const reason = await reasonOf(lease);
    if (reason === null) {
      await lease.release();
      return true;
    }
    await lease.end('failed', writeProgress(withFailure(readProgress(lease.progress), reason)));
    changes.ring(lease.id);
  }
  return false;
}
