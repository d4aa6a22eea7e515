/** A provider whose requests the AI SDK writes, and whose answers our own decoders read. */
import type { EmbeddingModelV4, LanguageModelV4, LanguageModelV4CallOptions, SharedV4ProviderOptions } from '@ai-sdk/provider';
import { chunkByChunk, type Said } from '../../core/batch.ts';
import type { Chunk } from '../../core/chunk.ts';
import { oncePer } from '../../core/once.ts';
import type { CompletionRequest, EmbeddingRequest, Message } from '../../core/request/request.ts';
import { throwIfAborted } from '../../core/turns/abort.ts';
import type { BodyPieces } from '../../outbound/body-pieces.ts';
import { type Fetch, notifiesWhenSent } from '../../outbound/pooled-fetch.ts';
import { type CallIdForm, withAcceptedCallIds } from '../../wires/accepted-call-ids.ts';
import type { OpaqueFields } from '../../wires/opaque-parts.ts';
import type { Answer, EventDecoder } from '../../wires/wire.ts';
import type { AnswerOptions, Provider } from '../provider.ts';
import { type ImageRules, imageFetcher } from '../upstream/image-fetcher.ts';
import { postJson } from '../upstream/post-json.ts';
import { readAnswer, readWhole } from '../upstream/read-answer.ts';
import { type Extend, limitTime, timedAnswer } from '../upstream/timed.ts';
import { refusesContent, upstreamError, type Vendor } from '../upstream/upstream-error.ts';
import { aiSdkProvider } from './ai-sdk.ts';
import { warningOf } from './ai-sdk-chunks.ts';
import { promptOf, settingsOf } from './ai-sdk-prompt.ts';
import { type WrittenRequest, writeRequest } from './written-request.ts';

/** The request, for last changes to it and for reading its answer. */
export interface Asked {
  readonly model: string;
  readonly request: CompletionRequest;
  readonly whole: boolean;
}

export interface SdkVendor {
  readonly name: string;
  /** Secrets, which are never shown, not even where the vendor repeats them. */
  readonly secrets: readonly string[];
  readonly images: ImageRules;
  /** Sends the written request. */
  readonly fetch: Fetch;
  /** Models of the SDK, made with a `writingFetch`. */
  readonly languageModel: (id: string) => Promise<LanguageModelV4>;
  readonly embeddingModel: (id: string) => Promise<EmbeddingModelV4>;
  readonly embeddingOptions?: (request: EmbeddingRequest, model: string) => SharedV4ProviderOptions;
  /** The key of provider options in the SDK, and the metadata that comes back with the history. */
  readonly opaque: OpaqueFields;
  readonly callIds?: CallIdForm;
  /** Last changes of what the SDK is asked to write. Throws BAD_REQUEST for what the vendor cannot do. */
  readonly beforeWriting?: (options: LanguageModelV4CallOptions, asked: Asked) => LanguageModelV4CallOptions;
  /** Last changes of the written request. It is that of a stream, also where a whole answer is asked for. */
  readonly written?: (request: WrittenRequest, asked: Asked) => WrittenRequest;
  readonly decoders: (asked: Asked, request: WrittenRequest) => Decoders;
}

export interface Decoders {
  readonly newDecoder: () => EventDecoder;
  readonly decodeAnswer: (body: unknown) => Answer;
  /** Turns another framing into an event stream, and leaves JSON as it is. */
  readonly asEvents?: (body: BodyPieces) => BodyPieces;
}

