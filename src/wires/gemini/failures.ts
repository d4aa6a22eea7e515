/** Google's errors, which name a status of google.rpc beside that of HTTP, and ours, both ways. */
import { type ErrorCode, errorTable, type GatewayError } from '../../core/errors.ts';
import { countOf, isObject, type JsonObject, jsonOf, textOf } from '../json-fields.ts';
import { WireFailure } from '../wire-failure.ts';

/** google/rpc/code.proto. */
const httpStatuses: Readonly<Record<string, number>> = {
  CANCELLED: 499,
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ABORTED: 409,
  ALREADY_EXISTS: 409,
  RESOURCE_EXHAUSTED: 429,
  UNKNOWN: 500,
  INTERNAL: 500,
  DATA_LOSS: 500,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};

/** The failure that a response has in place of an answer; null where its `error` says nothing. */
export function failureIn({ error }: JsonObject): WireFailure | null {
  if (error === undefined || error === null || error === '' || error === false) return null;
  const { code, status } = isObject(error) ? error : {};
  const named = textOf(status) || textOf(code);
  const known = Object.hasOwn(httpStatuses, named) ? (httpStatuses[named] ?? null) : null;
  return new WireFailure('refused', { status: statusIn(code) ?? known, text: jsonOf({ error }) });
}

function statusIn(code: unknown): number | null {
  const status = countOf(typeof code === 'string' && /^\d{3}$/.test(code) ? Number(code) : code);
  return status !== null && status >= 400 && status < 600 ? status : null;
}

/** Where Google has another status than our table, or where another would make clients repeat what cannot succeed. */
const ownStatuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  GUARDRAIL_BLOCKED: 400,
  CONTEXT_TOO_LONG: 400,
  RESUME_EXPIRED: 404,
  INVALID_OUTPUT: 500,
  SUBGRAPH_UNAVAILABLE: 503,
};

const words: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  402: 'FAILED_PRECONDITION',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

export function encodeFailure(failure: GatewayError): { readonly status: number; readonly body: JsonObject } {
  const { code, message, errorId, details } = failure;
  const status = ownStatuses[code] ?? errorTable[code].status;
  const info = {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason: code,
    domain: 'fieldgate',
    metadata: { errorId, retryable: String(failure.retryable) },
  };
  const { retryAfterMs } = details;
  const retry =
    retryAfterMs === undefined
      ? []
      : [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${Math.ceil(retryAfterMs / 1000)}s` }];
  return { status, body: { error: { code: status, message, status: words[status] ?? 'INTERNAL', details: [info, ...retry] } } };
}
