/** Writes failures to the log, at the level that says whose business they are. */
import type { GatewayError } from '../core/errors.ts';
import type { Log } from './log.ts';
import { withoutValues } from './refusal-text.ts';

type Levels = Pick<Log, 'debug' | 'info' | 'warn'>;

/** For failures that a caller sees as data: the cause is in the log, under the errorId that the caller has. */
export function failureLog(log: Levels): (error: GatewayError) => void {
  return (error) =>
    log[levelOfFailure(error)](error.code === 'INTERNAL' ? 'a field failed' : 'a request was refused', {
      errorId: error.errorId,
      code: error.code,
      ...(error.cause === undefined ? { why: withoutValues(error.message) } : { err: error }),
    });
}

/** A refusal that the caller caused is information. A failure with a cause is for the operators. */
function levelOfFailure({ code, cause }: GatewayError): keyof Levels {
  if (code === 'CANCELLED') return 'debug';
  return code === 'INTERNAL' || cause !== undefined ? 'warn' : 'info';
}

/** For answers of remote subgraphs that failed. */
export function subgraphFailureLog(log: Levels): (failure: { readonly code: string }) => void {
  return ({ code, ...failure }) => log[levelOfSubgraphFailure(code)]('a subgraph failed', { code, ...failure });
}

/** For documents that the query planner fails at, each once. */
export function unplannedLog(
  log: Pick<Log, 'warn'>,
): (unplanned: { readonly operationName: string | null; readonly cause: unknown }) => void {
  return ({ operationName, cause }) =>
    log.warn('an operation has no plan, so it is stitched', { operation: operationName, ...(cause === undefined ? {} : { err: cause }) });
}

/** A subgraph that cannot be used is a warning. What a subgraph refuses is information, and a client that left is neither. */
function levelOfSubgraphFailure(code: string): keyof Levels {
  if (code === 'CANCELLED') return 'debug';
  return code === 'SUBGRAPH_UNAVAILABLE' || code === 'TIMEOUT' ? 'warn' : 'info';
}
