/**
 * Ends what is queued for owners who may ask for nothing any more. Their jobs would else lie, with the texts of their sources, until
 * their turn comes or a rate has room: for minutes, where others have much to do.
 */
import type { FindEnded } from '../../core/call/lease.ts';
import { sleep } from '../../core/turns/abort.ts';
import type { Jobs } from '../../storage/jobs/jobs.ts';
import type { Bell } from './bell.ts';
import { kind } from './ingestion-worker.ts';
import { readProgress, withFailure, writeProgress } from './progress.ts';

export interface EndedOwnersOptions {
  readonly jobs: Jobs;
  readonly findEnded: FindEnded;
  readonly changes: Bell;
  readonly leaseMs: number;
  /** How soon the end of a permission is noticed. */
  readonly pollMs: number;
}

/** Resolves when the signal has fired. A store that fails is asked again: the worker says so at the same time. */
export async function watchEndedOwners(options: EndedOwnersOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await endJobs(options, signal).catch(() => {});
    await sleep(options.pollMs, signal).catch(() => {});
  }
}

async function endJobs({ jobs, findEnded, changes, leaseMs }: EndedOwnersOptions, signal: AbortSignal): Promise<void> {
  const owners = await jobs.owners(kind);
  if (owners.length === 0) return;
  for (const [owner, reason] of await findEnded(owners)) {
    for (let lease = await jobs.takeFrom(kind, owner, leaseMs); lease !== null; lease = await jobs.takeFrom(kind, owner, leaseMs)) {
      await lease.end('failed', writeProgress(withFailure(readProgress(lease.progress), reason)));
      changes.ring(lease.id);
      if (signal.aborted) return;
    }
  }
}
