/**
 * The table of all error codes, and GatewayError.
 *
 * Providers translate vendor failures into these codes, and steps throw them. `graphql/graphql-errors.ts` turns them into
 * data or a GraphQLError, once. Any other error is a bug: it is masked, logged with its cause, and has the code INTERNAL.
 */
export const errorTable = {
  UNAUTHENTICATED: { status: 401, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  BAD_REQUEST: { status: 400, retryable: false },
  DOCUMENT_NOT_TRUSTED: { status: 403, retryable: false },
  COST_LIMIT_EXCEEDED: { status: 400, retryable: false },
  DEPTH_LIMIT_EXCEEDED: { status: 400, retryable: false },
  BUDGET_EXCEEDED: { status: 402, retryable: false },
  RATE_LIMITED: { status: 429, retryable: true },
  CONCURRENCY_LIMITED: { status: 429, retryable: true },
  GUARDRAIL_BLOCKED: { status: 422, retryable: false },
  CONTEXT_TOO_LONG: { status: 413, retryable: false },
  MODEL_UNAVAILABLE: { status: 503, retryable: true },
  SUBGRAPH_UNAVAILABLE: { status: 502, retryable: true },
  INVALID_OUTPUT: { status: 502, retryable: true },
  TIMEOUT: { status: 504, retryable: true },
  STREAM_STALLED: { status: 504, retryable: true },
  CANCELLED: { status: 499, retryable: false },
  RESUME_EXPIRED: { status: 410, retryable: false },
  IDEMPOTENCY_CONFLICT: { status: 409, retryable: false },
  UNPRICED: { status: 402, retryable: false },
  INTERNAL: { status: 500, retryable: false },
} as const satisfies Record<string, { readonly status: number; readonly retryable: boolean }>;

export type ErrorCode = keyof typeof errorTable;

/** One deployment that was tried, or skipped, for a call. `outcome` is `OK` or an {@link ErrorCode}. */
export interface AttemptSummary {
  readonly deployment: string;
  readonly outcome: 'OK' | ErrorCode;
  readonly latencyMs: number;
}

/** What a failure type of the schema shows beside its message. Never text of a provider. */
export interface ErrorDetails {
  readonly retryAfterMs?: number;
  /** Name of the budget, rate or concurrency limit that refused. */
  readonly limit?: string;
  /** Of a budget: its period, since one account may have a budget a day and another a month. */
  readonly per?: string;
  readonly guardrail?: string;
  readonly on?: 'input' | 'output';
  readonly attempts?: readonly AttemptSummary[];
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
  /** Of a document that is asked about and not run, such as one to quote: where it is wrong, from 1 on. */
  readonly documentPlace?: { readonly line: number; readonly column: number };
  /** `before-content` while nothing has been shown: another deployment may still answer. */
  readonly phase?: 'before-content' | 'mid-stream';
  /**
   * Whom a failure speaks of: the deployment, which would fail others too; this one request, which is never counted against the
   * deployment; or the gateway itself (its database), which no other deployment would mend. Absent: it may be either of the first two.
   */
  readonly about?: 'deployment' | 'request' | 'gateway';
  /** Overrides the table, for one failure whose repetition cannot help (a refused key, say). */
  readonly retryable?: boolean;
}

/**
 * `message` is for the caller: what was refused and what would have been accepted. The cause goes to the log only.
 *
 * @example
 * ```ts
 * import { GatewayError, type Provider } from 'fieldgate';
 *
 * export const closed: Provider = {
 *   name: 'closed',
 *   async *send() {
 *     throw new GatewayError('MODEL_UNAVAILABLE', 'The model rests at night. Ask again after 06:00 UTC.', {
 *       phase: 'before-content',
 *       retryAfterMs: 3_600_000,
 *     });
 *   },
 *   outputCeiling: (_request, _model, asked) => asked,
 * };
 * ```
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  /** Shown to the caller and written to the log, so that one can be found by the other. */
  readonly errorId: string;

  /** `errorId`: of an error that was stored and is shown again. */
  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options: { cause?: unknown; errorId?: string } = {}) {
    super(withoutMiddle(message), 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.details = details;
    this.errorId = options.errorId ?? crypto.randomUUID();
  }

  get retryable(): boolean {
    return this.details.retryable ?? errorTable[this.code].retryable;
  }
}

/** Characters of a sentence for a caller. */
const maxSentence = 2_000;
const keptAtEnd = 600;

/**
 * The sentence, whose middle is left out where it is very long. A refusal repeats what it refuses, which a caller can make megabytes
 * long; what would be accepted stands at its end.
 */
function withoutMiddle(sentence: string): string {
  if (sentence.length <= maxSentence) return sentence;
  return `${sentence.slice(0, maxSentence - keptAtEnd).toWellFormed()} … ${sentence.slice(-keptAtEnd).toWellFormed()}`;
}

const maxNames = 10;
const maxNameLength = 80;

/** Names that a caller gave, for a sentence: `a, b and 9,898 more`. A caller can send thousands, and long ones. */
export function firstNames(names: readonly string[]): string {
  const shown = names
    .slice(0, maxNames)
    .map((name) => (name.length > maxNameLength ? `${name.slice(0, maxNameLength).toWellFormed()}…` : name));
  const more = names.length - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more.toLocaleString('en')} more`;
}

/** Throws a remembered refusal for one more caller: with an `errorId` of its own. Any other error is thrown as it is. */
export function refuseAgain(error: unknown): never {
  throw error instanceof GatewayError ? new GatewayError(error.code, error.message, error.details) : error;
}

/** The error as the caller may see it: our own as it is, anything else masked as INTERNAL with the cause kept for the log. */
export function asGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return new GatewayError('INTERNAL', 'Something went wrong in the gateway. Quote the errorId to its operators.', {}, { cause: error });
}
