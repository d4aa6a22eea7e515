/**
 * The fields that a plan reads: their resolvers take a value that is there, ask nobody, wait for nothing, and may be called twice.
 *
 * A field that is not listed here, such as one that an operator adds to a type of ours, is left to graphql-js with its whole operation.
 */

const failure = 'code message retryable retryAfterMs errorId';

const fieldsOf: Readonly<Record<string, string>> = {
  Completion: 'id status text parts object finishReason usage provenance warnings',
  TextPart: 'text',
  ReasoningPart: 'text opaque',
  ToolCallPart: 'call',
  ToolCall: 'id name arguments opaque',
  TokenUsage: 'freshInputTokens cacheReadTokens cacheWriteTokens outputTokens reasoningTokens totalTokens cost estimated',
  AiCost: 'amount currency',
  Provenance: 'provider model deployment route cache attempts latencyMs timeToFirstTokenMs',
  ProviderAttempt: 'deployment outcome latencyMs',
  Embedding: 'vectors floats dimensions usage provenance',
  BudgetExceeded: `${failure} budget`,
  AiBudget: 'name per timeZone limit spent held resetsAt forecast warnings',
  AiBudgetWarning: 'at isReached',
  RateLimited: `${failure} limit`,
  GuardrailBlocked: `${failure} guardrail on`,
  ModelUnavailable: `${failure} attempts`,
  InvalidOutput: `${failure} issues`,
  OutputIssue: 'path message',
  OtherFailure: failure,
};

/** Schema coordinates, such as `Completion.text`. */
export const plainFields: ReadonlySet<string> = new Set(
  Object.entries(fieldsOf).flatMap(([type, names]) => names.split(' ').map((name) => `${type}.${name}`)),
);

/** Fields whose resolver is called as usual, and whose answer is then read by a plan. */
export const plannedRoots: ReadonlySet<string> = new Set([
  'Query.completion',
  'Query.completionById',
  'Query.embedding',
  'Mutation.complete',
  'Mutation.cancelCompletion',
]);
