/**
 * Has a model of the AI SDK write a request, and sign it, without sending it.
 *
 * The SDK knows how each vendor is asked. What it makes of the answers is another matter: it fails on events that it does not know,
 * takes half an answer for a whole one, and waits for the end of the connection. So requests are the SDK's, and answers are read here.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { LanguageModelV4, LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider';
import { type Fetch, fetchAround } from '../../outbound/pooled-fetch.ts';

export interface WrittenRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

interface Writing {
  readonly blankAnswer: string | null;
  request: WrittenRequest | null;
}

const writing = new AsyncLocalStorage<Writing>();

/** For the SDK: requests that are only written are answered with nothing, all others are sent. */
export const writingFetch = (fetch: Fetch): Fetch =>
  fetchAround(fetch, {
    instead(url, { headers, body }) {
      const slot = writing.getStore();
      if (slot === undefined) return null;
      slot.request = { url, headers: Object.fromEntries(new Headers(headers)), body: String(body) };
      const type = slot.blankAnswer === null ? 'text/event-stream' : 'application/json';
      return new Response(slot.blankAnswer ?? '', { headers: { 'content-type': type } });
    },
  });

export interface WriteOptions {
  readonly options: LanguageModelV4CallOptions;
  /** Null: the request of a stream is written. Else that of a whole answer, and the SDK is given this one, which says nothing. */
  readonly blankAnswer: string | null;
}

/** The request, and the SDK's warnings. The model was made with a {@link writingFetch}. Throws what the SDK refuses to write. */
export async function writeRequest(
  model: LanguageModelV4,
  { options, blankAnswer }: WriteOptions,
): Promise<{ readonly request: WrittenRequest; readonly warnings: readonly SharedV4Warning[] }> {
  const slot: Writing = { blankAnswer, request: null };
  const warnings = await writing.run(slot, () => (blankAnswer === null ? streamWarnings(model, options) : wholeWarnings(model, options)));
  if (slot.request === null) throw new Error('The SDK wrote no request.');
  return { request: slot.request, warnings };
}

const wholeWarnings = async (model: LanguageModelV4, options: LanguageModelV4CallOptions): Promise<readonly SharedV4Warning[]> =>
  (await model.doGenerate(options)).warnings;

/** The first part of a stream has them. */
async function streamWarnings(model: LanguageModelV4, options: LanguageModelV4CallOptions): Promise<readonly SharedV4Warning[]> {
  const reader = (await model.doStream(options)).stream.getReader();
  const { value: first } = await reader.read();
  reader.cancel().catch(() => {});
  return first?.type === 'stream-start' ? first.warnings : [];
}
