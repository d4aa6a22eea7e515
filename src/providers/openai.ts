/**
 * OpenAI. The Responses API, because only it hands out the (encrypted) reasoning that must come back with the history;
 * nothing is stored at the vendor. `api: 'chat'` is for models and proxies that have Chat Completions alone, and for
 * `stop` and `seed`, which the Responses API does not know.
 */
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { once } from '../core/once.ts';
import type { CompletionRequest } from '../core/request/request.ts';
import type { Secret } from '../core/secret.ts';
import { withoutSlash } from '../outbound/base-url.ts';
import { type Fetch, notifiesWhenSent, sharedFetch } from '../outbound/pooled-fetch.ts';
import { isStrict } from '../wires/strict-schema.ts';
import { aiSdkProvider } from './ai-sdk/ai-sdk.ts';
import { checkedProvider } from './checked-provider.ts';
import { openaiChatProvider } from './openai-chat.ts';
import type { Provider } from './provider.ts';
import type { ImageRules } from './upstream/image-fetcher.ts';

export interface OpenAiOptions {
  readonly name?: string;
  /** Null: requests carry a placeholder, for servers that ask for none. Never read from the environment. */
  readonly apiKey: Secret | null;
  readonly baseUrl?: string;
  readonly api?: 'responses' | 'chat';
  readonly organization?: string;
  readonly project?: string;
  readonly images?: ImageRules;
  readonly fetch?: Fetch;
}

/**
 * Models of OpenAI.
 *
 * @example
 * ```ts
 * import { openaiProvider, secretFrom } from 'fieldgate';
 *
 * export const provider = openaiProvider({ apiKey: secretFrom('OPENAI_API_KEY'), project: 'proj_shop' });
 * ```
 */
export const openaiProvider = (options: OpenAiOptions): Provider => checkedProvider('openai', options, () => made(options));

function made(options: OpenAiOptions): Provider {
  const {
    name = 'openai',
    apiKey,
    baseUrl = 'https://api.openai.com/v1',
    api = 'responses',
    organization,
    project,
    images = {},
    fetch = sharedFetch,
  } = options;
  const baseURL = withoutSlash(baseUrl);
  const lacksKey = apiKey === null && options.baseUrl === undefined;
  if (api === 'chat') {
    const headers = (): Record<string, string> => ({
      authorization: `Bearer ${apiKey?.reveal() ?? 'unused'}`,
      ...(organization === undefined ? {} : { 'openai-organization': organization }),
      ...(project === undefined ? {} : { 'openai-project': project }),
    });
    return { ...openaiChatProvider({ name, apiKey, baseUrl: baseURL, headers, images, fetch }), lacksKey };
  }
  const sdk = once(async () => {
    const { createOpenAI } = await import('@ai-sdk/openai');
    return createOpenAI({
      baseURL,
      apiKey: apiKey?.reveal() ?? 'unused',
      fetch,
      ...(organization === undefined ? {} : { organization }),
      ...(project === undefined ? {} : { project }),
    });
  });
  const provider = aiSdkProvider({
    name,
    apiKey,
    images,
    tellsSent: notifiesWhenSent(fetch),
    languageModel: async (id) => (await sdk()).responses(id),
    embeddingModel: async (id) => (await sdk()).embeddingModel(id),
    opaque: { vendor: 'openai', fields: ['itemId', 'reasoningEncryptedContent'], textFields: ['phase'] },
    adapted: stateless,
  });
  return { ...provider, lacksKey };
}

/** Asks OpenAI to keep nothing, and to enforce the schema only where it is one that strict mode accepts: else it answers 400. */
function stateless(options: LanguageModelV4CallOptions, { output }: CompletionRequest): LanguageModelV4CallOptions {
  const strictJsonSchema = output.format === 'json' && output.schema !== null && isStrict(output.schema);
  return { ...options, providerOptions: { openai: { store: false, strictJsonSchema, ...options.providerOptions?.['openai'] } } };
}
