/** Writes a request to the Messages API. */
import { GatewayError } from '../../core/errors.ts';
import type { CompletionRequest } from '../../core/request/request.ts';
import type { JsonObject } from '../json-fields.ts';
import { type ProviderOptions, readProviderOptions, unsupported } from '../provider-options.ts';
import type { EncodedRequest } from '../wire.ts';
import { type ClaudeModel, claudeModel } from './request/claude-models.ts';
import { betasOf, claudeOptions, claudeOptionsOf, optionFields } from './request/claude-options.ts';
import { messageBlocks } from './request/message-blocks.ts';
import { grammarSchema } from './request/schema-grammar.ts';
import type { MessagesSettings } from './request/structured-output.ts';
import { type Thinking, thinkingOf } from './request/thinking.ts';
import { toolFields } from './request/tool-settings.ts';

interface Asked {
  readonly request: CompletionRequest;
  readonly options: ProviderOptions;
  readonly model: ClaudeModel;
  readonly thinking: Thinking;
  readonly warn: (message: string) => void;
}

export function encodeRequest(
  request: CompletionRequest,
  { model: name, stream, jsonTool }: { readonly model: string; readonly stream: boolean } & MessagesSettings,
): EncodedRequest {
  const warnings = new Set<string>();
  const warn = (message: string): void => void warnings.add(message);
  const options = readProviderOptions(request.providerOptions, { known: claudeOptions, of: claudeOptionsOf }, warn);
  const model = claudeModel(name);
  const thinking = thinkingOf(options, model, warn);
  const asked: Asked = { request, options, model, thinking, warn };
  if (request.seed !== null) warn(unsupported('seed'));
  const { system, messages, betas } = messageBlocks(request, { sendReasoning: options.flag('sendReasoning') !== false, warn });
  const forces = model.forcesTools && thinking.budgetTokens === 0;
  const fields = {
    model: name,
    max_tokens: maxTokensOf(asked),
    ...samplingOf(asked),
    stop_sequences: request.stop.length === 0 ? undefined : request.stop,
    thinking: thinking.thinking,
    output_config: outputConfigOf(asked, jsonTool),
    ...optionFields(options),
    system: system.length === 0 ? undefined : system,
    messages,
    ...toolFields(request, { jsonTool, options, forces, stream, warn }),
    stream: stream ? true : undefined,
  };
  const body = Object.fromEntries(Object.entries(withinThread(fields)).filter(([, value]) => value !== undefined));
  const allBetas = [...new Set([...betas, ...betasOf(options)])];
  return { body, warnings: [...warnings], ...(allBetas.length === 0 ? {} : { headers: { 'anthropic-beta': allBetas.join(',') } }) };
}

/** A thread that goes on at the vendor has its system text and its tools already. */
function withinThread(fields: JsonObject & { readonly thread?: unknown }): JsonObject {
  const isContinued = typeof fields.thread === 'object' && Object(fields.thread)['type'] === 'continue';
  return isContinued ? { ...fields, system: undefined, tools: undefined } : fields;
}

/**
 * Thinking counts among the maximum that was asked for, as everywhere here. Throws BAD_REQUEST where that leaves no room for an answer.
 * A larger maximum than the model has is its own.
 */
function maxTokensOf({ request: { maxOutputTokens: max }, model, thinking: { budgetTokens }, warn }: Asked): number {
  if (max === null && !model.known) {
    warn(
      `The request was adapted for the model (maxOutputTokens). Its maximum is not known; ${model.maxOutputTokens} tokens were asked for.`,
    );
  }
  if (max !== null && model.known && max > model.maxOutputTokens) {
    warn(unsupported('maxOutputTokens', `It writes at most ${model.maxOutputTokens} tokens.`));
  }
  const allowed = max === null ? model.maxOutputTokens : model.known ? Math.min(max, model.maxOutputTokens) : max;
  if (budgetTokens === 0 || allowed > budgetTokens) return allowed;
  throw new GatewayError(
    'BAD_REQUEST',
    max === null || max > allowed
      ? `The thinking budget of ${budgetTokens} tokens leaves no room for an answer: the model writes at most ${allowed}, thinking included. A smaller budget is accepted.`
      : `maxOutputTokens (${max}) counts reasoning and leaves no room for an answer beside the thinking budget of ${budgetTokens} tokens. More than ${budgetTokens} is accepted.`,
  );
}

function samplingOf({ request, options, model, thinking, warn }: Asked): JsonObject {
  const { temperature, topP } = request;
  const topK = options.value('topK');
  const why = model.samples ? (thinking.thinks ? 'It does not go with thinking.' : '') : 'The model has no sampling parameters.';
  if (why !== '') {
    for (const [name, value] of Object.entries({ temperature, topP, topK: topK ?? null })) if (value !== null) warn(unsupported(name, why));
    return {};
  }
  const clamped = temperature === null ? undefined : Math.min(1, Math.max(0, temperature));
  if (temperature !== null && clamped !== temperature) warn(unsupported('temperature', 'It goes from 0 to 1.'));
  const isAlone = topP !== null && temperature !== null && model.isClaude;
  if (isAlone) warn(unsupported('topP', 'It does not go with temperature.'));
  return { temperature: clamped, top_p: isAlone ? undefined : (topP ?? undefined), top_k: topK };
}

function outputConfigOf({ request: { output }, options, thinking: { effort } }: Asked, jsonTool: string | null): JsonObject | undefined {
  const schema = output.format === 'json' && jsonTool === null ? output.schema : null;
  const told = {
    ...(effort === undefined ? {} : { effort }),
    ...(options.value('taskBudget') === undefined ? {} : { task_budget: options.value('taskBudget') }),
    ...(schema === null ? {} : { format: { type: 'json_schema', schema: grammarSchema(schema) } }),
  };
  return Object.keys(told).length === 0 ? undefined : told;
}
