/** Google Cloud's Vertex AI, through the AI SDK, which is loaded with the first request: it writes the requests to Gemini and Claude. */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { once } from '../../../core/once.ts';
import { Secret } from '../../../core/secret.ts';
import { withoutSlash } from '../../../outbound/base-url.ts';
import { type Fetch, sharedFetch } from '../../../outbound/pooled-fetch.ts';
import { geminiWire } from '../../../wires/gemini/gemini.ts';
import { listOf, objectOf, parseJson, textOf } from '../../../wires/json-fields.ts';
import { messages } from '../../../wires/messages/messages.ts';
import type { OpaqueFields } from '../../../wires/opaque-parts.ts';
import { checkProvider } from '../../checked-provider.ts';
import { fetchWithToken, type TokenFunction } from '../../credentials/access-token.ts';
import { readServiceAccount, serviceAccountTokens } from '../../credentials/service-account.ts';
import type { Provider } from '../../provider.ts';
import type { ImageRules } from '../../upstream/image-fetcher.ts';
import { requirePackage } from '../optional-package.ts';
import { type Asked, jsonToolOf, type SdkVendor, sdkVendorProvider } from '../sdk-vendor.ts';
import { withinThinkingBudget } from '../thinking-budget.ts';
import { type WrittenRequest, writingFetch } from '../written-request.ts';

export interface VertexOptions {
  readonly name?: string;
  /** Id of the project. Default: that of the service account. */
  readonly project?: string;
  /** Such as `europe-west4`, `eu` or `global`. */
  readonly location: string;
  /** Text of the key file of a service account, as JSON. Null is one that is missing. */
  readonly serviceAccount?: Secret | null;
  /** Gets an access token for `https://www.googleapis.com/auth/cloud-platform`. */
  readonly token?: TokenFunction;
  /** Default: the endpoint of the location. */
  readonly baseUrl?: string;
  readonly images?: ImageRules;
  readonly fetch?: Fetch;
}

/**
 * Gemini and Claude on Vertex AI. Needs the package `@ai-sdk/google-vertex` beside Fieldgate. Without a service account and a token,
 * Google's application default credentials are taken: those of the machine, of `GOOGLE_APPLICATION_CREDENTIALS`, or of `gcloud`.
 *
 * @example
 * ```ts
 * import { defineConfig, secretFrom, vertexProvider } from 'fieldgate';
 *
 * export default defineConfig({
 *   providers: {
 *     vertex: vertexProvider({
 *       project: 'shop-production',
 *       location: 'europe-west4',
 *       serviceAccount: secretFrom('VERTEX_SERVICE_ACCOUNT'),
 *     }),
 *   },
 *   deployments: {
 *     flash: { provider: 'vertex', model: 'gemini-2.5-flash' },
 *     haiku: { provider: 'vertex', model: 'claude-haiku-4-5@20251001' },
 *   },
 *   routes: { default: { deployments: ['flash', 'haiku'] } },
 * });
 * ```
 */
export const vertexProvider = (options: VertexOptions): Provider => checkProvider('vertex', options, () => made(options));

function made(options: VertexOptions): Provider {
  const { name = 'vertex', images = {} } = options;
  requirePackage('@ai-sdk/google-vertex', 5);
  const { fetch, secrets, ownCredentials } = credentialsOf(options, name);
  const { root, project } = placeOf(options);
  const shared = { name, secrets, images, fetch, embeddingModel: async (id: string) => (await gemini()).embeddingModel(id) };
  // Where our fetch puts the token on a request, the SDK must look for none.
  const auth = ownCredentials ? { googleAuthOptions: { authClient: noToken as never } } : {};
  const geminiAt = (baseURL: string) => async () => {
    const { createGoogleVertex } = await import('@ai-sdk/google-vertex');
    // An empty key keeps the SDK from the process's own environment.
    return createGoogleVertex({ project, location: options.location, baseURL, apiKey: '', fetch: writingFetch(fetch), ...auth });
  };
  const gemini = once(geminiAt(`${root('v1beta1')}/publishers/google`));
  const tuned = once(geminiAt(root('v1beta1')));
  const claude = once(async () => {
    const { createGoogleVertexAnthropic } = await import('@ai-sdk/google-vertex/anthropic');
    const baseURL = `${root('v1')}/publishers/anthropic/models`;
    return createGoogleVertexAnthropic({ project, location: options.location, baseURL, fetch: writingFetch(fetch), ...auth });
  });
  const ofGoogle = sdkVendorProvider({
    ...shared,
    ...googleVendor,
    languageModel: async (id) => (await (id.startsWith('endpoints/') ? tuned() : gemini())).languageModel(id),
  });
  const ofAnthropic = sdkVendorProvider({
    ...shared,
    ...anthropicVendor,
    languageModel: async (id): Promise<LanguageModelV4> => (await claude()).languageModel(id),
  });
  const maker = (model: string) => (model.startsWith('claude-') ? ofAnthropic : ofGoogle);
  return {
    ...ofGoogle,
    lacksKey: options.serviceAccount === null && options.token === undefined,
    send: (request, sending) => maker(sending.model).send(request, sending),
    answer: (request, asking) => maker(asking.model).answer(request, asking),
  };
}

