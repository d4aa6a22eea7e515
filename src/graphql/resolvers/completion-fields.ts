/** Resolves Completion and its parts: the words of the domain under the names of the schema. */
import { decimalOf, noUsage, totalTokensOf } from '../../core/money.ts';
import type { RunEvent } from '../../runs/run.ts';
import type { CompletionEventResolvers, FinishReason, Resolvers } from '../generated.ts';
import { allFailures, failureOf, memberType } from '../graphql-errors.ts';
import type { Services } from '../services.ts';

const finishReasons = {
  stop: 'STOP',
  length: 'LENGTH',
  'tool-calls': 'TOOL_CALLS',
  'content-filter': 'CONTENT_FILTER',
  cancelled: 'CANCELLED',
  other: 'OTHER',
} as const satisfies Record<string, FinishReason>;

const eventNames = {
  started: 'CompletionStarted',
  text: 'TextDelta',
  reasoning: 'ReasoningDelta',
  'tool-call-delta': 'ToolCallDelta',
  'tool-call': 'ToolCallReady',
  object: 'ObjectDelta',
  citation: 'CitationAdded',
  snapshot: 'CompletionSnapshot',
  finished: 'CompletionFinished',
  failed: 'CompletionFailed',
} as const satisfies Record<RunEvent['type'], ReturnType<NonNullable<CompletionEventResolvers['__resolveType']>>>;

export function completionFields(services: Services): Resolvers {
  return {
    CompletionResult: { __resolveType: memberType('Completion') },
    StartCompletionResult: { __resolveType: memberType('Completion') },
    EmbeddingResult: { __resolveType: memberType('Embedding') },
    CompletionEvent: { __resolveType: ({ type }) => eventNames[type] },
    MessagePart: {
      __resolveType: ({ type }) => (type === 'text' ? 'TextPart' : type === 'reasoning' ? 'ReasoningPart' : 'ToolCallPart'),
    },
    Completion: {
      __resolveReference: async ({ id }, { principal }) => {
        const state = await services.runs.state(id, principal);
        return state === null ? null : { ...state };
      },
      text: ({ completion }) => completion.text,
      parts: ({ completion }) => completion.parts,
      object: ({ completion }) => completion.object,
      finishReason: ({ completion }) => (completion.finishReason === null ? null : finishReasons[completion.finishReason]),
      citations: ({ completion }) => completion.citations,
      warnings: ({ completion }) => completion.warnings,
      failure: ({ failure }, _, { principal }) => (failure === null ? null : failureOf(failure, allFailures, services, principal)),
      usage: ({ settlement }) =>
        settlement === null || settlement.usage === null
          ? null
          : { usage: settlement.usage, cost: settlement.cost, estimated: settlement.estimated },
      provenance: ({ settlement, route }) =>
        settlement === null || settlement.provider === null ? null : { settlement, route: route ?? '' },
    },
    ToolCallPart: { call: (part) => part },
    CompletionStarted: { completion: ({ state }) => state },
    CompletionSnapshot: { completion: ({ state }) => state },
    CompletionFinished: { completion: ({ state }) => state },
    CompletionFailed: {
      completion: ({ state }) => state,
      failure: ({ failure }, _, { principal }) => failureOf(failure, allFailures, services, principal),
    },
    TokenUsage: {
      freshInputTokens: ({ usage }) => usage.freshInputTokens,
      cacheReadTokens: ({ usage }) => usage.cacheReadTokens,
      cacheWriteTokens: ({ usage }) => usage.cacheWriteTokens,
      outputTokens: ({ usage }) => usage.outputTokens,
      reasoningTokens: ({ usage }) => usage.reasoningTokens,
      totalTokens: ({ usage }) => totalTokensOf(usage ?? noUsage),
    },
    AiCost: { amount: (nanoUsd) => decimalOf(nanoUsd), currency: () => 'USD' },
    Provenance: {
      provider: ({ settlement }) => settlement.provider ?? 'none',
      model: ({ settlement }) => settlement.model ?? 'none',
      deployment: ({ settlement }) => settlement.deployment ?? 'none',
      cache: ({ settlement }) => settlement.cache,
      attempts: ({ settlement }) => settlement.attempts,
      latencyMs: ({ settlement }) => Math.round(settlement.latencyMs),
      timeToFirstTokenMs: ({ settlement }) => (settlement.timeToFirstTokenMs === null ? null : Math.round(settlement.timeToFirstTokenMs)),
    },
    ProviderAttempt: { latencyMs: ({ latencyMs }) => Math.round(latencyMs) },
  };
}
