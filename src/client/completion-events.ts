/**
 * What the gateway says of a completion, as `fieldgate/client` asks for it: types alone. The schema's own descriptions hold.
 *
 * Enums and unions of the schema may grow. A value that these types do not name arrives as it is, and an event of an unknown kind is
 * `'%other'` to the compiler: keep a default branch.
 */

/** One of the known values, or a later one. */
export type Growing<Known extends string> = Known | (string & {});

export type CompletionStatus = 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'OTHER';
export type FinishReason = 'STOP' | 'LENGTH' | 'TOOL_CALLS' | 'CONTENT_FILTER' | 'CANCELLED' | 'OTHER';
export type CacheStatus = 'HIT' | 'SHARED' | 'MISS' | 'BYPASS' | 'OTHER';

/** The codes of the schema, and `UNREACHABLE`: the client never reached the gateway. */
export type FailureCode =
  | 'BUDGET_EXCEEDED'
  | 'RATE_LIMITED'
  | 'CONCURRENCY_LIMITED'
  | 'GUARDRAIL_BLOCKED'
  | 'CONTEXT_TOO_LONG'
  | 'MODEL_UNAVAILABLE'
  | 'INVALID_OUTPUT'
  | 'TIMEOUT'
  | 'STREAM_STALLED'
  | 'CANCELLED'
  | 'UNPRICED'
  | 'IDEMPOTENCY_CONFLICT'
  | 'RESUME_EXPIRED'
  | 'INTERNAL'
  | 'BAD_REQUEST'
  | 'FORBIDDEN'
  | 'COST_LIMIT_EXCEEDED'
  | 'SUBGRAPH_UNAVAILABLE'
  | 'UNAUTHENTICATED'
  | 'OTHER'
  | 'UNREACHABLE';

export interface Failure {
  readonly code: Growing<FailureCode>;
  /** For people: what was refused, and what would have been accepted. */
  readonly message: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  /** Quote it to the operators. Empty where the client itself failed. */
  readonly errorId: string;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** Text where the model wrote no valid JSON. */
  readonly arguments: unknown;
  /** The vendor's own part: send it back unchanged. */
  readonly opaque: string | null;
}

export type MessagePart =
  | { readonly __typename: 'TextPart'; readonly text: string }
  | { readonly __typename: 'ReasoningPart'; readonly text: string; readonly opaque: string | null }
  | { readonly __typename: 'ToolCallPart'; readonly call: ToolCall };

export interface Citation {
  /** As it stands in the text, such as `[1]`. */
  readonly marker: string;
  /** The words of the source. */
  readonly quote: string;
  readonly score: number;
  readonly passage: {
    readonly id: string;
    readonly text: string;
    readonly start: number;
    readonly end: number;
    readonly source: { readonly id: string; readonly title: string | null; readonly collection: string; readonly metadata: unknown };
  } | null;
  readonly entity: { readonly typeName: string; readonly key: unknown } | null;
}

export interface TokenUsage {
  readonly freshInputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly totalTokens: number;
  /** `amount` is exact decimal text: see `formatMoney` and `addDecimal`. Null: the price is unknown. */
  readonly cost: { readonly amount: string; readonly currency: string } | null;
  /** Counted by the gateway, since the provider counted nothing. */
  readonly estimated: boolean;
}

export interface Provenance {
  readonly provider: string;
  readonly model: string;
  readonly deployment: string;
  readonly route: string;
  readonly cache: Growing<CacheStatus>;
  readonly latencyMs: number | null;
  readonly timeToFirstTokenMs: number | null;
}

export interface Completion {
  readonly id: string;
  readonly status: Growing<CompletionStatus>;
  readonly text: string;
  readonly parts: readonly MessagePart[];
  readonly object: unknown;
  readonly finishReason: Growing<FinishReason> | null;
  readonly citations: readonly Citation[];
  readonly failure: Failure | null;
  readonly usage: TokenUsage | null;
  readonly provenance: Provenance | null;
  readonly warnings: readonly string[];
}

interface EventBase {
  /** Its number within the completion. */
  readonly seq: number;
  /** The place behind it. Empty for the failure of a reader that could not begin or go on. */
  readonly cursor: string;
  readonly completionId: string;
}

export interface CompletionStarted extends EventBase {
  readonly __typename: 'CompletionStarted';
}
export interface TextDelta extends EventBase {
  readonly __typename: 'TextDelta';
  readonly text: string;
  /** UTF-16 units of all text before it. */
  readonly offset: number;
}
export interface ReasoningDelta extends EventBase {
  readonly __typename: 'ReasoningDelta';
  readonly text: string;
}
export interface ToolCallDelta extends EventBase {
  readonly __typename: 'ToolCallDelta';
  readonly callId: string;
  readonly name: string;
  /** A piece of unfinished JSON, to show. Make the call at ToolCallReady. */
  readonly argumentsText: string;
}
export interface ToolCallReady extends EventBase {
  readonly __typename: 'ToolCallReady';
  readonly call: ToolCall;
}
export interface ObjectDelta extends EventBase {
  readonly __typename: 'ObjectDelta';
  /** The whole object so far. */
  readonly object: unknown;
}
export interface CitationAdded extends EventBase {
  readonly __typename: 'CitationAdded';
  readonly citation: Citation;
}
export interface CompletionSnapshot extends EventBase {
  readonly __typename: 'CompletionSnapshot';
  readonly completion: Completion;
}
export interface CompletionFinished extends EventBase {
  readonly __typename: 'CompletionFinished';
  readonly completion: Completion;
}
export interface CompletionFailed extends EventBase {
  readonly __typename: 'CompletionFailed';
  readonly completion: Completion;
  readonly failure: Failure;
}
/** A kind of event that is younger than this client: its `__typename` is another text. */
export interface OtherEvent extends EventBase {
  readonly __typename: '%other';
}

export type CompletionEvent =
  | CompletionStarted
  | TextDelta
  | ReasoningDelta
  | ToolCallDelta
  | ToolCallReady
  | ObjectDelta
  | CitationAdded
  | CompletionSnapshot
  | CompletionFinished
  | CompletionFailed
  | OtherEvent;
