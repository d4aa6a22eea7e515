/**
 * Has a model of the AI SDK write a request without sending it.
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

const writing = new AsyncLocalStorage<{ request: WrittenRequest | null }>();

/** A fetch for the SDK. Requests that are only written get an empty answer; all others are sent. */
export const writingFetch = (fetch: Fetch): Fetch =>
  fetchAround(fetch, {
    instead(url, { headers, body }) {
      const slot = writing.getStore();
      if (slot === undefined) return null;
      slot.request = { url, headers: Object.fromEntries(new Headers(headers)), body: String(body) };
      return new Response('', { headers: { 'content-type': 'text/event-stream' } });
    },
  });

/**
 * The request of a stream, and the SDK's warnings. The model was made with a {@link writingFetch}. Throws what the SDK refuses to write.
 */
export async function writeRequest(
  model: LanguageModelV4,
  options: LanguageModelV4CallOptions,
): Promise<{ readonly request: WrittenRequest; readonly warnings: readonly SharedV4Warning[] }> {
  const slot: { request: WrittenRequest | null } = { request: null };
  const reader = (await writing.run(slot, () => model.doStream(options))).stream.getReader();
  // The first part of a stream has the warnings.
  const { value: first } = await reader.read();
  reader.cancel().catch(() => {});
  if (slot.request === null) throw new Error('The SDK wrote no request.');
  return { request: slot.request, warnings: first?.type === 'stream-start' ? first.warnings : [] };
}
