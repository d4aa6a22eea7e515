/**
 * A provider over a wire: fetches images, encodes the request, sends it, and decodes the answer.
 *
 * Vendors end answers in many ways. Each way becomes one of two outcomes: a `finish` chunk, or a GatewayError with phase and `retryable`.
 */
import { type Batch, batchesOf } from '../core/batch.ts';
import type { Chunk } from '../core/chunk.ts';
import { GatewayError } from '../core/errors.ts';
import type { Usage } from '../core/money.ts';
import type { CompletionRequest, EmbeddingRequest, ModelRequest } from '../core/request/request.ts';
import type { Secret } from '../core/secret.ts';
import type { HttpClient } from '../outbound/http-client.ts';
import { clientOf, type Fetch, notifiesWhenSent, sharedFetch } from '../outbound/pooled-fetch.ts';
import type { EncodedRequest, Wire } from '../wires/wire.ts';
import type { AnswerOptions, Provider } from './provider.ts';
import type { ImageRules } from './upstream/image-fetcher.ts';
import { type JsonPost, postJson } from './upstream/post-json.ts';
import { hasImagesToFetch, prepareRequest } from './upstream/prepared-request.ts';
import { readAnswer, readWhole } from './upstream/read-answer.ts';
import { readWholeBody } from './upstream/read-whole-body.ts';
import { receiveWhole } from './upstream/receive-whole.ts';
import { answerFailure, type Extend, limitTime, timedAnswer } from './upstream/timed.ts';
import { refusesContent, upstreamError, type Vendor } from './upstream/upstream-error.ts';

export interface WireProvider<Settings> {
  /** As in the configuration. */
  readonly name: string;
  /** Never shown, not even where the vendor repeats it. It is sent by `headers`. */
  readonly apiKey: Secret | null;
  readonly images?: ImageRules;
  /** Default: the shared one of `../outbound/pooled-fetch.ts`. */
  readonly fetch?: Fetch;
  readonly url: (model: string, stream: boolean) => string;
  /** Of every request, beside `content-type`. A function, so that no object holds the key. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly wire: Pick<Wire<Settings>, 'encodeRequest' | 'decodeAnswer' | 'decodeEvents'>;
  readonly settings: Settings | ((model: string, request: CompletionRequest) => Settings);
  /** Last changes for this vendor. Throws BAD_REQUEST for what it cannot do. */
  readonly beforeEncode?: (request: CompletionRequest, model: string) => CompletionRequest;
  /** See {@link Provider.outputCeiling}; default: what was asked. */
  readonly outputCeiling?: Provider['outputCeiling'];
  /** Left out: the vendor has no embeddings. */
  readonly embeddings?: WireEmbeddings;
}

/** How a vendor embeds. */
export interface WireEmbeddings {
  readonly url: (model: string, request: EmbeddingRequest) => string;
  /** Texts in one request; left out: the vendor names no maximum. */
  readonly maxTexts?: number;
  encodeRequest(request: EmbeddingRequest, model: string): EncodedRequest;
  /** A vector a text, in the order of the texts. Throws a `WireFailure`. */
  decodeAnswer(body: unknown, request: EmbeddingRequest): { readonly vectors: readonly Float32Array[]; readonly usage: Usage | null };
}

export function wireProvider<Settings>(given: WireProvider<Settings>): Provider {
  const { name, apiKey, fetch = sharedFetch } = given;
  const vendor: Vendor = { name, secrets: apiKey === null ? [] : [apiKey.reveal()] };
  return {
    name,
    tellsSent: notifiesWhenSent(fetch),
    send: (request, options) =>
      limitTime(
        (signal, extend) =>
          request.kind === 'completion'
            ? complete(given, request, { ...options, signal }, extend)
            : embed(given, request, { ...options, signal }),
        options,
        (error) => upstreamError(error, vendor, request),
      ),
    answer(request, options) {
      const translated = (error: unknown): GatewayError => upstreamError(error, vendor, request);
      const client = clientOf(fetch);
      if (client !== null && request.kind === 'completion' && !hasImagesToFetch(request))
        return receivedAnswer(given, request, options, client, translated);
      return timedAnswer((signal, extend) => answerWhole(given, request, { ...options, signal }, extend), options, translated);
    },
    outputCeiling: given.outputCeiling ?? ((_request, _model, asked) => asked),
  };
}

type Sent = Pick<AnswerOptions, 'model' | 'signal' | 'sent' | 'report' | 'isEnough'>;

async function answerWhole<Settings>(
  given: WireProvider<Settings>,
  request: ModelRequest,
  options: Sent,
  extend: Extend,
): Promise<readonly Chunk[]> {
  if (request.kind === 'embedding') return embeddedTexts(given, request, options);
  const { warnings, asked } = await encoded(given, request, options, false);
  return contentOf(warnings, async () => readWhole(await asked.post(), { ...asked.reading, extend, isEnough: options.isEnough }));
}

/** A vendor that declines the content has answered. */
async function contentOf(warnings: readonly Chunk[], read: () => Promise<readonly Chunk[]>): Promise<readonly Chunk[]> {
  try {
    return [...warnings, ...(await read())];
  } catch (error) {
    if (!refusesContent(error)) throw error;
    return [...warnings, { type: 'finish', reason: 'content-filter' }];
  }
}