const noToken = { getAccessToken: async () => ({ token: 'unused' }) };

type VendorWords = Pick<SdkVendor, 'opaque' | 'callIds' | 'beforeWriting' | 'written' | 'decoders'>;

const signatures: OpaqueFields = { vendor: 'google', fields: ['thoughtSignature'], textFields: ['thoughtSignature'] };

const googleVendor: VendorWords = {
  opaque: signatures,
  written: (request, { whole }) =>
    whole ? { ...request, url: request.url.replace(/:streamGenerateContent\?alt=sse$/, ':generateContent') } : request,
  decoders({ request }, written) {
    const settings = { jsonTool: jsonToolOf(functionNamesIn(written), request) };
    return { newDecoder: () => geminiWire.decodeEvents(settings), decodeAnswer: (body) => geminiWire.decodeAnswer(body, settings) };
  },
};

const anthropicVendor: VendorWords = {
  opaque: { vendor: 'anthropic', fields: ['signature', 'redactedData'] },
  callIds: { accepts: /^[a-zA-Z0-9_-]+$/, length: 24 },
  beforeWriting: withinThinkingBudget,
  written: withoutStream,
  decoders({ request }, written) {
    const settings = { jsonTool: jsonToolOf(toolNamesIn(written), request) };
    return { newDecoder: () => messages.decodeEvents(settings), decodeAnswer: (body) => messages.decodeAnswer(body, settings) };
  },
};

function withoutStream(request: WrittenRequest, { whole }: Asked): WrittenRequest {
  if (!whole) return request;
  const body = JSON.stringify({ ...objectOf(parseJson(request.body)), stream: false });
  return { ...request, url: request.url.replace(/:streamRawPredict$/, ':rawPredict'), body };
}

const functionNamesIn = ({ body }: WrittenRequest): readonly string[] =>
  listOf(objectOf(parseJson(body))['tools']).flatMap((tool) => namesOf(objectOf(tool)['functionDeclarations']));
const toolNamesIn = ({ body }: WrittenRequest): readonly string[] => namesOf(objectOf(parseJson(body))['tools']);
const namesOf = (tools: unknown): readonly string[] => listOf(tools).map((tool) => textOf(objectOf(tool)['name']));

interface Place {
  readonly project: string;
  /** The address of the location, of a version of the API. */
  readonly root: (version: string) => string;
}

function placeOf({ location, project, serviceAccount, baseUrl }: VertexOptions): Place {
  if (typeof location !== 'string' || !/^[a-z][a-z0-9-]*$/.test(location)) {
    throw new Error("Its location is no location of Google Cloud. Accepted is a name such as 'europe-west4', 'eu' or 'global'.");
  }
  const owner = serviceAccount instanceof Secret ? readServiceAccount(serviceAccount).project : '';
  const id = project ?? owner;
  if (!/^[a-z0-9][a-z0-9.:-]*$/.test(id)) {
    throw new Error("Its project is no id of a project. Give it one, such as 'shop-production'.");
  }
  const regional =
    location === 'eu' || location === 'us' ? `aiplatform.${location}.rep.googleapis.com` : `${location}-aiplatform.googleapis.com`;
  const host = location === 'global' ? 'aiplatform.googleapis.com' : regional;
  const origin = withoutSlash(baseUrl ?? `https://${host}`);
  return { project: id, root: (version) => `${origin}/${version}/projects/${id}/locations/${location}` };
}

function credentialsOf(
  { serviceAccount, token, fetch = sharedFetch }: VertexOptions,
  name: string,
): { readonly fetch: Fetch; readonly secrets: readonly string[]; readonly ownCredentials: boolean } {
  if (serviceAccount != null && token !== undefined) throw new Error('It has both a serviceAccount and a token. Give it one of them.');
  if (serviceAccount != null && !(serviceAccount instanceof Secret)) {
    throw new Error("Its serviceAccount is no secret. It must be one, such as secretFrom('VERTEX_SERVICE_ACCOUNT').");
  }
  const ask = serviceAccount == null ? token : serviceAccountTokens(readServiceAccount(serviceAccount), fetch);
  const missing: TokenFunction = () => null;
  const tokens = ask ?? (serviceAccount === null ? missing : null);
  if (tokens === null) return { fetch, secrets: [], ownCredentials: false };
  return { fetch: fetchWithToken(fetch, tokens, name), secrets: [], ownCredentials: true };
}
