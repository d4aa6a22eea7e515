import { once } from '../core/once.ts';
import type { Secret } from '../core/secret.ts';
import { withoutSlash } from '../outbound/base-url.ts';
import { type Fetch, notifiesWhenSent, sharedFetch } from '../outbound/pooled-fetch.ts';
import { aiSdkProvider } from './ai-sdk/ai-sdk.ts';
import { checkedProvider } from './checked-provider.ts';
import type { Provider } from './provider.ts';
import type { ImageRules } from './upstream/image-fetcher.ts';

export interface GoogleOptions {
  readonly name?: string;
  /** Null: requests carry a placeholder, for servers that ask for none. Never read from the environment. */
  readonly apiKey: Secret | null;
  readonly baseUrl?: string;
  readonly images?: ImageRules;
  readonly fetch?: Fetch;
}

/**
 * Gemini through the Generative Language API.
 *
 * @example
 * ```ts
 * import { googleProvider, secretFrom } from 'fieldgate';
 *
 * export const provider = googleProvider({ apiKey: secretFrom('GEMINI_API_KEY') });
 * ```
 */
export const googleProvider = (options: GoogleOptions): Provider => checkedProvider('google', options, () => made(options));

function made(options: GoogleOptions): Provider {
  const { name = 'google', apiKey, images = {}, fetch = sharedFetch } = options;
  const baseURL = withoutSlash(options.baseUrl ?? 'https://generativelanguage.googleapis.com/v1beta');
  const sdk = once(async () => {
    const { createGoogle } = await import('@ai-sdk/google');
    return createGoogle({ baseURL, apiKey: apiKey?.reveal() ?? 'unused', fetch });
  });
  const provider = aiSdkProvider({
    name,
    apiKey,
    images,
    tellsSent: notifiesWhenSent(fetch),
    languageModel: async (id) => (await sdk()).languageModel(id),
    embeddingModel: async (id) => (await sdk()).embeddingModel(id),
    opaque: { vendor: 'google', fields: ['thoughtSignature'], textFields: ['thoughtSignature'] },
  });
  return { ...provider, lacksKey: apiKey === null && options.baseUrl === undefined };
}
