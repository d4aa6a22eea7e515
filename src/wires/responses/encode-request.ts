/**
 * Writes a request to the Responses API. The vendor is asked to store nothing, and to hand out the encrypted reasoning that must come
 * back with the history.
 */
import type { CompletionRequest } from '../../core/request/request.ts';
import { isObject, type JsonObject, listOf } from '../json-fields.ts';
import { type ProviderOptions, readProviderOptions, unsupported } from '../provider-options.ts';
import { isStrict } from '../strict-schema.ts';
import type { EncodedRequest } from '../wire.ts';
import { type InputSettings, inputItems } from './request/input-items.ts';
import { type ModelTraits, traitsOf } from './request/model-traits.ts';
import { openaiSchema } from './request/openai-schema.ts';
import { passedOn, responsesOptions, snakeCase, spellOption } from './request/responses-options.ts';

interface Asked {
  readonly request: CompletionRequest;
  readonly options: ProviderOptions;
  readonly traits: ModelTraits;
  readonly reasons: boolean;
  readonly store: boolean;
  readonly warn: (message: string) => void;
}

export function encodeRequest(
  request: CompletionRequest,
  { model, stream }: { readonly model: string; readonly stream: boolean },
): EncodedRequest {
  const warnings = new Set<string>();
  const warn = (message: string): void => void warnings.add(message);
  const options = readProviderOptions(request.providerOptions, { known: responsesOptions, of: 'the Responses API' }, warn);
  const traits = traitsOf(model);
  const reasons = options.flag('forceReasoning') ?? traits.reasons;
  const store = options.flag('store') ?? false;
  const asked: Asked = { request, options, traits, reasons, store, warn };
  if (request.seed !== null) warn(unsupported('seed'));
  if (request.stop.length > 0) warn(unsupported('stop'));
  const body = {
    model,
    input: inputOf(asked),
    max_output_tokens: request.maxOutputTokens ?? undefined,
    ...samplingOf(asked),
    text: textOf(asked),
    ...Object.fromEntries(passedOn.map((name) => [snakeCase(name), spellOption(name, options.value(name))])),
    prompt_cache_retention: cacheRetentionOf(asked),
    service_tier: serviceTierOf(asked),
    store,
    ...includesOf(asked),
    reasoning: reasoningOf(asked),
    ...toolsOf(asked),
    stream: stream ? true : undefined,
  };
  return { body: Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)), warnings: [...warnings] };
}

function inputOf({ request, options, traits, reasons, store, warn }: Asked): readonly JsonObject[] {
  const mode = options.text('systemMessageMode');
  const settings: InputSettings = {
    systemRole: mode === 'system' || mode === 'developer' || mode === 'remove' ? mode : reasons ? 'developer' : 'system',
    stored: store,
    continues: options.text('conversation') ? 'conversation' : options.text('previousResponseId') ? 'response' : 'none',
    allFiles: options.flag('passThroughUnsupportedFiles') === true,
    warn,
  };
  const items = inputItems(request, settings);
  const effort = options.text('reasoningEffortUpdate');
  if (effort !== undefined && !traits.configurationUpdates) warn(unsupported('reasoningEffortUpdate'));
  const update = effort !== undefined && traits.configurationUpdates ? [{ type: 'configuration_update', reasoning: { effort } }] : [];
  return [...update, ...items, ...(options.flag('compactionTrigger') === true ? [{ type: 'compaction_trigger' }] : [])];
}

/** Reasoning models take a temperature only where they do not reason, and then not all of them. */
function samplingOf({ request: { temperature, topP }, options, traits, reasons, warn }: Asked): JsonObject {
  const effort = options.text('reasoningEffortUpdate') ?? options.text('reasoningEffort');
  if (!reasons || (effort === 'none' && traits.samplesWithoutReasoning)) {
    return { temperature: temperature ?? undefined, top_p: topP ?? undefined };
  }
  if (temperature !== null) warn(unsupported('temperature', 'temperature is not supported for reasoning models'));
  if (topP !== null) warn(unsupported('topP', 'topP is not supported for reasoning models'));
  return {};
}

