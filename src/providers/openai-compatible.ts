/** Any server that speaks Chat Completions: vLLM, llama.cpp, Ollama, LiteLLM, and most vendors without a package of their own. */
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { once } from '../core/once.ts';
import type { CompletionRequest } from '../core/request/request.ts';
import type { Secret } from '../core/secret.ts';
import { withoutSlash } from '../outbound/base-url.ts';
import { type Fetch, notifiesWhenSent, sharedFetch } from '../outbound/pooled-fetch.ts';
import { isStrict } from '../wires/strict-schema.ts';
import { aiSdkProvider } from './ai-sdk/ai-sdk.ts';
import { checkedProvider } from './checked-provider.ts';
import type { Provider } from './provider.ts';
import type { ImageRules } from './upstream/image-fetcher.ts';

export interface OpenAiCompatibleOptions {
  readonly name: string;
  /** Leave it out where the server asks for none. Null is a key that is missing, as of a variable that nobody has set: `check` notes it, and requests carry none. */
  readonly apiKey?: Secret | null;
  /** With the version, as in `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly images?: ImageRules;
  readonly fetch?: Fetch;
}

/** What the SDK calls the vendor, whatever the operator calls it: provider options and metadata are kept under this key. */
const vendor = 'compatible';

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
  checkedProvider(vendor, { ...options, name: options?.name ?? null, baseUrl: options?.baseUrl }, () => made(options));

function made(options: OpenAiCompatibleOptions): Provider {
  const { name, apiKey, headers = {}, images = {}, fetch = sharedFetch } = options;
  const baseURL = withoutSlash(options.baseUrl);
  const sdk = once(async () => {
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
    return createOpenAICompatible({
      name: vendor,
      baseURL,
      headers: { ...headers },
      fetch,
      ...(apiKey == null ? {} : { apiKey: apiKey.reveal() }),
      // Left false, the SDK drops a JSON schema without a word.
      supportsStructuredOutputs: true,
      includeUsage: true,
    });
  });
  const provider = aiSdkProvider({
    name,
    ...(apiKey === undefined ? {} : { apiKey }),
    images,
    tellsSent: notifiesWhenSent(fetch),
    languageModel: async (id) => (await sdk()).chatModel(id),
    embeddingModel: async (id) => (await sdk()).embeddingModel(id),
    opaque: { vendor, fields: ['thoughtSignature'] },
    adapted: strictWhereItCanBe,
  });
  return { ...provider, lacksKey: apiKey === null };
}

function strictWhereItCanBe(options: LanguageModelV4CallOptions, { output }: CompletionRequest): LanguageModelV4CallOptions {
  if (output.format !== 'json' || output.schema === null) return options;
  return { ...options, providerOptions: { [vendor]: { strictJsonSchema: isStrict(output.schema), ...options.providerOptions?.[vendor] } } };
}
