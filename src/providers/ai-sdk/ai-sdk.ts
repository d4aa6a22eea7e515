/**
 * Adapts any model of the AI SDK (specification V4, at provider level) to our Provider.
 *
 * Vendors and their SDKs end streams in many ways. Each way becomes one of two outcomes here: a `finish` chunk, or a
 * GatewayError with phase and `retryable`.
 */
import type {
  EmbeddingModelV4,
  EmbeddingModelV4CallOptions,
  EmbeddingModelV4Result,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider';
import type { Chunk } from '../../core/chunk.ts';
import { GatewayError } from '../../core/errors.ts';
import { noUsage } from '../../core/money.ts';
import { oncePer } from '../../core/once.ts';
import type { CompletionRequest, EmbeddingRequest } from '../../core/request/request.ts';
import type { Secret } from '../../core/secret.ts';
import { throwIfAborted } from '../../core/turns/abort.ts';
import { notifyWhenSent } from '../../outbound/pooled-fetch.ts';
import type { OpaqueFields } from '../../wires/opaque-parts.ts';
import { checkProvider } from '../checked-provider.ts';
import type { Provider, SendOptions } from '../provider.ts';
import { type ImageRules, imageFetcher } from '../upstream/image-fetcher.ts';
import { limitTime } from '../upstream/timed.ts';
import { brokenAnswer, refusesContent, upstreamError, type Vendor } from '../upstream/upstream-error.ts';
import { chunksOf, finishOf, usageOf, warningOf } from './ai-sdk-chunks.ts';
import { promptOf, settingsOf } from './ai-sdk-prompt.ts';
import { uncountedVectors } from './uncounted-vectors.ts';

export interface AiSdkProvider {
  /** The name in the configuration. */
  readonly name: string;
  /** Makes the SDK's provider. It is called at the first request, so it may import the SDK then. */
  readonly languageModel: (id: string) => LanguageModelV4 | Promise<LanguageModelV4>;
  readonly embeddingModel?: (id: string) => EmbeddingModelV4 | Promise<EmbeddingModelV4>;
  /** Provider options of embeddings, for what the SDK's model takes under its vendor's own names. */
  readonly embeddingOptions?: (request: EmbeddingRequest, model: string) => SharedV4ProviderOptions;
  /** The key of provider options and metadata in the SDK, and the metadata that must come back with the history. */
  readonly opaque: OpaqueFields;
  /** The key, which is never shown, not even where the vendor repeats it. */
  readonly apiKey?: Secret | null;
  readonly images?: ImageRules;
  /** Last changes for this vendor. Throws BAD_REQUEST for what it cannot do. */
  readonly adapted?: (options: LanguageModelV4CallOptions, request: CompletionRequest) => LanguageModelV4CallOptions;
  /** See {@link Provider.tellsSent}: the SDK was given a fetch of `../../outbound/pooled-fetch.ts`. Default: it was not. */
  readonly tellsSent?: boolean;
  /** See {@link Provider.outputCeiling}; default: what was asked. */
  readonly outputCeiling?: Provider['outputCeiling'];
}

/**
 * A provider of any model that has an AI SDK package.
 *
 * @example
 * ```ts
 * import { createOpenAI } from '@ai-sdk/openai';
 * import { aiSdkProvider, secretFrom } from 'fieldgate';
 *
 * const apiKey = secretFrom('OPENAI_API_KEY');
 * const sdk = createOpenAI({ apiKey: apiKey?.reveal() ?? 'unused' });
 * export const provider = aiSdkProvider({
 *   name: 'openai-by-hand',
 *   apiKey,
 *   languageModel: (id) => sdk.responses(id),
 *   embeddingModel: (id) => sdk.embeddingModel(id),
 *   opaque: { vendor: 'openai', fields: ['itemId', 'reasoningEncryptedContent'] },
 * });
 * ```
 */
export const aiSdkProvider = (given: AiSdkProvider): Provider => checkProvider('ai-sdk', given, () => made(given));

function made(given: AiSdkProvider): Provider {
  const { name, apiKey, languageModel, embeddingModel } = given;
  // Models are kept: making one compiles the schemas of its wire, which costs as much as a short call.
  const settings: AiSdkProvider = {
    ...given,
    languageModel: oncePer(languageModel),
    ...(embeddingModel === undefined ? {} : { embeddingModel: oncePer(embeddingModel) }),
  };
  const vendor: Vendor = { name, secrets: apiKey == null ? [] : [apiKey.reveal()] };
  return {
    name,
    tellsSent: settings.tellsSent === true,
    send: (request, options) =>
      limitTime(
        (signal) =>
          request.kind === 'completion'
            ? completed(settings, vendor, request, { ...options, signal })
            : embedded(settings, vendor, request, { ...options, signal }),
        options,
        (error) => upstreamError(error, vendor, request),
      ),
    outputCeiling: settings.outputCeiling ?? ((_request, _model, asked) => asked),
  };
}

async function* completed(
  settings: AiSdkProvider,
  vendor: Vendor,
  request: CompletionRequest,
  options: SendOptions,
): AsyncGenerator<Chunk> {
  const { signal } = options;
  const fetched = imageFetcher(settings.images ?? {}, signal);
  const { prompt, warnings } = await promptOf(request, settings.opaque, async (image) => ('url' in image ? fetched(image.url) : image));
  yield* warnings.map((message): Chunk => ({ type: 'warning', message }));
  const providerOptions = { [settings.opaque.vendor]: request.providerOptions } as SharedV4ProviderOptions;
  const asked = { ...settingsOf(request), prompt, providerOptions, abortSignal: signal };
  const model = await settings.languageModel(options.model);
  throwIfAborted(signal);
  const stream = await sending(options, () => answered(model, settings.adapted?.(asked, request) ?? asked));
  if (stream === null) yield { type: 'finish', reason: 'content-filter' };
  else yield* settled(stream.getReader(), settings.opaque, vendor, options);
}

const sending = <T>({ sent }: SendOptions, work: () => T): T => (sent === undefined ? work() : notifyWhenSent(sent, work));

/** Null where the vendor declined the content. */
async function answered(
  model: LanguageModelV4,
  options: LanguageModelV4CallOptions,
): Promise<ReadableStream<LanguageModelV4StreamPart> | null> {
  try {
    return (await model.doStream(options)).stream;
  } catch (error) {
    if (refusesContent(error)) return null;
    throw error;
  }
}

async function* settled(
  reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>,
  opaque: OpaqueFields,
  vendor: Vendor,
  { report }: SendOptions,
): AsyncGenerator<Chunk> {
  const translated = chunksOf(opaque);
  let spoke = false;
  let called = false;
  for (;;) {
    const { done, value: part } = await reader.read();
    if (done) throw brokenAnswer(vendor, 'cut');
    if (part.type === 'error') {
      if (!refusesContent(part.error)) throw part.error;
      drain(reader);
      yield { type: 'finish', reason: 'content-filter' };
      return;
    }
    if (part.type !== 'finish') {
      for (const chunk of translated(part)) {
        if (chunk.type === 'tool-call' || (chunk.type !== 'warning' && 'text' in chunk && chunk.text !== '')) spoke = true;
        if (chunk.type === 'tool-call') called = true;
        yield chunk;
      }
      continue;
    }
    const reason = finishOf(part.finishReason);
    const usage = part.finishReason.unified === 'interrupted' ? null : usageOf(part.usage);
    if (usage !== null) report(usage);
    if (reason === null) throw brokenAnswer(vendor, part.finishReason.unified === 'error' ? 'unreadable' : 'cut');
    if (!spoke && reason !== 'length' && reason !== 'content-filter') throw brokenAnswer(vendor, 'empty');
    drain(reader);
    // Some servers call tools and say `stop`, or a reason of their own.
    yield { type: 'finish', reason: called && (reason === 'stop' || reason === 'other') ? 'tool-calls' : reason };
    return;
  }
}

/** Reads what follows the end, so that the connection can be used again. Some vendors end the answer before the body. */
function drain(reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>): void {
  const deadline = setTimeout(() => reader.cancel().catch(() => {}), 1_000);
  deadline.unref();
  const read = (): Promise<void> => reader.read().then(({ done }) => (done ? undefined : read()));
  read()
    .catch(() => {})
    .finally(() => clearTimeout(deadline));
}

async function* embedded(settings: AiSdkProvider, vendor: Vendor, request: EmbeddingRequest, options: SendOptions): AsyncGenerator<Chunk> {
  if (settings.embeddingModel === undefined) {
    throw new GatewayError('BAD_REQUEST', `${vendor.name} has no embeddings. Routes for embeddings need a provider that has.`);
  }
  const model = await settings.embeddingModel(options.model);
  const most = await model.maxEmbeddingsPerCall;
  if (most !== undefined && request.texts.length > most) {
    throw new GatewayError('BAD_REQUEST', `${vendor.name} embeds at most ${most} texts in one request; ${request.texts.length} were sent.`);
  }
  throwIfAborted(options.signal);
  const dimensions = request.dimensions === null ? {} : { dimensions: request.dimensions };
  const providerOptions = settings.embeddingOptions?.(request, options.model) ?? {};
  const { embeddings, usage, warnings } = await sending(options, () =>
    vectorsOf(model, { values: [...request.texts], abortSignal: options.signal, providerOptions, ...dimensions }),
  );
  // Models leave it out or write NaN, although their types forbid that.
  const tokens: unknown = usage?.tokens;
  if (typeof tokens === 'number' && Number.isFinite(tokens)) options.report({ ...noUsage, freshInputTokens: tokens });
  if (embeddings.length === 0) throw brokenAnswer(vendor, 'empty');
  if (embeddings.length !== request.texts.length || !embeddings.every(isVector)) throw brokenAnswer(vendor, 'unreadable');
  yield* (warnings ?? []).map(warningOf);
  for (const [index, embedding] of embeddings.entries()) yield { type: 'embedding', index, vector: Float32Array.from(embedding) };
  yield { type: 'finish', reason: 'stop' };
}

type Vectors = Pick<EmbeddingModelV4Result, 'embeddings' | 'usage' | 'warnings'>;

async function vectorsOf(model: EmbeddingModelV4, options: EmbeddingModelV4CallOptions): Promise<Vectors> {
  try {
    return await model.doEmbed(options);
  } catch (error) {
    const embeddings = uncountedVectors(error);
    if (embeddings === null) throw error;
    return { embeddings, warnings: [] };
  }
}

const isVector = (embedding: readonly number[]): boolean => embedding.length > 0 && embedding.every(Number.isFinite);
