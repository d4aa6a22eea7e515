/** Any server that speaks Chat Completions: vLLM, llama.cpp, Ollama, LiteLLM, and most vendors without a package of their own. */
import type { Secret } from '../core/secret.ts';
import { withoutSlash } from '../outbound/base-url.ts';
import { type Fetch, sharedFetch } from '../outbound/pooled-fetch.ts';
import { chatCompletions } from '../wires/chat-completions/chat-completions.ts';
import { plainChat } from '../wires/chat-completions/chat-settings.ts';
import { decodeEmbeddings, encodeEmbeddingRequest } from '../wires/chat-completions/embeddings.ts';
import { checkProvider } from './checked-provider.ts';
import type { Provider } from './provider.ts';
import type { ImageRules } from './upstream/image-fetcher.ts';
import { wireProvider } from './wire-provider.ts';

export interface OpenAiCompatibleOptions {
  readonly name: string;
  /** Leave it out where the server asks for none. Null is a key that is missing, as of a variable that nobody has set: `check` notes it, and requests carry none. */
  readonly apiKey?: Secret | null;
  /** With the version, as in `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The models write their reasoning into the text, as `<think>…</think>` at its beginning: it is told apart. Default: false. */
  readonly thinkTags?: boolean;
  readonly images?: ImageRules;
  readonly fetch?: Fetch;
}

/**
 * Models of any server that speaks Chat Completions.
 *
 * @example
 * ```ts
 * import { openaiCompatibleProvider } from 'fieldgate';
 *
 * export const provider = openaiCompatibleProvider({ name: 'vllm', baseUrl: 'http://127.0.0.1:8000/v1' });
 * ```
 */
export const openaiCompatibleProvider = (options: OpenAiCompatibleOptions): Provider =>
  checkProvider('compatible', { ...options, name: options?.name ?? null, baseUrl: options?.baseUrl }, () => made(options));

function made(options: OpenAiCompatibleOptions): Provider {
  const { name, apiKey, headers = {}, images = {}, fetch = sharedFetch, thinkTags = false } = options;
  const baseUrl = withoutSlash(options.baseUrl);
  const provider = wireProvider({
    name,
    apiKey: apiKey ?? null,
    images,
    fetch,
    headers: () => ({ ...(apiKey == null ? {} : { authorization: `Bearer ${apiKey.reveal()}` }), ...lowerCased(headers) }),
    url: () => `${baseUrl}/chat/completions`,
    wire: chatCompletions,
    settings: { ...plainChat, thinkTags },
    embeddings: {
      url: () => `${baseUrl}/embeddings`,
      maxTexts: 2_048,
      encodeRequest: (request, model) => encodeEmbeddingRequest(request, { model, encoding: 'float' }),
      decodeAnswer: decodeEmbeddings,
    },
  });
  return { ...provider, lacksKey: apiKey === null };
}

/** A header of the operator's replaces ours, however it is written. */
const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
