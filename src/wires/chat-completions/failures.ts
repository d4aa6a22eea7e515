/** Errors inside an answer with status 200, and the words that say which status they stand for. */
import { isObject, type JsonObject, objectOf, parseJson, textOf } from '../json-fields.ts';
import { WireFailure } from '../wire-failure.ts';

/** By `code`, `type` or `status`, in lower case. */
const statusOfWord: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  invalid_request: 400,
  badrequesterror: 400,
  bad_request: 400,
  context_length_exceeded: 400,
  string_above_max_length: 400,
  invalid_value: 400,
  invalid_prompt: 400,
  authentication_error: 401,
  invalid_api_key: 401,
  insufficient_credits: 402,
  insufficient_balance: 402,
  permission_error: 403,
  permission_denied: 403,
  not_found_error: 404,
  model_not_found: 404,
  timeout: 408,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  rate_limited: 429,
  too_many_requests: 429,
  insufficient_quota: 429,
  resource_exhausted: 429,
  requests: 429,
  tokens: 429,
};
const contentWords = ['content_filter', 'content_policy_violation', 'responsibleaipolicyviolation', 'data_inspection_failed'];
const maxText = 64 * 1024;

/** Null: the object is no error. `error: null` stands in every chunk of some servers. */
export function failureIn(body: JsonObject): WireFailure | null {
  const { error } = body as { readonly error?: unknown };
  if (typeof error === 'string' && error !== '') return failureOf({ message: error, ...rest(body) }, body);
  if (isObject(error) && Object.keys(error).length > 0) return failureOf(error, body);
  if (body['object'] === 'error' || body['type'] === 'error') return failureOf(body, body);
  return null;
}

/** Some servers write the status beside the error. */
const rest = ({ code, status, type }: JsonObject): JsonObject => ({ code, status, type });

/** What the server wrote under `event: error`, in whatever form. */
export function failureOfData(data: string): WireFailure {
  const parsed = parseJson(data);
  return (isObject(parsed) ? failureIn(parsed) : null) ?? failureOf(isObject(parsed) ? parsed : { message: data }, {});
}

function failureOf(error: JsonObject, around: JsonObject): WireFailure {
  const text = JSON.stringify({ error }).slice(0, maxText);
  const words = [error['code'], error['type'], error['status'], around['code'], around['status'], error['status_code']];
  const named = words.map((word) => textOf(word).toLowerCase());
  const inner = textOf(objectOf(error['innererror'])['code']).toLowerCase();
  if ([...named, inner].some((word) => contentWords.includes(word))) return new WireFailure('content', { status: null, text });
  const statuses = words.map(httpStatus).filter((status) => status !== null);
  const byWord = named.map((word) => statusOfWord[word]).find((status) => status !== undefined);
  return new WireFailure('refused', { status: statuses[0] ?? byWord ?? null, text });
}

function httpStatus(value: unknown): number | null {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status < 600 ? status : null;
}
