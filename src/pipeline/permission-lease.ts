import type { Batch } from '../core/batch.ts';
import type { Call, Handler, Step } from '../core/call/call.ts';
import type { Lease, Leases } from '../core/call/lease.ts';

/**
 * A call goes on only as long as its principal's key is in force: its signal carries a lease, also for detached runs and jobs,
 * which no operation waits for. When the key has ended, nothing is dispatched and what runs ends with UNAUTHENTICATED.
 */
export function leased(leases: Leases): Step {
  return {
    stream: (next) => (request, call) => ({ [Symbol.asyncIterator]: () => leasedCall(leases, next, request, call) }),
    whole: (next) => async (request, call) => {
      const { signal, abort, release } = leases.take(call.principal, 'work', call.signal, call.abort);
      try {
        return await next(request, abort === undefined ? { ...call, signal } : { ...call, signal, abort });
      } finally {
        release();
      }
    },
  };
}

/** This is an iterator and not a generator, because `return()` must reach a step that waits. */
function leasedCall(leases: Leases, next: Handler, request: Parameters<Handler>[0], call: Call): AsyncIterableIterator<Batch> {
  let lease: Lease | null = null;
  let below: AsyncIterator<Batch> | null = null;
  let over = false;
  const end = (): void => {
    over = true;
    lease?.release();
  };
  const open = (): AsyncIterator<Batch> => {
    lease = leases.take(call.principal, 'work', call.signal, call.abort);
    below = next(request, { ...call, signal: lease.signal })[Symbol.asyncIterator]();
    return below;
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (over) return { done: true, value: undefined };
      try {
        const result = await (below ?? open()).next();
        if (result.done === true) end();
        return result;
      } catch (error) {
        end();
        throw error;
      }
    },
    async return() {
      try {
        if (!over) await below?.return?.();
      } finally {
        end();
      }
      return { done: true, value: undefined };
    },
  };
}
