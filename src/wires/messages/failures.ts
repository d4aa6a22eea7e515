/** Errors of the Messages API, both ways: what a vendor's error inside an answer means, and how a door writes ours. */
import { type ErrorCode, errorTable, type GatewayError } from '../../core/errors.ts';
import { countOf, isObject, type JsonObject, textOf } from '../json-fields.ts';
import { WireFailure } from '../wire-failure.ts';

/** The HTTP status of each `error.type` (docs.claude.com, API errors). Other words have no status. */
const statuses: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/** The events of the grammar: an `error` field beside their content is none. */
const content = /^(?:message|content_block)(?:_|$)/;

/** The error of one event or body, in all forms that servers use. Null when it has no error. */
export function failureIn(type: string, event: JsonObject): WireFailure | null {
  const { error } = event as { readonly error?: unknown };
  const hasError = isObject(error) || (typeof error === 'string' && error !== '');
  if (type !== 'error' && (!hasError || content.test(type))) return null;
  const told = isObject(error) ? error : event;
  const words = [textOf(told['code']), textOf(told['type']), textOf(told['error_code'])].map((word) => word.toLowerCase());
  const known = words.map((word) => (Object.hasOwn(statuses, word) ? statuses[word] : undefined)).find((status) => status !== undefined);
  const status = statusIn(told['status_code']) ?? statusIn(told['status']) ?? statusIn(told['code']) ?? known ?? null;
  return new WireFailure('refused', { status, text: jsonText({ error: hasError ? error : event }) });
}

function statusIn(value: unknown): number | null {
  const status = countOf(typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value);
  return status !== null && Number.isInteger(status) && status >= 400 && status < 600 ? status : null;
}

/** The JSON text; empty for a value that is nested too deep to be written. */
function jsonText(value: JsonObject): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '';
  }
}

interface Refusal {
  readonly status: number;
  readonly type: string;
}

const invalidRequest: Refusal = { status: 400, type: 'invalid_request_error' };
const limited: Refusal = { status: 429, type: 'rate_limit_error' };
const unpaid: Refusal = { status: 402, type: 'billing_error' };

/** Stock clients decide by the status alone whether they retry: a refusal about money is 402, one about the input 400. */
const refusals: Readonly<Partial<Record<ErrorCode, Refusal>>> = {
  UNAUTHENTICATED: { status: 401, type: 'authentication_error' },
  FORBIDDEN: { status: 403, type: 'permission_error' },
  DOCUMENT_NOT_TRUSTED: { status: 403, type: 'permission_error' },
  BAD_REQUEST: invalidRequest,
  COST_LIMIT_EXCEEDED: invalidRequest,
  DEPTH_LIMIT_EXCEEDED: invalidRequest,
  CONTEXT_TOO_LONG: invalidRequest,
  GUARDRAIL_BLOCKED: invalidRequest,
  BUDGET_EXCEEDED: unpaid,
  UNPRICED: unpaid,
  RATE_LIMITED: limited,
  CONCURRENCY_LIMITED: limited,
  MODEL_UNAVAILABLE: { status: 529, type: 'overloaded_error' },
  TIMEOUT: { status: 504, type: 'timeout_error' },
  STREAM_STALLED: { status: 504, type: 'timeout_error' },
  IDEMPOTENCY_CONFLICT: { status: 409, type: 'invalid_request_error' },
  RESUME_EXPIRED: { status: 404, type: 'not_found_error' },
};

/** The failure in the form `error`, which is the same in an event and in a body. */
export function encodeFailure(failure: GatewayError): { readonly status: number; readonly body: JsonObject } {
  const { status, type } = refusals[failure.code] ?? { status: errorTable[failure.code].status, type: 'api_error' };
  return { status, body: { type: 'error', error: { type, message: messageOf(failure) } } };
}

/** Clients know by the words "prompt is too long" that they have to shorten the history. */
function messageOf({ code, message, errorId }: GatewayError): string {
  if (code === 'CONTEXT_TOO_LONG') return `prompt is too long: ${message}`;
  return code === 'INTERNAL' ? `${message} (errorId: ${errorId})` : message;
}