/** The schema is enforced only where strict mode takes it: else OpenAI answers 400. */
function textOf({ request: { output }, options, warn }: Asked): JsonObject | undefined {
  const own = options.value('textFormat');
  const verbosity = options.text('textVerbosity');
  const formatOf = (): unknown => {
    if (isObject(own)) return isObject(own['schema']) ? { ...own, schema: openaiSchema(own['schema'], warn) } : own;
    if (output.format === 'text') return undefined;
    if (output.schema === null) return { type: 'json_object' };
    const strict = options.flag('strictJsonSchema') ?? (options.has('strictJsonSchema') || isStrict(output.schema));
    return { type: 'json_schema', name: 'answer', strict, schema: openaiSchema(output.schema, warn) };
  };
  const format = formatOf();
  if (format === undefined && verbosity === undefined) return undefined;
  return { ...(format === undefined ? {} : { format }), ...(verbosity === undefined ? {} : { verbosity }) };
}

function cacheRetentionOf({ options, traits, warn }: Asked): string | undefined {
  const retention = options.text('promptCacheRetention');
  if (retention === undefined || traits.cacheRetention) return retention;
  warn(unsupported('promptCacheRetention', 'GPT-6 and later models take promptCacheOptions instead'));
  return undefined;
}

function serviceTierOf({ options, traits, warn }: Asked): string | undefined {
  const tier = options.text('serviceTier');
  const lacks = (tier === 'flex' && !traits.flexTier) || ((tier === 'priority' || tier === 'fast') && !traits.priorityTier);
  if (!lacks) return tier;
  warn(unsupported('serviceTier', `${tier} processing is not available for it`));
  return undefined;
}

const encryptedReasoning = 'reasoning.encrypted_content';

function includesOf({ options, reasons, store }: Asked): JsonObject {
  const logprobs = options.value('logprobs');
  const topLogprobs = logprobs === true ? 20 : typeof logprobs === 'number' ? logprobs : undefined;
  const include = new Set(listOf(options.value('include')));
  if (topLogprobs !== undefined) include.add('message.output_text.logprobs');
  if (!store && reasons) include.add(encryptedReasoning);
  return { include: include.size === 0 ? undefined : [...include], top_logprobs: topLogprobs };
}

const reasoningOptions = ['reasoningEffort', 'reasoningSummary', 'reasoningMode', 'reasoningContext'] as const;

/** The summary is asked for wherever there is reasoning, unless the option says otherwise. */
function reasoningOf({ options, reasons, warn }: Asked): JsonObject | undefined {
  if (!reasons) {
    for (const name of reasoningOptions) {
      if (options.text(name) !== undefined) warn(unsupported(name, `${name} is not supported for non-reasoning models`));
    }
    return undefined;
  }
  const effort = options.text('reasoningEffort');
  const usual = effort !== undefined && effort !== 'none' && !options.has('reasoningSummary') ? 'detailed' : undefined;
  const summary = options.text('reasoningSummary') ?? usual;
  const mode = options.text('reasoningMode');
  const context = options.text('reasoningContext');
  const told = Object.entries({ effort, summary, mode, context }).filter(([, value]) => value !== undefined);
  return told.length === 0 ? undefined : Object.fromEntries(told);
}

function toolsOf({ request: { tools, toolChoice }, options, warn }: Asked): JsonObject {
  if (tools.length === 0) return {};
  const allowed = options.value('allowedTools');
  const named = (name: unknown): JsonObject => ({ type: 'function', name });
  const choice = (): unknown => {
    if (isObject(allowed)) {
      return { type: 'allowed_tools', mode: allowed['mode'] ?? 'auto', tools: listOf(allowed['toolNames']).map(named) };
    }
    return toolChoice.type === 'tool' ? named(toolChoice.name) : toolChoice.type;
  };
  return {
    tools: tools.map(({ name, description, parameters }) => ({
      type: 'function',
      name,
      ...(description === null ? {} : { description }),
      parameters: openaiSchema(parameters, warn),
      strict: false,
    })),
    tool_choice: choice(),
  };
}
