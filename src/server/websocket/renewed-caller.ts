/**
 * Takes other credentials on a WebSocket that is open: a token that will expire, or has, gives way to the next one of the same caller.
 *
 * Any operation may carry them, as `extensions.connectionInit`: what `connection_init` would say. They hold from this operation on, for
 * those that run too. Where they are refused, so is the operation, and the connection stays as it was.
 */
import type { Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import type { RunningOperation } from '../operation.ts';

/** Null: the operation brings none. Throws BAD_REQUEST. */
export function connectionInitIn(extensions: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof extensions !== 'object' || extensions === null || !Object.hasOwn(extensions, 'connectionInit')) return null;
  const init: unknown = (extensions as Readonly<Record<string, unknown>>)['connectionInit'];
  if (typeof init === 'object' && init !== null && !Array.isArray(init)) return init as Readonly<Record<string, unknown>>;
  throw new GatewayError(
    'BAD_REQUEST',
    'extensions.connectionInit is not an object. What connection_init says would be accepted: { "Authorization": "Bearer fgt_…" }.',
  );
}

/** Throws FORBIDDEN for somebody else. */
export function checkSameCaller(before: Principal, next: Principal): void {
  if (before.id === next.id && before.team === next.team) return;
  throw new GatewayError(
    'FORBIDDEN',
    'A WebSocket stays with the caller who opened it: another token of the same user would be accepted. Open another WebSocket for somebody else.',
  );
}

/** An operation that begins when its credentials have been accepted. */
export function startedAfter<T>(accepting: Promise<T>, start: (accepted: T) => RunningOperation): RunningOperation {
  let begun: RunningOperation | null = null;
  let stopped: GatewayError | null = null;
  const outcome = accepting.then((accepted) => {
    if (stopped !== null) throw stopped;
    begun = start(accepted);
    return begun.outcome;
  });
  outcome.catch(() => {});
  return {
    outcome,
    answerHeaders: () => begun?.answerHeaders() ?? [],
    stop(reason) {
      stopped ??= reason;
      begun?.stop(reason);
    },
    finished: () => begun?.finished(),
    renew: (principal) => begun?.renew(principal),
  };
}
