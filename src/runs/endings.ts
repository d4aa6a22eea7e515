/** The reasons why a run was ended from outside, in the words that its owner reads. */
import { GatewayError } from '../core/errors.ts';

export const cancelledByOwner = (): GatewayError => new GatewayError('CANCELLED', 'The completion was cancelled by its owner.');

/** The owner did not ask for it: a client that lost its network may come back too late. */
export const lastReaderLeft = (): GatewayError =>
  new GatewayError('CANCELLED', 'The last reader left, so the completion was cancelled. Ask again to start it anew.', { retryable: true });

const askAgain = 'Ask again, also with the same idempotencyKey. What was produced so far is billed.';

/** The gateway was stopped, by a deploy or by a signal. */
export const gatewayStopped = (): GatewayError =>
  new GatewayError(
    'MODEL_UNAVAILABLE',
    `The gateway was stopped, as for a new version of it, before this completion had ended. ${askAgain}`,
    { phase: 'mid-stream', retryable: true, retryAfterMs: 1_000 },
  );

export const startsNothingNew = (): GatewayError =>
  new GatewayError('MODEL_UNAVAILABLE', 'The gateway is being stopped and starts nothing new. Ask again in a moment.');

/** The next gateway on the folder finds this run after a crash. Its message names the completion's id in place of an error id: the ledger has that id. */
export const gatewayDied = (completionId: string): GatewayError =>
  new GatewayError(
    'MODEL_UNAVAILABLE',
    `The process of the gateway that made this completion died before it had ended. ${askAgain}`,
    { phase: 'mid-stream', retryable: true },
    { errorId: completionId },
  );
