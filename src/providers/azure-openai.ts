/**
 * OpenAI's models at Azure. A deployment there has a name of its own, which is the `model` of a deployment here.
 *
 * Two generations of paths: `/openai/v1/`, and per deployment with a dated `api-version`. The wires are OpenAI's.
 */
import type { CompletionRequest } from '../core/request/request.ts';
import type { Secret } from '../core/secret.ts';
import { withoutSlash } from '../outbound/base-url.ts';
import { type Fetch, sharedFetch } from '../outbound/pooled-fetch.ts';
import { chatCompletions } from '../wires/chat-completions/chat-completions.ts';
import { responses } from '../wires/responses/responses.ts';
import type { Wire } from '../wires/wire.ts';
import { checkProvider } from './checked-provider.ts';
import { fetchWithToken, type TokenFunction } from './credentials/access-token.ts';
import { chatSettings, openaiEmbeddings } from './openai-chat.ts';
import type { Provider } from './provider.ts';
import type { ImageRules } from './upstream/image-fetcher.ts';
import { wireProvider } from './wire-provider.ts';

export interface AzureOpenAiOptions {
  readonly name?: string;
  /** The name in `https://NAME.openai.azure.com`. Either this or `baseUrl` is needed. */
  readonly resourceName?: string;
  /**
   * The endpoint as Azure shows it, such as `https://shop.openai.azure.com`, or a gateway before it. `/openai/v1` at its end may be left
   * out.
   */
  readonly baseUrl?: string;
  /** Sent as `api-key`. Null is a key that is missing. Leave it out where `token` is given. */
  readonly apiKey?: Secret | null;
  /**
   * Gets a token of Microsoft Entra ID for `https://cognitiveservices.azure.com/.default`, such as `getBearerTokenProvider` of
   * `@azure/identity` makes.
   */
  readonly token?: TokenFunction;
  /** A date, such as `2024-10-21`, asks the paths per deployment; `preview` asks for features in preview. Default: `v1`. */
  readonly apiVersion?: string;
  /** Default: `responses`; with a date, `chat`. */
  readonly api?: 'responses' | 'chat';
  /** The model of each deployment that is named otherwise: what it takes is known by the name of the model. */
  readonly models?: Readonly<Record<string, string>>;
  readonly images?: ImageRules;
  readonly fetch?: Fetch;
}

/**
 * Models of Azure OpenAI. The `model` of a deployment is the name of the deployment at Azure.
 *
 * @example
 * ```ts
 * import { azureOpenAiProvider, defineConfig, secretFrom } from 'fieldgate';
 *
 * export default defineConfig({
 *   providers: { azure: azureOpenAiProvider({ resourceName: 'shop-sweden', apiKey: secretFrom('AZURE_OPENAI_API_KEY') }) },
 *   deployments: { mini: { provider: 'azure', model: 'gpt-5-mini' } },
 *   routes: { default: { deployments: ['mini'] } },
 * });
 * ```
 *
 * @example
 * ```ts
 * import { azureOpenAiProvider } from 'fieldgate';
 *
 * // With @azure/identity: getBearerTokenProvider(new DefaultAzureCredential(), 'https://cognitiveservices.azure.com/.default').
 * declare const entraToken: () => Promise<string>;
 * export const provider = azureOpenAiProvider({ baseUrl: 'https://shop-sweden.openai.azure.com', token: entraToken });
 * ```
 */
export const azureOpenAiProvider = (options: AzureOpenAiOptions): Provider => checkProvider('azure', options, () => made(options));

function made(options: AzureOpenAiOptions): Provider {
  const { name = 'azure', apiKey, token, models = {}, images = {}, fetch = sharedFetch } = options;
  if (apiKey != null && token !== undefined) throw new Error('It has both an apiKey and a token. Give it one of them.');
  const { dated, query, root } = addressOf(options);
  const { api = dated ? 'chat' : 'responses' } = options;
  const modelOf = (deployment: string): string => (Object.hasOwn(models, deployment) ? models[deployment] : undefined) ?? deployment;
  const ofDeployment = (deployment: string, path: string): string =>
    dated ? `${root}/deployments/${encodeURIComponent(deployment)}/${path}${query}` : `${root}/${path}${query}`;
  const provider = {
    name,
    apiKey: apiKey ?? null,
    images,
    fetch: token === undefined ? fetch : fetchWithToken(fetch, token, name),
    headers: (): Record<string, string> => (apiKey == null ? {} : { 'api-key': apiKey.reveal() }),
    embeddings: { ...openaiEmbeddings(root), url: (deployment: string) => ofDeployment(deployment, 'embeddings') },
  };
  const made =
    api === 'chat'
      ? wireProvider({
          ...provider,
          url: (deployment) => ofDeployment(deployment, 'chat/completions'),
          wire: chatCompletions,
          settings: (deployment, request) => azureChat(modelOf(deployment), request),
        })
      : wireProvider({ ...provider, url: () => `${root}/responses${query}`, wire: responsesOf(modelOf), settings: {} });
  return { ...made, lacksKey: apiKey == null && token === undefined };
}

/** Leaves out `store`, which dated versions do not know: nothing is stored where it is not sent. */
function azureChat(model: string, request: CompletionRequest): ReturnType<typeof chatSettings> {
  const settings = chatSettings(model, request);
  const { store: _, ...defaults } = settings.defaults as { readonly store?: unknown };
  return { ...settings, defaults };
}

/** The request is written for the model, and sent to its deployment. */
function responsesOf(modelOf: (deployment: string) => string): Pick<Wire<object>, 'encodeRequest' | 'decodeAnswer' | 'decodeEvents'> {
  return {
    ...responses,
    encodeRequest(request, how) {
      const { body, warnings } = responses.encodeRequest(request, { ...how, model: modelOf(how.model) });
      return { body: { ...body, model: how.model }, warnings };
    },
  };
}

interface Address {
  /** The base URL without a slash at its end. */
  readonly root: string;
  /** The query with its question mark; empty where the version needs none. */
  readonly query: string;
  readonly dated: boolean;
}

const resource = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/i;
const date = /^\d{4}-\d{2}-\d{2}(?:-preview)?$/;

function addressOf({ resourceName, baseUrl, apiVersion = 'v1' }: AzureOpenAiOptions): Address {
  const dated = date.test(apiVersion);
  if (!dated && apiVersion !== 'v1' && apiVersion !== 'preview') {
    throw new Error('Its apiVersion is unknown. Accepted are "v1", "preview", and a date such as "2024-10-21".');
  }
  if ((resourceName === undefined) === (baseUrl === undefined)) {
    const found = resourceName === undefined ? 'neither a resourceName nor a baseUrl' : 'both a resourceName and a baseUrl';
    throw new Error(`It has ${found}. Give it one of them, such as resourceName: 'shop-sweden' for https://shop-sweden.openai.azure.com.`);
  }
  if (resourceName !== undefined && !resource.test(resourceName)) {
    throw new Error(
      'Its resourceName is no name of a resource. Accepted are letters, digits and hyphens; for another host, give a baseUrl.',
    );
  }
  const endpoint = baseUrl ?? `https://${resourceName}.openai.azure.com`;
  const root = withoutSlash(withoutSlash(endpoint).replace(/\/openai(?:\/v1)?$/, ''));
  return {
    root: dated ? `${root}/openai` : `${root}/openai/v1`,
    query: apiVersion === 'v1' ? '' : `?api-version=${apiVersion}`,
    dated,
  };
}
