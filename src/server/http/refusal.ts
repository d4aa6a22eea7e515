import { type ErrorCode, type ErrorDetails, errorTable, GatewayError } from '../../core/errors.ts';

/** A refusal that has an HTTP status of its own: 404, 405, 406, 413, 415, ... */
export class HttpRefusal extends GatewayError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    code: ErrorCode = 'BAD_REQUEST',
    details: ErrorDetails = {},
  ) {
    super(code, message, details);
    this.status = status;
    this.headers = headers;
  }
}

export const statusOf = (error: GatewayError): number => (error instanceof HttpRefusal ? error.status : errorTable[error.code].status);

/** Headers of the refusal. A 401 must say how to authenticate (RFC 9110 §15.5.2). */
export function headersOf(error: GatewayError): Readonly<Record<string, string>> {
  const { retryAfterMs } = error.details;
  return {
    ...(error instanceof HttpRefusal ? error.headers : {}),
    ...(statusOf(error) === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
    ...(retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) }),
  };
}

const comeBack = { 'Retry-After': '1', Connection: 'close' };

/** The refusal of new requests while the gateway is being stopped. */
export const shuttingDown = (): HttpRefusal =>
  new HttpRefusal(
    503,
    'The gateway is being stopped and takes nothing new. Try again in a moment; resume a stream after the last cursor you received.',
    comeBack,
    'MODEL_UNAVAILABLE',
    { retryable: true, retryAfterMs: 1_000 },
  );

/** The refusal of operations that outlast the time for stopping. CANCELLED, since what models were sent for them is billed. */
export const cutByShutdown = (): HttpRefusal =>
  new HttpRefusal(
    503,
    'The gateway was stopped, as for a new version of it, before the answer was complete. Try again; resume a stream after the last cursor you received.',
    comeBack,
    'CANCELLED',
    { retryable: true, retryAfterMs: 1_000 },
  );
