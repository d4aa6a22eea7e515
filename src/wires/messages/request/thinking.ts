/** Settings of thinking in the body. A setting that the model does not support becomes the nearest supported one, with a warning. */
import { GatewayError } from '../../../core/errors.ts';
import { isObject, type JsonObject } from '../../json-fields.ts';
import { type ProviderOptions, unsupported } from '../../provider-options.ts';
import type { ClaudeModel } from './claude-models.ts';
import { respelled, snakeCase } from './claude-options.ts';

export interface Thinking {
  /** Of the body; undefined: the vendor decides. */
  readonly thinking: JsonObject | undefined;
  readonly effort: string | undefined;
  /** Whether it was asked for: some settings do not go with it. */
  readonly thinks: boolean;
  /** Tokens of the maximum that thinking may take; 0: it has no part of its own. */
  readonly budgetTokens: number;
}

/** What Anthropic takes at least. */
const minBudgetTokens = 1_024;
const kinds = ['adaptive', 'enabled', 'disabled', 'between_tools'];

/** Throws BAD_REQUEST for thinking of a kind that there is not. */
export function thinkingOf(options: ProviderOptions, model: ClaudeModel, warn: (message: string) => void): Thinking {
  const { type, budgetTokens, ...rest } = asked(options, model, warn);
  const isEnabled = type === 'enabled';
  if (isEnabled && budgetTokens === undefined) {
    warn(`The request was adapted for the model (thinking). A budget is required; ${minBudgetTokens} tokens were asked for.`);
  }
  const budget = isEnabled ? (typeof budgetTokens === 'number' ? budgetTokens : minBudgetTokens) : 0;
  const fields = respelled({ type, ...(isEnabled ? { budgetTokens: budget } : {}), ...rest }, snakeCase) as JsonObject;
  const told = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return {
    thinking: Object.keys(told).length === 0 ? undefined : told,
    effort: effortOf(options, model, type, warn),
    thinks: type !== undefined && type !== 'disabled',
    budgetTokens: budget,
  };
}

interface Asked extends JsonObject {
  readonly type?: string | undefined;
  readonly budgetTokens?: unknown;
}

function asked(options: ProviderOptions, model: ClaudeModel, warn: (message: string) => void): Asked {
  const given = options.value('thinking');
  if (!isObject(given)) return {};
  const { type, ...rest } = given as Asked;
  if (type !== undefined && !kinds.includes(type)) {
    throw new GatewayError('BAD_REQUEST', `The provider option thinking has a type that is not known. Accepted: ${kinds.join(', ')}.`);
  }
  if (type === 'disabled' && model.thinksBetweenTools) {
    warn(unsupported('thinking', 'It cannot be disabled; the model was told to think between tools alone.'));
    return { type: 'between_tools' };
  }
  if (type === 'disabled' && model.alwaysThinks) {
    warn(unsupported('thinking', 'It cannot be disabled; a lower effort makes the model think less.'));
    return {};
  }
  if (type === 'enabled' && !model.takesBudget) {
    warn(unsupported('thinking', 'The model decides by its effort how much it thinks, not by a budget.'));
    return { type: 'adaptive' };
  }
  return type === undefined ? rest : { type, ...rest };
}

function effortOf(
  options: ProviderOptions,
  model: ClaudeModel,
  type: string | undefined,
  warn: (message: string) => void,
): string | undefined {
  const effort = options.text('effort') || undefined;
  if (effort !== 'xhigh' && effort !== 'max') return effort;
  const isRefused = type === 'between_tools' || (type === 'disabled' && model.silentUpToHigh);
  if (!isRefused) return effort;
  warn(unsupported('effort', `With so little thinking the effort "${effort}" is not accepted; "high" was asked for.`));
  return 'high';
}
