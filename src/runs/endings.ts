/** The reasons why a run was ended from outside, in the words that its owner reads. */
import { GatewayError } from '../core/errors.ts';

export const cancelledByOwner = (): GatewayError => new GatewayError('CANCELLED', 'The completion was cancelled by its owner.');

/** Not the owner's wish: a client that lost its network comes back, perhaps too late. */
export const lastReaderLeft = (): GatewayError =>
  new GatewayError('CANCELLED', 'The last reader left, so the completion was cancelled. Ask again to start it anew.', { retryable: true });

const askAgain = 'Ask again, also with the same idempotencyKey. What was produced so far is billed.';

/** By a deploy, or by a signal. */
export const gatewayStopped = (): GatewayError =>
  new GatewayError(
    'MODEL_UNAVAILABLE',
    `The gateway was stopped, as for a new version of it, before this completion had ended. ${askAgain}`,
    { phase: 'mid-stream', retryable: true, retryAfterMs: 1_000 },
  );

export const startsNothingNew = (): GatewayError =>
  new GatewayError('MODEL_UNAVAILABLE', 'The gateway is being stopped and starts nothing new. Ask again in a moment.');

/** Found by those who start after a crash. The completion's id stands for an error id: the ledger has it. */
export const gatewayDied = (completionId: string): GatewayError =>
  new GatewayError(
    'MODEL_UNAVAILABLE',
    `The process of the gateway that made this completion died before it had ended. ${askAgain}`,
    { phase: 'mid-stream', retryable: true },
    { errorId: completionId },
  );
