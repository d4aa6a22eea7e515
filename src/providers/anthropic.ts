import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { GatewayError } from '../core/errors.ts';
import { once } from '../core/once.ts';
import type { CompletionRequest } from '../core/request/request.ts';
import type { Secret } from '../core/secret.ts';
import { withoutSlash } from '../outbound/base-url.ts';
import { type Fetch, notifiesWhenSent, sharedFetch } from '../outbound/pooled-fetch.ts';
import { aiSdkProvider } from './ai-sdk/ai-sdk.ts';
import { checkedProvider } from './checked-provider.ts';
import type { Provider } from './provider.ts';
import type { ImageRules } from './upstream/image-fetcher.ts';

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
export const anthropicProvider = (options: AnthropicOptions): Provider => checkedProvider('anthropic', options, () => made(options));

function made(options: AnthropicOptions): Provider {
  const { name = 'anthropic', apiKey, baseUrl = 'https://api.anthropic.com/v1', images = {}, fetch = sharedFetch } = options;
  const baseURL = withoutSlash(baseUrl);
  const sdk = once(async () => {
    const { createAnthropic } = await import('@ai-sdk/anthropic');
    return createAnthropic({ baseURL, apiKey: apiKey?.reveal() ?? 'unused', fetch });
  });
  const provider = aiSdkProvider({
    name,
    apiKey,
    images,
    tellsSent: notifiesWhenSent(fetch),
    languageModel: async (id) => (await sdk()).languageModel(id),
    opaque: { vendor: 'anthropic', fields: ['signature', 'redactedData'] },
    adapted: (settings, request) => withoutEmptyFormat(withinMaximum(settings, request)),
  });
  return { ...provider, lacksKey: apiKey === null && options.baseUrl === undefined };
}

/**
 * The SDK adds the thinking budget to the maximum; ours counts reasoning in. So the budget is taken off first, and
 * `max_tokens` on the wire is what was asked. A maximum that leaves no room for an answer is refused.
 */
function withinMaximum(settings: LanguageModelV4CallOptions, { providerOptions }: CompletionRequest): LanguageModelV4CallOptions {
  const budget = budgetOf(providerOptions);
  const { maxOutputTokens } = settings;
  if (budget === 0 || maxOutputTokens === undefined) return settings;
  if (maxOutputTokens > budget) return { ...settings, maxOutputTokens: maxOutputTokens - budget };
  throw new GatewayError(
    'BAD_REQUEST',
    `maxOutputTokens (${maxOutputTokens}) counts reasoning and leaves no room for an answer beside the thinking budget of ${budget} tokens. More than ${budget} is accepted.`,
  );
}

/** Tokens of `thinking: { type: 'enabled', budgetTokens }`; 1,024 is what the SDK sends when no budget is given. */
function budgetOf(providerOptions: CompletionRequest['providerOptions']): number {
  const { type, budgetTokens } = {
    ...(providerOptions['thinking'] as { readonly type?: unknown; readonly budgetTokens?: unknown } | undefined),
  };
  if (type !== 'enabled') return 0;
  return typeof budgetTokens === 'number' ? budgetTokens : 1_024;
}

/** JSON without a schema is asked for in the prompt; the SDK would warn that it ignores the format. */
function withoutEmptyFormat({ responseFormat, ...settings }: LanguageModelV4CallOptions): LanguageModelV4CallOptions {
  return responseFormat?.type === 'json' && responseFormat.schema === undefined
    ? settings
    : { ...settings, ...(responseFormat && { responseFormat }) };
}
