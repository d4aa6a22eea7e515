/** Takes jobs in their turn and works on several at once, because most of their time is spent waiting for models. */
import { asGatewayError } from '../../core/errors.ts';
import { turnsOf } from '../../core/turns/turns.ts';
import type { JobLease, Jobs } from '../../storage/jobs/jobs.ts';
import type { Bell } from './bell.ts';
import { type TurnOptions, takeTurn } from './turn.ts';

export const kind = 'ingest';

export interface WorkerLimits {
  /** Sources of all owners that one process works on at a time. */
  readonly maxSourcesAtOnce: number;
  /** Of these, the maximum of one team. One owner has one at a time. */
  readonly maxSourcesAtOncePerTeam: number;
}

export const usualWorkerLimits: WorkerLimits = { maxSourcesAtOnce: 16, maxSourcesAtOncePerTeam: 2 };

export interface WorkerOptions extends TurnOptions {
  readonly jobs: Jobs;
  readonly changes: Bell;
  readonly worker: WorkerLimits;
  /** How soon work of other processes is noticed. Work of this process is noticed at once. */
  readonly pollMs: number;
}

/** The subject of `changes` that announces work. */
export const anyWork = '';

/** Resolves when the signal has fired and what was begun has been given back. */
export async function runWorker(options: WorkerOptions, signal: AbortSignal): Promise<void> {
  const { jobs, changes, worker, leaseMs, pollMs, onFailure } = options;
  const turns = new Set<Promise<void>>();
  const others = turnsOf({ unitsPerTurn: 1 });

  const next = async (): Promise<JobLease | null> => {
    if (turns.size >= worker.maxSourcesAtOnce) return null;
    return jobs.take(kind, leaseMs, worker.maxSourcesAtOncePerTeam).catch((error: unknown) => {
      onFailure(asGatewayError(error), { collection: '', sourceId: '' });
      return null;
    });
  };
  const begin = (lease: JobLease): void => {
    const turn = takeTurn(options, lease, signal).finally(() => {
      turns.delete(turn);
      changes.ring(lease.id);
      changes.ring(anyWork);
    });
    turns.add(turn);
  };

  while (!signal.aborted) {
    const rung = changes.listen(anyWork);
    const lease = await next();
    if (lease === null) await rung.within(pollMs, signal).catch(() => {});
    else begin(lease);
    rung.leave();
    // Between two sources of which none waits for anything, requests have their turn.
    await others.spend(1);
  }
  await Promise.all(turns);
}
