/** OpenAI's Chat Completions: what its models take there, and how it embeds. */
import type { CompletionRequest } from '../core/request/request.ts';
import type { Secret } from '../core/secret.ts';
import { type Fetch, sharedFetch } from '../outbound/pooled-fetch.ts';
import { chatCompletions } from '../wires/chat-completions/chat-completions.ts';
import { type ChatSettings, plainChat } from '../wires/chat-completions/chat-settings.ts';
import { decodeEmbeddings, encodeEmbeddingRequest } from '../wires/chat-completions/embeddings.ts';
import { optionNames } from '../wires/chat-completions/request/option-names.ts';
import { openAiModel } from './openai-models.ts';
import type { Provider } from './provider.ts';
import type { ImageRules } from './upstream/image-fetcher.ts';
import { type WireEmbeddings, wireProvider } from './wire-provider.ts';

export interface OpenAiChat {
  readonly name: string;
  readonly apiKey: Secret | null;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly headers: () => Readonly<Record<string, string>>;
  readonly images?: ImageRules;
  readonly fetch?: Fetch;
}

export const openaiChatProvider = ({ name, apiKey, baseUrl, headers, images = {}, fetch = sharedFetch }: OpenAiChat): Provider =>
  wireProvider({
    name,
    apiKey,
    images,
    fetch,
    headers,
    url: () => `${baseUrl}/chat/completions`,
    wire: chatCompletions,
    settings: chatSettings,
    embeddings: openaiEmbeddings(baseUrl),
  });

/** OpenAI writes vectors as base64, and takes 2,048 texts at once. */
export const openaiEmbeddings = (baseUrl: string): WireEmbeddings => ({
  url: () => `${baseUrl}/embeddings`,
  maxTexts: 2_048,
  encodeRequest: (request, model) => encodeEmbeddingRequest(request, { model, encoding: 'base64' }),
  decodeAnswer: decodeEmbeddings,
});

/** Under the names of the API itself they are taken too. */
const openaiOptionNames: ChatSettings['optionNames'] = {
  ...optionNames,
  metadata: 'metadata',
  prediction: 'prediction',
  store: 'store',
  user: 'user',
  forceReasoning: null,
  strictJsonSchema: null,
  systemMessageMode: null,
};

/** What OpenAI's models take by their names; requests are stored nowhere unless a route says so. */
export function chatSettings(model: string, { providerOptions, tools }: CompletionRequest): ChatSettings {
  const traits = openAiModel(model);
  const option = (name: string): unknown => providerOptions[name] ?? undefined;
  const reasons = option('forceReasoning') ?? traits.reasons;
  const mode = option('systemMessageMode') ?? (reasons === true ? 'developer' : 'system');
  const stopsReasoning = traits.toolsWithoutReasoning && tools.length > 0;
  const effort = option('reasoningEffort') ?? option('reasoning_effort') ?? (stopsReasoning ? 'none' : undefined);
  const tier = option('serviceTier') ?? option('service_tier');
  return {
    ...plainChat,
    opaque: { vendor: 'openai', fields: ['itemId', 'reasoningEncryptedContent'], textFields: ['phase'] },
    maxTokensField: reasons === true ? 'max_completion_tokens' : 'max_tokens',
    systemRole: mode === 'remove' ? null : mode === 'developer' ? 'developer' : 'system',
    reasoningField: null,
    wrapsErrors: true,
    optionNames: openaiOptionNames,
    namedOptionsOnly: true,
    defaults: { store: false, ...(effort === undefined ? {} : { reasoning_effort: effort }) },
    unsupported: [
      ...(reasons === true && !(effort === 'none' && traits.samplesWithoutReasoning) ? ['temperature', 'top_p'] : []),
      ...(reasons === true ? ['frequency_penalty', 'presence_penalty', 'logit_bias'] : []),
      ...(traits.takesTemperature ? [] : ['temperature']),
      ...(tier === 'flex' && !traits.flexTier ? ['service_tier'] : []),
      ...((tier === 'priority' || tier === 'fast') && !traits.priorityTier ? ['service_tier'] : []),
      ...(traits.cacheRetention ? [] : ['prompt_cache_retention']),
    ],
  };
}
