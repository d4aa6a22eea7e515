/**
 * Interprets failed attempts: which of them count against the deployment or the caller, and which error the call ends with
 * when no deployment is left.
 */
import { type AttemptSummary, type ErrorCode, GatewayError } from '../../core/errors.ts';
import type { Deployment, Route } from '../../routing/route.ts';

export interface Failure extends AttemptSummary {
  readonly error: GatewayError;
}

/** Faults of a provider: another deployment may do better. */
const faults: ReadonlySet<ErrorCode> = new Set([
  'MODEL_UNAVAILABLE',
  'RATE_LIMITED',
  'TIMEOUT',
  'STREAM_STALLED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
]);
/** Refusals that hold for one deployment only. */
const skips: ReadonlySet<ErrorCode> = new Set(['BUDGET_EXCEEDED', 'COST_LIMIT_EXCEEDED', 'UNPRICED', 'CONTEXT_TOO_LONG']);
/** Faults that say more than MODEL_UNAVAILABLE when every attempt ended with them. */
const tellingFaults: ReadonlySet<ErrorCode> = new Set(['TIMEOUT', 'STREAM_STALLED']);

export const isFault = ({ code, details }: GatewayError): boolean => faults.has(code) && details.about !== 'gateway';
export const isSkip = ({ code }: GatewayError): boolean => skips.has(code);

/** The failure of a deployment that was not asked: its circuit is open, or its provider has asked for a pause. */
export function restingFailure({ id }: Deployment, retryAfterMs: number, asked: boolean): Failure {
  const why = asked ? 'Its provider has asked to be left alone for a while.' : 'It failed too often and is left alone for a while.';
  const error = new GatewayError('MODEL_UNAVAILABLE', why, { retryAfterMs: Math.ceil(retryAfterMs) });
  return { deployment: id, outcome: error.code, latencyMs: 0, error };
}

/** `waitsMs` are the times after which the deployments that this call has asked may be asked again. */
export function allFailed(route: Route, failures: readonly Failure[], waitsMs: readonly number[]): GatewayError {
  const attempts = failures.map(({ deployment, outcome, latencyMs }) => ({ deployment, outcome, latencyMs }));
  const errors = failures.map((failure) => failure.error);
  const [first] = errors;
  const same = first !== undefined && errors.every((error) => error.code === first.code);
  if (same && skips.has(first.code)) return first;
  const code = same && tellingFaults.has(first.code) ? first.code : 'MODEL_UNAVAILABLE';
  const waits = [...waitsMs, ...errors.flatMap(({ details }) => details.retryAfterMs ?? [])].filter((ms) => ms > 0);
  const message =
    errors.length === 1 && first?.code === code ? first.message : `None of the deployments of route "${route.name}" could answer.`;
  return new GatewayError(
    code,
    message,
    {
      attempts,
      phase: 'before-content',
      retryable: errors.some((error) => error.retryable),
      ...(waits.length === 0 ? {} : { retryAfterMs: Math.ceil(Math.min(...waits)) }),
    },
    { cause: errors.length === 1 ? (first?.cause ?? first) : errors },
  );
}

export const noneLeft = (route: Route): GatewayError =>
  new GatewayError('MODEL_UNAVAILABLE', `Route "${route.name}" allows a call ${route.attempts} attempts, and all of them are used.`, {
    phase: 'before-content',
  });

export const tooLong = (route: Route): GatewayError =>
  new GatewayError(
    'TIMEOUT',
    `Route "${route.name}" gives a call ${route.totalMs} ms, and it had not ended by then. A shorter answer would fit.`,
  );
