/** Cohere, through the AI SDK, which is loaded with the first request. */
import type { LanguageModelV4CallOptions, LanguageModelV4FilePart } from '@ai-sdk/provider';
import { once } from '../../../core/once.ts';
import type { Secret } from '../../../core/secret.ts';
import { withoutSlash } from '../../../outbound/base-url.ts';
import { type Fetch, sharedFetch } from '../../../outbound/pooled-fetch.ts';
import { type JsonObject, listOf, objectOf } from '../../../wires/json-fields.ts';
import { fileWithoutForm } from '../../../wires/refused-part.ts';
import { checkProvider } from '../../checked-provider.ts';
import type { Provider } from '../../provider.ts';
import type { ImageRules } from '../../upstream/image-fetcher.ts';
import { requirePackage } from '../optional-package.ts';
import { type Asked, sdkVendorProvider } from '../sdk-vendor.ts';
import { type WrittenRequest, writingFetch } from '../written-request.ts';
import { decodeChat, decodeChatEvents } from './read-chat.ts';

export interface CohereOptions {
  readonly name?: string;
  /** Null: requests carry a placeholder, for servers that ask for none. Never read from the environment. */
  readonly apiKey: Secret | null;
  readonly baseUrl?: string;
  /** What embedded texts are for. Questions and documents are embedded alike. Default: `search_document`. */
  readonly embeddingInputType?: 'search_document' | 'search_query' | 'classification' | 'clustering';
  readonly images?: ImageRules;
  readonly fetch?: Fetch;
}

/**
 * Models of Cohere. Needs the package `@ai-sdk/cohere` beside Fieldgate.
 *
 * @example
 * ```ts
 * import { cohereProvider, defineConfig, secretFrom } from 'fieldgate';
 *
 * export default defineConfig({
 *   providers: { cohere: cohereProvider({ apiKey: secretFrom('COHERE_API_KEY') }) },
 *   deployments: {
 *     command: { provider: 'cohere', model: 'command-a-03-2025' },
 *     vectors: { provider: 'cohere', model: 'embed-v4.0', capabilities: ['embedding'] },
 *   },
 *   routes: { default: { deployments: ['command'] }, embedding: { deployments: ['vectors'] } },
 * });
 * ```
 */
export const cohereProvider = (options: CohereOptions): Provider => checkProvider('cohere', options, () => made(options));

const opaque = { vendor: 'cohere', fields: [] };

function made(options: CohereOptions): Provider {
  const { name = 'cohere', apiKey, embeddingInputType = 'search_document', images = {}, fetch = sharedFetch } = options;
  requirePackage('@ai-sdk/cohere', 4);
  const baseURL = withoutSlash(options.baseUrl ?? 'https://api.cohere.com/v2');
  const sdk = once(async () => {
    const { createCohere } = await import('@ai-sdk/cohere');
    return createCohere({ baseURL, apiKey: apiKey?.reveal() ?? 'unused', fetch: writingFetch(fetch) });
  });
  const provider = sdkVendorProvider({
    name,
    secrets: apiKey === null ? [] : [apiKey.reveal()],
    images,
    fetch,
    languageModel: async (id) => (await sdk()).languageModel(id),
    embeddingModel: async (id) => (await sdk()).embeddingModel(id),
    embeddingOptions: ({ dimensions }) => ({
      cohere: { inputType: embeddingInputType, ...(dimensions === null ? {} : { outputDimension: dimensions }) },
    }),
    opaque,
    beforeWriting: withReadableFiles,
    written: withWhatTheSdkLeavesOut,
    decoders: () => ({ newDecoder: decodeChatEvents, decodeAnswer: decodeChat }),
  });
  return { ...provider, lacksKey: apiKey === null && options.baseUrl === undefined };
}

/** Decodes documents, because the SDK takes base64 for the text of a document. */
function withReadableFiles(options: LanguageModelV4CallOptions): LanguageModelV4CallOptions {
  const readable = (part: LanguageModelV4FilePart): LanguageModelV4FilePart => {
    const { mediaType, data } = part;
    if (mediaType.startsWith('image/') || data.type !== 'data') return part;
    if (!/^(?:text\/|application\/(?:json|xml)\b)/.test(mediaType)) throw fileWithoutForm(mediaType, 'text, JSON, XML and images');
    return { ...part, data: { type: 'text', text: Buffer.from(String(data.data), 'base64').toString('utf8') } };
  };
  const prompt = options.prompt.map((message) =>
    message.role === 'user'
      ? { ...message, content: message.content.map((part) => (part.type === 'file' ? readable(part) : part)) }
      : message,
  );
  return { ...options, prompt };
}

/** Adds what the SDK leaves out: it knows no provider option but `thinking`, and drops the text beside tool calls. */
function withWhatTheSdkLeavesOut(written: WrittenRequest, { request, whole }: Asked): WrittenRequest {
  const { stream: _, messages, ...body } = objectOf(JSON.parse(written.body));
  const { thinking: __, ...others } = request.providerOptions;
  const texts = request.messages
    .filter(({ role }) => role === 'assistant')
    .map(({ content }) => content.map((part) => (part.type === 'text' ? part.text : '')).join(''));
  const withPlan = (message: JsonObject): JsonObject => {
    if (message['role'] !== 'assistant') return message;
    const text = texts.shift() ?? '';
    return message['tool_calls'] === undefined || text === '' ? message : { ...message, tool_plan: text };
  };
  const changed = {
    ...Object.fromEntries(Object.entries(others).map(([option, value]) => [snakeCase(option), value])),
    ...body,
    messages: listOf(messages).map((message) => withPlan(objectOf(message))),
    stream: !whole,
  };
  return { ...written, body: JSON.stringify(changed) };
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
