/** Amazon Bedrock's Converse API, through the AI SDK, which is loaded with the first request: it writes the requests. */
import type { LanguageModelV4CallOptions, SharedV4ProviderOptions } from '@ai-sdk/provider';
import { once } from '../../../core/once.ts';
import type { EmbeddingRequest } from '../../../core/request/request.ts';
import type { Secret } from '../../../core/secret.ts';
import { withoutSlash } from '../../../outbound/base-url.ts';
import { type Fetch, sharedFetch } from '../../../outbound/pooled-fetch.ts';
import type { CallIdForm } from '../../../wires/accepted-call-ids.ts';
import { countOf, listOf, objectOf, parseJson, textOf } from '../../../wires/json-fields.ts';
import { checkProvider } from '../../checked-provider.ts';
import { type AwsCredentials, type AwsCredentialsFunction, awsCredentials } from '../../credentials/aws-credentials.ts';
import { fetchSigned } from '../../credentials/aws-signature.ts';
import type { Provider } from '../../provider.ts';
import type { ImageRules } from '../../upstream/image-fetcher.ts';
import { requirePackage } from '../optional-package.ts';
import { type Asked, jsonToolOf, sdkVendorProvider } from '../sdk-vendor.ts';
import { withoutBudget } from '../thinking-budget.ts';
import { type WrittenRequest, writingFetch } from '../written-request.ts';
import { bedrockOpaque } from './converse-blocks.ts';
import { eventsOfFrames } from './event-frames.ts';
import { decodeConverse, decodeConverseEvents } from './read-converse.ts';

export interface BedrockOptions {
  readonly name?: string;
  /** The region, such as `eu-central-1`. */
  readonly region: string;
  /** A key of Bedrock's own, sent as a bearer; AWS calls its variable AWS_BEARER_TOKEN_BEDROCK. Null is a key that is missing. */
  readonly apiKey?: Secret | null;
  /**
   * Access keys, with which requests are signed, or a function that gets those of a role, such as `fromNodeProviderChain()` of AWS makes.
   */
  readonly credentials?: AwsCredentials | AwsCredentialsFunction;
  /** Default: the endpoint of the region. */
  readonly baseUrl?: string;
  readonly images?: ImageRules;
  readonly fetch?: Fetch;
}

/**
 * Models on Amazon Bedrock. Needs the package `@ai-sdk/amazon-bedrock` beside Fieldgate.
 *
 * @example
 * ```ts
 * import { bedrockProvider, defineConfig, secretFrom } from 'fieldgate';
 *
 * export default defineConfig({
 *   providers: {
 *     bedrock: bedrockProvider({
 *       region: 'eu-central-1',
 *       credentials: {
 *         accessKeyId: secretFrom('AWS_ACCESS_KEY_ID'),
 *         secretAccessKey: secretFrom('AWS_SECRET_ACCESS_KEY'),
 *         sessionToken: secretFrom('AWS_SESSION_TOKEN'),
 *       },
 *     }),
 *   },
 *   deployments: { haiku: { provider: 'bedrock', model: 'eu.anthropic.claude-haiku-4-5-20251001-v1:0' } },
 *   routes: { default: { deployments: ['haiku'] } },
 * });
 * ```
 *
 * @example
 * ```ts
 * import { bedrockProvider, secretFrom } from 'fieldgate';
 *
 * export const provider = bedrockProvider({ region: 'eu-central-1', apiKey: secretFrom('AWS_BEARER_TOKEN_BEDROCK') });
 * ```
 */
export const bedrockProvider = (options: BedrockOptions): Provider => checkProvider('bedrock', options, () => made(options));

const callIds: CallIdForm = { accepts: /^[a-zA-Z0-9_-]{1,64}$/, length: 24 };

function made(options: BedrockOptions): Provider {
  const { name = 'bedrock', region, apiKey, credentials, images = {}, fetch = sharedFetch } = options;
  requirePackage('@ai-sdk/amazon-bedrock', 5);
  if (typeof region !== 'string' || !/^[a-z]{2,}(?:-[a-z0-9]+)+$/.test(region)) {
    throw new Error("Its region is no region of AWS. Accepted is a name such as 'eu-central-1'.");
  }
  if (apiKey != null && credentials !== undefined) throw new Error('It has both an apiKey and credentials. Give it one of them.');
  const keys = awsCredentials(credentials ?? { accessKeyId: null, secretAccessKey: null }, name);
  const signed = apiKey == null ? fetchSigned(fetch, { keys, region, service: 'bedrock' }) : fetch;
  const sdk = once(async () => {
    const { createAmazonBedrock } = await import('@ai-sdk/amazon-bedrock');
    const baseURL = withoutSlash(options.baseUrl ?? endpointOf(region));
    // A key keeps the SDK from signing, and from the process's own environment.
    return createAmazonBedrock({ region, baseURL, apiKey: apiKey?.reveal() ?? 'unused', fetch: writingFetch(signed) });
  });
  const provider = sdkVendorProvider({
    name,
    secrets: [...(apiKey == null ? [] : [apiKey]), ...keys.fixed].map((secret) => secret.reveal()),
    images,
    fetch: signed,
    languageModel: async (id) => (await sdk()).languageModel(id),
    embeddingModel: async (id) => (await sdk()).embeddingModel(id),
    embeddingOptions,
    opaque: bedrockOpaque,
    callIds,
    beforeWriting: withinMaximum,
    written: (request, { whole }) => (whole ? { ...request, url: request.url.replace(/\/converse-stream$/, '/converse') } : request),
    decoders({ request }: Asked, written: WrittenRequest) {
      const jsonTool = jsonToolOf(toolNamesIn(written), request);
      return {
        newDecoder: () => decodeConverseEvents(jsonTool),
        decodeAnswer: (body) => decodeConverse(body, jsonTool),
        asEvents: eventsOfFrames,
      };
    },
  });
  return { ...provider, lacksKey: apiKey == null && keys.lacksKey };
}

/** The endpoint of the region, in the partitions of AWS that anybody can buy from. For others, `baseUrl` names the endpoint. */
function endpointOf(region: string): string {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : region.startsWith('eusc-') ? 'amazonaws.eu' : 'amazonaws.com';
  return `https://bedrock-runtime.${region}.${suffix}`;
}

/** The thinking budget of Claude. Other models count it within the maximum. */
function withinMaximum(options: LanguageModelV4CallOptions, { model, request }: Asked): LanguageModelV4CallOptions {
  const { type, budgetTokens } = objectOf(request.providerOptions['reasoningConfig']);
  return type === 'enabled' && model.includes('anthropic') ? withoutBudget(options, countOf(budgetTokens) ?? 0) : options;
}

/** The option for the length of vectors, which has another name in each family of models. */
function embeddingOptions({ dimensions }: EmbeddingRequest, model: string): SharedV4ProviderOptions {
  const isCohere = model.includes('cohere.embed-');
  const name = isCohere ? 'outputDimension' : model.includes('amazon.nova-') ? 'embeddingDimension' : 'dimensions';
  return {
    [bedrockOpaque.vendor]: {
      ...(isCohere ? { inputType: 'search_document' } : {}),
      ...(dimensions === null ? {} : { [name]: dimensions }),
    },
  };
}

function toolNamesIn({ body }: WrittenRequest): readonly string[] {
  const { tools } = objectOf(objectOf(parseJson(body))['toolConfig']);
  return listOf(tools).map((tool) => textOf(objectOf(objectOf(tool)['toolSpec'])['name']));
}
