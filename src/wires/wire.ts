/**
 * A wire: the codecs of one vendor protocol, in both directions, from and to core's words.
 *
 * What a provider encodes a door decodes, and the other way round. Codecs are pure: they know no network, no clock and no
 * configuration. Reading is tolerant, because servers bend their protocols; writing follows the grammar that stock clients need.
 */
import type { Chunk } from '../core/chunk.ts';
import type { GatewayError } from '../core/errors.ts';
import type { Usage } from '../core/money.ts';
import type { CompletionRequest } from '../core/request/request.ts';
import type { SseEvent } from './sse/read-events.ts';

/**
 * A whole answer: its chunks in order, `finish` last. Neighbouring texts are one chunk, neighbouring reasoning too, and a tool call is one
 * chunk with `done`. `usage` is null where the vendor counted nothing.
 */
export interface Answer {
  readonly chunks: readonly Chunk[];
  readonly usage: Usage | null;
}

/** A request as JSON, ready to be sent, and what had to be left out or changed, in sentences for the caller. */
export interface EncodedRequest {
  readonly body: Readonly<Record<string, unknown>>;
  /** What the body needs beside it, such as the names of betas; left out: nothing. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** What a door reads of a body: the request in core's words, and how its answer is wanted. */
export interface DecodedRequest {
  readonly model: string;
  readonly stream: boolean;
  /** Chat Completions send the usage of a stream only where this was asked. */
  readonly includeUsage: boolean;
  readonly request: CompletionRequest;
}

/** What a written answer says of itself. `created` in seconds since 1970. */
export interface AnswerHead {
  readonly id: string;
  readonly model: string;
  readonly created: number;
  readonly includeUsage: boolean;
}

/** Reads the events of one answer. What it throws is a {@link WireFailure}. */
export interface EventDecoder {
  /** The chunks of one event; `finish` comes with the event that ends the answer, or from `end`. */
  take(event: SseEvent): readonly Chunk[];
  /** The body is over. Yields what is left, `finish` last, or throws `cut` where the answer had not come to its end. */
  end(): readonly Chunk[];
  /** The answer may end here: its finish reason has come. What the connection does from now on changes nothing. */
  readonly complete: boolean;
  /** The terminal event has come: nothing more needs to be read. */
  readonly ended: boolean;
  readonly usage: Usage | null;
}

/** Writes the events of one answer as text of an event stream. */
export interface EventEncoder {
  /** What stands before the first chunk; may be empty. */
  start(): string;
  /** The events of a batch of chunks. */
  take(chunks: readonly Chunk[]): string;
  /** The end, behind the `finish` chunk. */
  end(usage: Usage | null): string;
  /** The end of an answer that fails in the middle. */
  fail(failure: GatewayError): string;
}

/** `Settings`: what the wire's dialects differ in, which the provider knows. */
export interface Wire<Settings> {
  encodeRequest(request: CompletionRequest, how: { readonly model: string; readonly stream: boolean } & Settings): EncodedRequest;
  /** Throws BAD_REQUEST, which names the place. */
  decodeRequest(body: unknown): DecodedRequest;
  /** Of a parsed body with a status below 300. Throws a {@link WireFailure}. */
  decodeAnswer(body: unknown, settings: Settings): Answer;
  encodeAnswer(answer: Answer, head: AnswerHead): Readonly<Record<string, unknown>>;
  decodeEvents(settings: Settings): EventDecoder;
  encodeEvents(head: AnswerHead): EventEncoder;
  /** The body of a refusal, and its HTTP status. */
  encodeFailure(failure: GatewayError): { readonly status: number; readonly body: Readonly<Record<string, unknown>> };
}
