/**
 * Lets only one process at a time update an index, among all that share the storage: two processes would both pay for the
 * vectors of the same new entities. A waiting process then finds what the other one stored, at no cost.
 *
 * The lease is a job that never ends (`storage/jobs/jobs.ts`): taken before an update, renewed during it, returned after it.
 * When a process dies, its lease expires and another process takes over.
 */

import { GatewayError } from '../../core/errors.ts';
import { sleep, throwIfAborted } from '../../core/turns/abort.ts';
import { machineMs } from '../../core/turns/monotonic.ts';
import type { JobLease, Jobs } from '../../storage/jobs/jobs.ts';

export interface IndexTurnsOptions {
  /** Length of the lease in milliseconds. It is renewed three times in this time. */
  readonly leaseMs?: number;
  /** Milliseconds between two tries at a turn that another process has. */
  readonly pollMs?: number;
  /** Of the clock that all processes of the machine share. */
  readonly now?: () => number;
}

/**
 * Looks when it is this process's turn; not at all when another one has looked, from beginning to end, in the meantime. The
 * signal of the look also fires when the turn was lost.
 */
export type IndexTurns = (index: string, signal: AbortSignal, look: (signal: AbortSignal) => Promise<void>) => Promise<void>;

/** Milliseconds of the machine's clock. `ended` null: it failed, or it is going on. */
interface Look {
  readonly began: number;
  readonly ended: number | null;
}

export function indexTurns(jobs: Jobs, { leaseMs = 10_000, pollMs = 500, now = machineMs }: IndexTurnsOptions = {}): IndexTurns {
  async function inTurn(lease: JobLease, asked: number, signal: AbortSignal, look: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const lost = new AbortController();
    const began = now();
    const renew = async (ended: number | null): Promise<void> => {
      if (await lease.progressed(JSON.stringify({ began, ended } satisfies Look))) return;
      lost.abort(new GatewayError('CANCELLED', 'Another process has taken over the index.'));
    };
    const renewing = setInterval(() => renew(null).catch(() => {}), leaseMs / 3);
    try {
      if (isSince(lookFrom(lease.progress), asked, now())) return;
      await renew(null);
      await look(AbortSignal.any([signal, lost.signal]));
      await renew(now());
    } finally {
      clearInterval(renewing);
      await lease.release().catch(() => {});
    }
  }

  return async (index, signal, look) => {
    const kind = `index:${index}`;
    const asked = now();
    if ((await jobs.find(kind)) === null) {
      // Another process may add it in this moment: both then use the same row.
      await jobs.add({ id: kind, kind, owner: 'service:indexes', body: index }).catch(() => {});
    }
    for (;;) {
      throwIfAborted(signal);
      const lease = await jobs.take(kind, leaseMs);
      if (lease !== null) return inTurn(lease, asked, signal, look);
      // The job was given up, because it was taken often and never begun. Each process then looks for itself.
      const status = (await jobs.find(kind))?.status;
      if (status !== 'running' && status !== 'waiting') return look(signal);
      await sleep(pollMs, signal);
    }
  };
}

/** An end in the future is ignored: it is from before the machine was started. */
const isSince = (last: Look | null, asked: number, now: number): boolean =>
  last !== null && last.ended !== null && last.began > asked && last.ended <= now;

function lookFrom(text: string | null): Look | null {
  return text === null ? null : (JSON.parse(text) as Look);
}
