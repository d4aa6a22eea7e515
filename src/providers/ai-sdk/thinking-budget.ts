import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { GatewayError } from '../../core/errors.ts';
import { countOf, objectOf } from '../../wires/json-fields.ts';
import type { Asked } from './sdk-vendor.ts';

/** The budget that the SDK sends where none is given. */
const usualBudget = 1_024;

/**
 * The SDK adds the thinking budget to the maximum; ours counts reasoning in. So the budget is taken off first, and the maximum on the
 * wire is what was asked. Throws BAD_REQUEST for a maximum that leaves no room for an answer.
 */
export function withinThinkingBudget(options: LanguageModelV4CallOptions, { request }: Asked): LanguageModelV4CallOptions {
  const { type, budgetTokens } = objectOf(request.providerOptions['thinking']);
  return type === 'enabled' ? withoutBudget(options, countOf(budgetTokens) ?? usualBudget) : options;
}

export function withoutBudget(options: LanguageModelV4CallOptions, budget: number): LanguageModelV4CallOptions {
  const { maxOutputTokens } = options;
  if (budget === 0 || maxOutputTokens === undefined) return options;
  if (maxOutputTokens > budget) return { ...options, maxOutputTokens: maxOutputTokens - budget };
  throw new GatewayError(
    'BAD_REQUEST',
    `maxOutputTokens (${maxOutputTokens}) counts reasoning and leaves no room for an answer beside the thinking budget of ${budget} tokens. More than ${budget} is accepted.`,
  );
}
