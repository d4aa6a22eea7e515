import type { Secret } from '../core/secret.ts';
import { withoutSlash } from '../outbound/base-url.ts';
import { type Fetch, sharedFetch } from '../outbound/pooled-fetch.ts';
import { decodeEmbeddings, embeddingMethod, encodeEmbeddingRequest, maxEmbeddedTexts } from '../wires/gemini/embeddings.ts';
import { geminiWire } from '../wires/gemini/gemini.ts';
import { geminiSettings, pathOf } from '../wires/gemini/request/model-family.ts';
import { checkProvider } from './checked-provider.ts';
import type { Provider } from './provider.ts';
import type { ImageRules } from './upstream/image-fetcher.ts';
import { wireProvider } from './wire-provider.ts';

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
export const googleProvider = (options: GoogleOptions): Provider => checkProvider('google', options, () => made(options));

function made(options: GoogleOptions): Provider {
  const { name = 'google', apiKey, images = {}, fetch = sharedFetch } = options;
  const baseUrl = withoutSlash(options.baseUrl ?? 'https://generativelanguage.googleapis.com/v1beta');
  const urlOf = (model: string, method: string): string => `${baseUrl}/${pathOf(model)}:${method}`;
  const provider = wireProvider({
    name,
    apiKey,
    images,
    fetch,
    url: (model, stream) => urlOf(model, stream ? 'streamGenerateContent?alt=sse' : 'generateContent'),
    headers: () => ({ 'x-goog-api-key': apiKey?.reveal() ?? 'unused' }),
    wire: geminiWire,
    settings: geminiSettings,
    embeddings: {
      url: (model, request) => urlOf(model, embeddingMethod(request)),
      maxTexts: maxEmbeddedTexts,
      encodeRequest: encodeEmbeddingRequest,
      decodeAnswer: decodeEmbeddings,
    },
  });
  return { ...provider, lacksKey: apiKey === null && options.baseUrl === undefined };
}
