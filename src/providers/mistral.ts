/** Mistral: Chat Completions with words of its own. Fields that it does not know are refused with 422, so none of them is sent. */
import { randomBytes } from 'node:crypto';
import type { EmbeddingRequest } from '../core/request/request.ts';
import type { Secret } from '../core/secret.ts';
import { withoutSlash } from '../outbound/base-url.ts';
import { type Fetch, sharedFetch } from '../outbound/pooled-fetch.ts';
import { type CallIdForm, withAcceptedCallIds } from '../wires/accepted-call-ids.ts';
import { chatCompletions } from '../wires/chat-completions/chat-completions.ts';
import { type ChatSettings, plainChat } from '../wires/chat-completions/chat-settings.ts';
import { decodeEmbeddings } from '../wires/chat-completions/embeddings.ts';
import { isObject, type JsonObject, listOf, objectOf } from '../wires/json-fields.ts';
import type { EncodedRequest, Wire } from '../wires/wire.ts';
import { checkProvider } from './checked-provider.ts';
import type { Provider } from './provider.ts';
import type { ImageRules } from './upstream/image-fetcher.ts';
import { wireProvider } from './wire-provider.ts';

export interface MistralOptions {
  readonly name?: string;
  /** Null: requests carry a placeholder, for servers that ask for none. Never read from the environment. */
  readonly apiKey: Secret | null;
  readonly baseUrl?: string;
  /** The vendor puts its own instructions for safe answers before each request. Default: false. A route may let callers set it as `safePrompt`. */
  readonly safePrompt?: boolean;
  readonly images?: ImageRules;
  readonly fetch?: Fetch;
}

/**
 * Models of Mistral.
 *
 * @example
 * ```ts
 * import { defineConfig, mistralProvider, secretFrom } from 'fieldgate';
 *
 * export default defineConfig({
 *   providers: { mistral: mistralProvider({ apiKey: secretFrom('MISTRAL_API_KEY') }) },
 *   deployments: {
 *     small: { provider: 'mistral', model: 'mistral-small-latest' },
 *     vectors: { provider: 'mistral', model: 'mistral-embed', capabilities: ['embedding'] },
 *   },
 *   routes: { default: { deployments: ['small'] }, embedding: { deployments: ['vectors'] } },
 * });
 * ```
 */
export const mistralProvider = (options: MistralOptions): Provider => checkProvider('mistral', options, () => made(options));

function made(options: MistralOptions): Provider {
  const { name = 'mistral', apiKey, safePrompt = false, images = {}, fetch = sharedFetch } = options;
  const baseUrl = withoutSlash(options.baseUrl ?? 'https://api.mistral.ai/v1');
  const provider = wireProvider({
    name,
    apiKey,
    images,
    fetch,
    headers: () => ({ authorization: `Bearer ${apiKey?.reveal() ?? 'unused'}` }),
    url: () => `${baseUrl}/chat/completions`,
    wire: mistralWire,
    settings: safePrompt ? { ...mistralChat, defaults: { safe_prompt: true } } : mistralChat,
    beforeEncode: (request) => withAcceptedCallIds(request, callIds),
    embeddings: { url: () => `${baseUrl}/embeddings`, encodeRequest: encodeEmbeddings, decodeAnswer: decodeEmbeddings },
  });
  return { ...provider, lacksKey: apiKey === null && options.baseUrl === undefined };
}

/** Nine letters and digits: every other id is refused. */
const callIds: CallIdForm = { accepts: /^[a-zA-Z0-9]{9}$/, length: 9 };

/** Options under the names of the API itself are taken too. */
const mistralChat: ChatSettings = {
  ...plainChat,
  opaque: { vendor: 'mistral', fields: [] },
  reasoningField: null,
  wrapsErrors: true,
  optionNames: {
    documentImageLimit: 'document_image_limit',
    documentPageLimit: 'document_page_limit',
    frequencyPenalty: 'frequency_penalty',
    parallelToolCalls: 'parallel_tool_calls',
    presencePenalty: 'presence_penalty',
    promptCacheKey: 'prompt_cache_key',
    promptMode: 'prompt_mode',
    reasoningEffort: 'reasoning_effort',
    safePrompt: 'safe_prompt',
    strictJsonSchema: null,
  },
  newCallId: () => randomBytes(9).toString('hex').slice(0, 9),
};

const mistralWire: Pick<Wire<ChatSettings>, 'encodeRequest' | 'decodeAnswer' | 'decodeEvents'> = {
  ...chatCompletions,
  encodeRequest(request, how) {
    const { body, ...encoded } = chatCompletions.encodeRequest(request, how);
    return { ...encoded, body: mistralBody(body) };
  },
};

/** Usage comes in the last event of a stream without being asked for. */
function mistralBody({ seed, stream_options: _, tool_choice: choice, messages, ...body }: JsonObject): JsonObject {
  return {
    ...body,
    ...(seed === undefined ? {} : { random_seed: seed }),
    messages: mistralMessages(listOf(messages).map(objectOf)),
    ...(choice === undefined ? {} : { tool_choice: choice === 'required' ? 'any' : choice }),
  };
}

/** An answer without a word is refused, and one that stands last must be said to be continued. */
function mistralMessages(messages: readonly JsonObject[]): readonly JsonObject[] {
  const said = messages.filter(({ role, content, tool_calls: calls }) => role !== 'assistant' || content !== '' || calls !== undefined);
  return said.map(({ content, ...message }, index) => ({
    ...message,
    content: Array.isArray(content) ? content.map(mistralPart) : content,
    ...(message['role'] === 'assistant' && index === said.length - 1 ? { prefix: true } : {}),
  }));
}

function mistralPart(part: unknown): unknown {
  const { file, input_audio: audio } = objectOf(part);
  if (isObject(file)) return { type: 'document_url', document_url: file['file_data'], document_name: file['filename'] };
  return isObject(audio) ? { type: 'input_audio', input_audio: audio['data'] } : part;
}

/** Codestral's vectors alone can be shortened. */
function encodeEmbeddings({ texts, dimensions }: EmbeddingRequest, model: string): EncodedRequest {
  const shortens = model.startsWith('codestral-embed');
  return {
    body: { model, input: texts, ...(dimensions !== null && shortens ? { output_dimension: dimensions } : {}) },
    warnings: dimensions === null || shortens ? [] : ['The model does not support dimensions; it was left out.'],
  };
}
