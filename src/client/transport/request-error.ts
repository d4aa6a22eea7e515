import type { Failure, FailureCode, Growing } from '../completion-events.ts';

/** An error of GraphQL as the gateway sends it. */
export interface SentError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  /** In the operation's text, from 1 on. */
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly extensions?: { readonly [name: string]: unknown };
}

/**
 * Why the gateway refused an operation, or why it could not be asked. Never a TypeError: libraries take those for a lost network.
 */
export class RequestError extends Error implements Failure {
  declare readonly code: Growing<FailureCode>;
  declare readonly retryable: boolean;
  declare readonly retryAfterMs: number | null;
  declare readonly errorId: string;
  /** As sent; empty where the gateway said nothing. */
  declare readonly errors: readonly SentError[];

  constructor(code: Growing<FailureCode>, message: string, details: Partial<Failure> & { readonly errors?: readonly SentError[] } = {}) {
    super(message);
    Object.assign(this, { name: 'RequestError', retryable: false, retryAfterMs: null, errorId: '', errors: [] }, details, {
      code,
      message,
    });
  }
}

/** The connection broke, or there was none. What was asked may have arrived. */
export const unreachable = (message: string, retryAfterMs: number | null = null): RequestError =>
  new RequestError('UNREACHABLE', message, { retryable: true, retryAfterMs });

export const asRequestError = (error: unknown): RequestError =>
  error instanceof RequestError ? error : unreachable(`The gateway was not reached: ${error}`);

/** For the errors of a result; the first decides. */
export function refusalOf(errors: readonly SentError[]): RequestError {
  const [{ message, extensions = {} } = { message: 'The gateway sent no data.' }] = errors;
  const { code, ...details } = extensions as Partial<Failure>;
  return new RequestError(code ?? 'BAD_REQUEST', message, { ...details, errors });
}