export function sdkVendorProvider(given: SdkVendor): Provider & Required<Pick<Provider, 'answer'>> {
  const { name, fetch, languageModel, embeddingModel } = given;
  const settings: SdkVendor = { ...given, languageModel: oncePer(languageModel) };
  const vendor: Vendor = { name, secrets: given.secrets };
  const { embeddingOptions } = given;
  const tellsSent = notifiesWhenSent(fetch);
  const embeddings = aiSdkProvider({
    name,
    languageModel,
    embeddingModel,
    ...(embeddingOptions === undefined ? {} : { embeddingOptions }),
    opaque: given.opaque,
    tellsSent,
  });
  return {
    name,
    tellsSent,
    send(request, options) {
      if (request.kind === 'embedding') return embeddings.send(request, options);
      return limitTime(
        (signal, extend) => complete(settings, request, { ...options, signal }, extend),
        options,
        (error) => upstreamError(error, vendor, request),
      );
    },
    async answer(request, options) {
      if (request.kind === 'embedding') {
        const said = embeddings.send(request, { ...options, firstChunkMs: options.withinMs, idleMs: options.withinMs });
        return Array.fromAsync(chunkByChunk(said));
      }
      return timedAnswer(
        (signal, extend) => answerWhole(settings, request, { ...options, signal }, extend),
        options,
        (error) => upstreamError(error, vendor, request),
      );
    },
    outputCeiling: (_request, _model, asked) => asked,
  };
}

type Sent = Pick<AnswerOptions, 'model' | 'signal' | 'sent' | 'report' | 'isEnough'>;

async function* complete(vendor: SdkVendor, request: CompletionRequest, options: Sent, extend: Extend): AsyncGenerator<Said> {
  const { warnings, post, reading } = await writeFor(vendor, request, options, false);
  yield* warnings;
  try {
    yield* readAnswer(await post(), { ...reading, extend });
  } catch (error) {
    if (!refusesContent(error)) throw error;
    yield { type: 'finish', reason: 'content-filter' };
  }
}

async function answerWhole(vendor: SdkVendor, request: CompletionRequest, options: Sent, extend: Extend): Promise<readonly Chunk[]> {
  const { warnings, post, reading } = await writeFor(vendor, request, options, true);
  try {
    return [...warnings, ...(await readWhole(await post(), { ...reading, extend, isEnough: options.isEnough }))];
  } catch (error) {
    if (!refusesContent(error)) throw error;
    return [...warnings, { type: 'finish', reason: 'content-filter' }];
  }
}

/** The request, ready to be sent, and how its answer is read. */
async function writeFor(vendor: SdkVendor, given: CompletionRequest, { model, signal, sent, report }: Sent, whole: boolean) {
  const { opaque, callIds, images, fetch } = vendor;
  const filled = { ...given, messages: withoutEmptyParts(given.messages) };
  const request = callIds === undefined ? filled : withAcceptedCallIds(filled, callIds);
  const asked: Asked = { model, request, whole };
  const fetched = imageFetcher(images, signal);
  const { prompt, warnings } = await promptOf(request, opaque, async (image) => ('url' in image ? fetched(image.url) : image));
  const providerOptions = { [opaque.vendor]: request.providerOptions } as SharedV4ProviderOptions;
  const options = { ...settingsOf(request), prompt, providerOptions, abortSignal: signal };
  const sdk = await vendor.languageModel(model);
  throwIfAborted(signal);
  const wrote = await writeRequest(sdk, vendor.beforeWriting?.(options, asked) ?? options);
  const written = vendor.written?.(wrote.request, asked) ?? wrote.request;
  const { newDecoder, decodeAnswer, asEvents } = vendor.decoders(asked, written);
  return {
    warnings: [...warnings.map((message): Chunk => ({ type: 'warning', message })), ...wrote.warnings.map(warningOf)],
    async post() {
      const body = await postJson(fetch, { ...written, signal, sent });
      return body === null ? null : (asEvents?.(body) ?? body);
    },
    reading: { newDecoder, decodeAnswer, report },
  };
}

/** Leaves out texts without a character and messages without a part, which vendors refuse. */
function withoutEmptyParts(messages: readonly Message[]): readonly Message[] {
  const filled = messages.map((message) => ({
    ...message,
    content: message.content.filter((part) => part.type !== 'text' || part.text !== ''),
  }));
  const said = filled.filter(({ content }) => content.length > 0);
  return said.length === 0 ? messages : said;
}

/**
 * The tool by which the SDK has a model answer with JSON where it has no other way: its arguments are the answer. Null: there is none.
 * `names`: of the tools in the written request.
 */
export function jsonToolOf(names: readonly string[], { tools, output }: CompletionRequest): string | null {
  if (output.format === 'text') return null;
  return names.find((name) => /^json(_\d+)?$/.test(name) && !tools.some((tool) => tool.name === name)) ?? null;
}
