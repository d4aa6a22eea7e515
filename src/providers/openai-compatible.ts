/** Any server that speaks Chat Completions: vLLM, llama.cpp, LiteLLM, and the many vendors who imitate OpenAI. */
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
  /** The models write their reasoning into the text, as `<think>…</think>` at its beginning: it becomes reasoning. Default: false. */
  readonly thinkTags?: boolean;
  readonly images?: ImageRules;
  readonly fetch?: Fetch;
}

/**
 * Models of any server that speaks Chat Completions. What servers are known to do otherwise is read: counts of cached tokens of DeepSeek
 * and Moonshot, reasoning beside the output of xAI, usage in the choice or in fields of its own, ids and indexes that are missing.
 *
 * | vendor or server | `baseUrl` |
 * |---|---|
 * | Groq | `https://api.groq.com/openai/v1` |
 * | DeepSeek | `https://api.deepseek.com/v1` |
 * | Moonshot | `https://api.moonshot.ai/v1` |
 * | xAI | `https://api.x.ai/v1` |
 * | OpenRouter | `https://openrouter.ai/api/v1` |
 * | Together | `https://api.together.xyz/v1` |
 * | Fireworks | `https://api.fireworks.ai/inference/v1` |
 * | Cerebras | `https://api.cerebras.ai/v1` |
 * | Perplexity | `https://api.perplexity.ai` |
 * | DashScope (Qwen) | `https://dashscope-intl.aliyuncs.com/compatible-mode/v1` |
 * | vLLM | `http://127.0.0.1:8000/v1` |
 * | llama.cpp | `http://127.0.0.1:8080/v1` |
 * | LM Studio | `http://127.0.0.1:1234/v1` |
 * | LiteLLM | `http://127.0.0.1:4000/v1` |
 *
 * Models that write their reasoning into the text (DeepSeek R1 and Qwen on vLLM without a reasoning parser, say) need `thinkTags`.
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
