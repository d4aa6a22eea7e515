/** Errors of the Responses API, both ways: what a vendor's error inside an answer means, and how a door writes ours. */
import { type ErrorCode, errorTable, type GatewayError } from '../../core/errors.ts';
import { isObject, type JsonObject, objectOf, textOf } from '../json-fields.ts';
import { WireFailure } from '../wire-failure.ts';

/** The HTTP status that an error's `code` or `type` stands for. Words that are not here stand for none. */
const statuses: readonly (readonly [RegExp, number])[] = [
  [/^(?:insufficient_quota|rate_limit\w*|requests|tokens|too_many_requests)$/, 429],
  [/^(?:billing\w*|payment_required|credit\w*)$/, 402],
  [/^(?:authentication\w*|invalid_api_key|unauthorized)$/, 401],
  [/^(?:permission\w*|forbidden|request_forbidden|unsupported_country_region_territory)$/, 403],
  [/^(?:model_not_found|not_found\w*|\w*_not_found)$/, 404],
  [/^(?:invalid\w*|bad_request|context_length\w*|string_above_max_length|unsupported\w*|image_\w+|empty_image_file|missing\w*)$/, 400],
  [/^(?:\w*overloaded\w*|slow_down|service_unavailable|unavailable)$/, 503],
  [/^(?:\w*timeout|deadline_exceeded)$/, 504],
  [/^(?:server_error|internal\w*|api_error|processing_error)$/, 500],
];
const contentRefused = /^(?:content_filter|content_policy_violation|image_content_policy_violation|bio_policy|cyber_policy)$/;

/** The error of an answer with status 200: an object with code and message, one around it, or a sentence. */
export function failureOf(error: unknown): WireFailure {
  const outer = objectOf(error);
  const inner = isObject(outer['error']) ? outer['error'] : outer;
  const words = [inner['code'], inner['type'], inner['status']].map(wordOf).filter((word) => word !== '');
  const text = jsonText({ error: error === undefined ? null : error });
  if (words.some((word) => contentRefused.test(word))) return new WireFailure('content', { text });
  return new WireFailure('refused', { status: statusOf([...words, wordOf(inner['status_code'])]), text });
}

const wordOf = (value: unknown): string => (typeof value === 'number' ? String(value) : textOf(value).toLowerCase());

function statusOf(words: readonly string[]): number | null {
  for (const word of words) if (/^[45]\d\d$/.test(word)) return Number(word);
  for (const word of words) {
    const known = statuses.find(([pattern]) => pattern.test(word));
    if (known !== undefined) return known[1];
  }
  return null;
}

/** Empty for what is nested too deep to be written. */
function jsonText(value: JsonObject): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '';
  }
}

/**
 * The error of one event, in all the forms that servers give it: `error` with the fields flat or nested, `response.failed`, and an
 * event that is nothing but an `error`. Null: the event is none.
 */
export function failureIn(type: string, event: JsonObject): WireFailure | null {
  const error = event['error'];
  const hasError = isObject(error) || (typeof error === 'string' && error !== '');
  if (type === 'error') return failureOf(hasError ? error : event);
  if (type === 'response.failed') {
    const response = objectOf(event['response']);
    if (isObject(response['error']) || typeof response['error'] === 'string') return failureOf(response['error']);
    if (hasError) return failureOf(error);
    return isObject(response['incomplete_details']) ? null : failureOf(null);
  }
  return hasError && !type.startsWith('response.') ? failureOf(error) : null;
}

interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly code: string;
}

const serverError = (status: number, code = 'server_error'): Refusal => ({ status, type: 'server_error', code });
const invalidRequest = (status: number, code: string): Refusal => ({ status, type: 'invalid_request_error', code });
const limited: Refusal = { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded' };

/** Stock clients retry by the status alone: money is 402, and what was asked wrongly is 400. */
const refusals: Readonly<Partial<Record<ErrorCode, Refusal>>> = {
  UNAUTHENTICATED: { status: 401, type: 'authentication_error', code: 'invalid_api_key' },
  FORBIDDEN: { status: 403, type: 'permission_error', code: 'forbidden' },
  BAD_REQUEST: invalidRequest(400, 'invalid_request'),
  DOCUMENT_NOT_TRUSTED: { status: 403, type: 'permission_error', code: 'document_not_trusted' },
  COST_LIMIT_EXCEEDED: invalidRequest(400, 'cost_limit_exceeded'),
  DEPTH_LIMIT_EXCEEDED: invalidRequest(400, 'depth_limit_exceeded'),
  CONTEXT_TOO_LONG: invalidRequest(400, 'context_length_exceeded'),
  GUARDRAIL_BLOCKED: invalidRequest(400, 'content_filter'),
  BUDGET_EXCEEDED: { status: 402, type: 'insufficient_quota', code: 'budget_exceeded' },
  UNPRICED: { status: 402, type: 'insufficient_quota', code: 'unpriced' },
  RATE_LIMITED: limited,
  CONCURRENCY_LIMITED: limited,
  INVALID_OUTPUT: serverError(502, 'invalid_output'),
  IDEMPOTENCY_CONFLICT: invalidRequest(409, 'idempotency_conflict'),
  RESUME_EXPIRED: invalidRequest(404, 'previous_response_not_found'),
};

const refusalOf = ({ code }: GatewayError): Refusal => refusals[code] ?? serverError(errorTable[code].status);

/** The place that a refusal names (`input[3].content[0]`); null: it names none. */
const paramOf = (message: string): string | null => /^`([\w.[\]]+)`/.exec(message)?.[1] ?? null;

export function encodeFailure(failure: GatewayError): { readonly status: number; readonly body: JsonObject } {
  const { status, type, code } = refusalOf(failure);
  const param = failure.code === 'BAD_REQUEST' ? paramOf(failure.message) : null;
  return { status, body: { error: { message: messageOf(failure), type, param, code } } };
}

/** The `error` of a response that fails in the middle. */
export const responseErrorOf = (failure: GatewayError): { readonly code: string; readonly message: string } => ({
  code: refusalOf(failure).code,
  message: messageOf(failure),
});

const messageOf = ({ code, message, errorId }: GatewayError): string =>
  code === 'INTERNAL' ? `${message} (errorId: ${errorId})` : message;
