/** Refusals in the words of OpenAI, the same for Chat Completions and Responses. */
import { type ErrorCode, errorTable, GatewayError } from '../../core/errors.ts';
import type { JsonObject } from '../json-fields.ts';

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

/** `place` is where it stands in the body: `messages[3].content[0]`. Stock clients are told it as `param`. */
export const refusedPlace = (place: string, sentence: string): GatewayError => new GatewayError('BAD_REQUEST', `\`${place}\` ${sentence}`);

/** The place that a refusal names; null: it names none. */
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
