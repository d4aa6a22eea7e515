/**
 * Sends one JSON request to a vendor and reads its whole answer as the connection brings it, by the rules of `read-answer.ts`: the end of
 * the answer is what the vendor says it is, not the end of its connection.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Chunk } from '../../core/chunk.ts';
import { abortError, throwIfAborted } from '../../core/turns/abort.ts';
import type { HttpClient } from '../../outbound/http-client.ts';
import type { Receiver, Receiving } from '../../outbound/receive.ts';
import { type BodyReader, readBody } from '../../wires/read-streamed-body.ts';
import { afterRunning } from './moving-timer.ts';
import { type JsonPost, maxRefusalBytes, postOf, refusalOf } from './post-json.ts';
import { type AnswerReading, type ChunkPass, maxDrainMs, maxEndWaitMs, maxUsageWaitMs, passChunks } from './read-answer.ts';
import { stalled } from './timed.ts';
import type { HttpRefusal } from './vendor-failure.ts';

/** How a whole answer is read, and within how many milliseconds from now on. */
export interface WholeReading extends Omit<AnswerReading, 'extend'> {
  readonly withinMs: number;
}

/** Throws an {@link HttpRefusal}, a `WireFailure`, STREAM_STALLED, or what the connection throws; at once what the signal says. */
export async function receiveWhole(client: HttpClient, post: JsonPost, reading: WholeReading): Promise<readonly Chunk[]> {
  const { url, signal, sent } = post;
  throwIfAborted(signal);
  const answer = new ReceivedAnswer(reading, sent, signal);
  try {
    answer.opened(await client.receive(url, postOf(post), answer));
    return await answer.chunks;
  } catch (error) {
    answer.fail(error);
    throw error;
  } finally {
    answer.letGo();
  }
}

/** A class, since each call of a model has one: its methods are made once. */
class ReceivedAnswer implements Receiver {
  readonly #reading: WholeReading;
  readonly #sent: (() => void) | undefined;
  readonly #signal: AbortSignal;
  readonly #reader: BodyReader;
  readonly #pass: ChunkPass;
  readonly #whole = Promise.withResolvers<readonly Chunk[]>();
  readonly #chunks: Chunk[] = [];
  #refusal: Refused | null = null;
  #receiving: Receiving | null = null;
  #isOver = false;
  /** A timer is about to be made. */
  #isWaiting = false;
  #isCancelled = false;
  /** Nothing more comes on the connection: nothing needs to be read so that it can be used again. */
  #isRead = false;
  #usageDeadline = 0;
  #stopWaiting: () => void;

  constructor(reading: WholeReading, sent: (() => void) | undefined, signal: AbortSignal) {
    this.#reading = reading;
    this.#sent = sent;
    this.#signal = signal;
    this.#reader = readBody(reading.newDecoder, reading.decodeAnswer);
    this.#pass = passChunks(this.#reader, reading);
    // It may fail before anybody waits for it.
    this.#whole.promise.catch(() => {});
    this.#stopWaiting = this.#limit();
    signal.addEventListener('abort', this, { once: true });
  }

  get chunks(): Promise<readonly Chunk[]> {
    return this.#whole.promise;
  }

  opened(receiving: Receiving): void {
    this.#receiving = receiving;
    if (this.#isCancelled) receiving.cancel();
  }

  /** The signal has fired. */
  handleEvent(): void {
    this.fail(abortError(this.#signal));
  }

  letGo(): void {
    this.#signal.removeEventListener('abort', this);
  }

  fail(error: unknown): void {
    if (!this.#settle()) return;
    // An answer that ended without a word has cost something nevertheless.
    if (this.#reader.complete()) this.#pass.tell();
    this.#cancel();
    this.#whole.reject(error);
  }

  sent(): void {
    this.#sent?.();
  }

  began(status: number, headers: IncomingHttpHeaders): void {
    if (status >= 300) this.#refusal = refused(status, headers);
  }

  received(bytes: Uint8Array): void {
    if (this.#isOver) return;
    if (this.#refusal === null) this.#step(bytes);
    else if (this.#refusal.add(bytes)) this.fail(this.#refusal.error());
  }

  ended(): void {
    this.#isRead = true;
    if (this.#isOver) this.#stopWaiting();
    else this.#finish();
  }

  failed(error: unknown): void {
    this.#isRead = true;
    if (this.#isOver) this.#stopWaiting();
    // What came, where the connection breaks: a status says more than a body that is missing.
    else if (this.#refusal !== null || this.#reader.complete()) this.#finish();
    else this.fail(error);
  }

  #limit(): () => void {
    return afterRunning(this.#reading.withinMs, () => this.fail(stalled('before-content')));
  }

  #waitFor(ms: number, then: () => void): NodeJS.Timeout {
    this.#stopWaiting();
    const timer = setTimeout(then, ms);
    this.#stopWaiting = () => clearTimeout(timer);
    return timer;
  }

  #cancel(): void {
    this.#isCancelled = true;
    this.#receiving?.cancel();
  }

  #settle(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#stopWaiting();
    return true;
  }

  /** Whether the answer is over with these. */
  #take(some: readonly Chunk[]): boolean {
    const wanted = this.#pass.wanted(some);
    for (const chunk of wanted.chunks) {
      this.#chunks.push(chunk);
      if (chunk.type !== 'finish') continue;
      if (!wanted.isEnough) this.#pass.tell();
      if (!this.#settle()) return true;
      this.#whole.resolve(this.#chunks);
      if (wanted.isEnough) this.#cancel();
      else if (!this.#isRead) this.#waitFor(maxDrainMs, () => this.#cancel()).unref();
      return true;
    }
    return false;
  }

  /** Null: the body is over. */
  #step(bytes: Uint8Array | null): void {
    const reader = this.#reader;
    try {
      if (this.#take(bytes === null ? reader.end() : reader.push(bytes))) return;
      if (reader.failure() !== null) throw reader.failure();
      if (reader.complete()) this.#awaitEnd();
      else if (this.#usageDeadline > 0) this.#goOn();
    } catch (error) {
      this.fail(error);
    }
  }

  /** From now on silence and a broken connection are the end. Most often the end comes with the same bytes, so no timer is made before them. */
  #awaitEnd(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    queueMicrotask(() => {
      this.#isWaiting = false;
      if (this.#isOver || !this.#reader.complete()) return;
      if (this.#usageDeadline === 0) this.#usageDeadline = performance.now() + maxUsageWaitMs;
      const longestMs = this.#reader.usage() === null ? maxUsageWaitMs : maxEndWaitMs;
      const waitMs = Math.min(this.#usageDeadline - performance.now(), longestMs);
      this.#waitFor(Math.max(0, waitMs), () => this.#finish());
    });
  }

  /** More has come: it was not the end. */
  #goOn(): void {
    this.#usageDeadline = 0;
    this.#stopWaiting();
    this.#stopWaiting = this.#limit();
  }

  #finish(): void {
    if (this.#refusal !== null) this.fail(this.#refusal.error());
    else this.#step(null);
  }
}

interface Refused {
  /** Whether enough of it has come. */
  add(bytes: Uint8Array): boolean;
  error(): HttpRefusal;
}

function refused(status: number, headers: Readonly<Record<string, string | readonly string[] | undefined>>): Refused {
  const pieces: Uint8Array[] = [];
  let length = 0;
  return {
    add(bytes) {
      pieces.push(bytes);
      length += bytes.length;
      return length >= maxRefusalBytes;
    },
    error: () => refusalOf(status, headers, pieces),
  };
}
