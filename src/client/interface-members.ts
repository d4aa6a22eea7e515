/**
 * `fieldgate/possible-types`. The members of the AI schema's interfaces and unions, for caches that must know them: without, Apollo Client drops what `... on Failure`
 * selects. A graph with interfaces of its own needs those beside them.
 *
 * @example
 * ```ts
 * import { possibleTypes } from 'fieldgate/possible-types';
 *
 * possibleTypes.Failure.includes('RateLimited'); // true
 * ```
 */
export const possibleTypes = {
  Failure: ['BudgetExceeded', 'RateLimited', 'GuardrailBlocked', 'ModelUnavailable', 'InvalidOutput', 'OtherFailure'],
  CompletionResult: [
    'Completion',
    'BudgetExceeded',
    'RateLimited',
    'GuardrailBlocked',
    'ModelUnavailable',
    'InvalidOutput',
    'OtherFailure',
  ],
  StartCompletionResult: ['Completion', 'BudgetExceeded', 'RateLimited', 'GuardrailBlocked', 'OtherFailure'],
  MessagePart: ['TextPart', 'ReasoningPart', 'ToolCallPart'],
  CompletionEvent: [
    'CompletionStarted',
    'TextDelta',
    'ReasoningDelta',
    'ToolCallDelta',
    'ToolCallReady',
    'ObjectDelta',
    'CitationAdded',
    'CompletionSnapshot',
    'CompletionFinished',
    'CompletionFailed',
  ],
  EmbeddingResult: ['Embedding', 'BudgetExceeded', 'RateLimited', 'GuardrailBlocked', 'ModelUnavailable', 'OtherFailure'],
  AiSearchResult: ['AiSearch', 'BudgetExceeded', 'RateLimited', 'ModelUnavailable', 'OtherFailure'],
  AiAnswerResult: ['AiAnswer', 'NoAnswer', 'BudgetExceeded', 'RateLimited', 'GuardrailBlocked', 'ModelUnavailable', 'OtherFailure'],
};

const eventOfOneMoment = { keyArgs: false, merge: false } as const;
/** Of the subscriptions whose events carry a piece each: Apollo Client's cache keeps the last one, and joins none to the one before. */
export const typePolicies = {
  Subscription: { fields: { completionStream: eventOfOneMoment, completionEvents: eventOfOneMoment, aiAnswerStream: eventOfOneMoment } },
};