/** As `answerWhole`, by a client of ours: as the connection brings it. One promise, since most calls are answered so. */
async function receivedAnswer<Settings>(
  given: WireProvider<Settings>,
  request: CompletionRequest,
  options: AnswerOptions,
  client: HttpClient,
  translated: (error: unknown) => GatewayError,
): Promise<readonly Chunk[]> {
  const { isEnough, withinMs, signal } = options;
  /** Null: it was not sent yet. */
  let warned: readonly Chunk[] | null = null;
  try {
    const encoding = encoded(given, request, options, false);
    const { warnings, asked } = encoding instanceof Promise ? await encoding : encoding;
    warned = warnings;
    const chunks = await receiveWhole(client, asked.request, { ...asked.reading, isEnough, withinMs });
    return warnings.length === 0 ? chunks : [...warnings, ...chunks];
  } catch (error) {
    if (warned !== null && refusesContent(error)) return [...warned, { type: 'finish', reason: 'content-filter' }];
    throw answerFailure(error, signal, translated);
  }
}

async function* complete<Settings>(
  given: WireProvider<Settings>,
  request: CompletionRequest,
  options: Sent,
  extend: Extend,
): AsyncGenerator<Batch> {
  const { warnings, asked } = await encoded(given, request, options, true);
  if (warnings.length > 0) yield warnings;
  try {
    yield* readAnswer(await asked.post(), { ...asked.reading, extend });
  } catch (error) {
    if (!refusesContent(error)) throw error;
    yield [{ type: 'finish', reason: 'content-filter' }];
  }
}

/** The request, ready to be sent, and how its answer is read; at once, where no image must be fetched. */
function encoded<Settings>(
  given: WireProvider<Settings>,
  request: CompletionRequest,
  sent: Sent,
  stream: boolean,
): Encoded | Promise<Encoded> {
  const { images = {}, beforeEncode } = given;
  const prepared = prepareRequest(beforeEncode?.(request, sent.model) ?? request, images, sent.signal);
  return prepared instanceof Promise
    ? prepared.then((fetched) => encodedPrepared(given, fetched, sent, stream))
    : encodedPrepared(given, prepared, sent, stream);
}

type Encoded = ReturnType<typeof encodedPrepared>;

function encodedPrepared<Settings>(
  given: WireProvider<Settings>,
  prepared: CompletionRequest,
  { model, signal, sent, report }: Sent,
  stream: boolean,
) {
  const { wire, headers, url, fetch = sharedFetch } = given;
  const settings = settingsOf(given, model, prepared);
  const { body, headers: needed = {}, warnings } = wire.encodeRequest(prepared, encodingOf(given, settings, model, stream));
  const toPost: JsonPost = { url: url(model, stream), headers: { ...needed, ...headers() }, body, signal, sent };
  return {
    warnings: warnings.map((message): Chunk => ({ type: 'warning', message })),
    asked: {
      request: toPost,
      post: () => postJson(fetch, toPost),
      reading: {
        newDecoder: () => wire.decodeEvents(settings),
        decodeAnswer: (whole: unknown) => wire.decodeAnswer(whole, settings),
        report,
      },
    },
  };
}

type Encoding<Settings> = Settings & { readonly model: string; readonly stream: boolean };
const encodings = new WeakMap<object, Map<string, unknown>>();

/** Made once for a model and a form, where the settings are the same for all requests. */
function encodingOf<Settings>(given: WireProvider<Settings>, settings: Settings, model: string, stream: boolean): Encoding<Settings> {
  if (settings !== given.settings) return { ...settings, model, stream };
  const key = stream ? `stream ${model}` : model;
  const known = encodings.get(given)?.get(key) as Encoding<Settings> | undefined;
  if (known !== undefined) return known;
  const made = { ...settings, model, stream };
  encodings.set(given, (encodings.get(given) ?? new Map<string, unknown>()).set(key, made));
  return made;
}

function settingsOf<Settings>({ settings }: WireProvider<Settings>, model: string, request: CompletionRequest): Settings {
  return typeof settings === 'function' ? (settings as (model: string, request: CompletionRequest) => Settings)(model, request) : settings;
}

async function* embed<Settings>(given: WireProvider<Settings>, request: EmbeddingRequest, options: Sent): AsyncGenerator<Batch> {
  yield* batchesOf(await embeddedTexts(given, request, options));
}

async function embeddedTexts<Settings>(
  { name, embeddings, headers, fetch = sharedFetch }: WireProvider<Settings>,
  request: EmbeddingRequest,
  { model, signal, sent, report }: Sent,
): Promise<readonly Chunk[]> {
  if (embeddings === undefined) {
    throw new GatewayError('BAD_REQUEST', `${name} has no embeddings. Routes for embeddings need a provider that has.`);
  }
  const { maxTexts = Number.POSITIVE_INFINITY } = embeddings;
  if (request.texts.length > maxTexts) {
    const sentence = `${name} embeds at most ${maxTexts} texts in one request; ${request.texts.length} were sent.`;
    throw new GatewayError('BAD_REQUEST', sentence);
  }
  const { body, warnings } = embeddings.encodeRequest(request, model);
  const answer = await postJson(fetch, { url: embeddings.url(model, request), headers: headers(), body, signal, sent });
  const { vectors, usage } = embeddings.decodeAnswer(await readWholeBody(answer), request);
  if (usage !== null) report(usage);
  return [
    ...warnings.map((message): Chunk => ({ type: 'warning', message })),
    ...vectors.map((vector, index): Chunk => ({ type: 'embedding', index, vector })),
    { type: 'finish', reason: 'stop' },
  ];
}
