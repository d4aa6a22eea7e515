import type { Secret } from '../core/secret.ts';
import { withoutSlash } from '../outbound/base-url.ts';
import { type Fetch, sharedFetch } from '../outbound/pooled-fetch.ts';
import { messages } from '../wires/messages/messages.ts';
import { messagesSettings } from '../wires/messages/request/structured-output.ts';
import { checkProvider } from './checked-provider.ts';
import type { Provider } from './provider.ts';
import type { ImageRules } from './upstream/image-fetcher.ts';
import { wireProvider } from './wire-provider.ts';

export interface AnthropicOptions {
  readonly name?: string;
  /** Null: requests carry a placeholder, for servers that ask for none. Never read from the environment. */
  readonly apiKey: Secret | null;
  readonly baseUrl?: string;
  readonly images?: ImageRules;
  readonly fetch?: Fetch;
}

/**
 * Claude, through the Messages API of Anthropic.
 *
 * @example
 * ```ts
 * import { anthropicProvider, defineConfig, secretFrom } from 'fieldgate';
 *
 * export default defineConfig({
 *   providers: { anthropic: anthropicProvider({ apiKey: secretFrom('ANTHROPIC_API_KEY') }) },
 *   deployments: { claude: { provider: 'anthropic', model: 'claude-haiku-4-5' } },
 *   routes: { default: { deployments: ['claude'] } },
 * });
 * ```
 */
export const anthropicProvider = (options: AnthropicOptions): Provider => checkProvider('anthropic', options, () => made(options));

function made(options: AnthropicOptions): Provider {
  const { name = 'anthropic', apiKey, images = {}, fetch = sharedFetch } = options;
  const baseUrl = withoutSlash(options.baseUrl ?? 'https://api.anthropic.com/v1');
  const provider = wireProvider({
    name,
    apiKey,
    images,
    fetch,
    url: () => `${baseUrl}/messages`,
    headers: () => ({ 'x-api-key': apiKey?.reveal() ?? 'unused', 'anthropic-version': '2023-06-01' }),
    wire: messages,
    settings: messagesSettings,
  });
  return { ...provider, lacksKey: apiKey === null && options.baseUrl === undefined };
}
