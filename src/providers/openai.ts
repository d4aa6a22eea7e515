/**
 * OpenAI. The Responses API, because only it hands out the (encrypted) reasoning that must come back with the history;
 * nothing is stored at the vendor. `api: 'chat'` is for models and proxies that have Chat Completions alone, and for
 * `stop` and `seed`, which the Responses API does not know.
 */
import type { Secret } from '../core/secret.ts';
import { withoutSlash } from '../outbound/base-url.ts';
import { type Fetch, sharedFetch } from '../outbound/pooled-fetch.ts';
import { responses } from '../wires/responses/responses.ts';
import { checkProvider } from './checked-provider.ts';
import { openaiChatProvider, openaiEmbeddings } from './openai-chat.ts';
import type { Provider } from './provider.ts';
import type { ImageRules } from './upstream/image-fetcher.ts';
import { wireProvider } from './wire-provider.ts';

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
export const openaiProvider = (options: OpenAiOptions): Provider => checkProvider('openai', options, () => made(options));

function made(options: OpenAiOptions): Provider {
  const { name = 'openai', apiKey, api = 'responses', organization, project, images = {}, fetch = sharedFetch } = options;
  const baseUrl = withoutSlash(options.baseUrl ?? 'https://api.openai.com/v1');
  const headers = (): Record<string, string> => ({
    authorization: `Bearer ${apiKey?.reveal() ?? 'unused'}`,
    ...(organization === undefined ? {} : { 'openai-organization': organization }),
    ...(project === undefined ? {} : { 'openai-project': project }),
  });
  const shared = { name, apiKey, headers, images, fetch };
  const provider =
    api === 'chat'
      ? openaiChatProvider({ ...shared, baseUrl })
      : wireProvider({
          ...shared,
          url: () => `${baseUrl}/responses`,
          wire: responses,
          settings: {},
          embeddings: openaiEmbeddings(baseUrl),
        });
  return { ...provider, lacksKey: apiKey === null && options.baseUrl === undefined };
}
