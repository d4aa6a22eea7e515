/**
 * Sends one JSON request to a vendor and reads its whole answer as the connection brings it, by the rules of `read-answer.ts`: the end of
 * the answer is what the vendor says it is, not the end of its connection.
 */
import type { Chunk } from '../../core/chunk.ts';
import { abortError, throwIfAborted } from '../../core/turns/abort.ts';
import type { HttpClient } from '../../outbound/http-client.ts';
import type { Receiver, Receiving } from '../../outbound/receive.ts';
import { readBody } from '../../wires/read-streamed-body.ts';
import { type JsonPost, maxRefusalBytes, postOf, refusalOf } from './post-json.ts';
import { type AnswerReading, maxDrainMs, maxEndWaitMs, maxUsageWaitMs, passChunks } from './read-answer.ts';
import { afterRunning, stalled } from './timed.ts';
import type { HttpRefusal } from './vendor-failure.ts';

/** How a whole answer is read, and within how many milliseconds from now on. */
export interface WholeReading extends Omit<AnswerReading, 'extend'> {
  readonly withinMs: number;
}

/** Throws an {@link HttpRefusal}, a `WireFailure`, STREAM_STALLED, or what the connection throws; at once what the signal says. */
export async function receiveWhole(client: HttpClient, post: JsonPost, reading: WholeReading): Promise<readonly Chunk[]> {
  const { url, signal, sent } = post;
  throwIfAborted(signal);
  const answer = wholeReceiver(reading, sent);
  const onAbort = (): void => answer.abort(abortError(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    answer.opened(await client.receive(url, postOf(post), answer.receiver));
    return await answer.chunks;
  } catch (error) {
    answer.abort(error);
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

interface WholeReceiver {
  readonly receiver: Receiver;
  readonly chunks: Promise<readonly Chunk[]>;
  opened(receiving: Receiving): void;
  abort(error: unknown): void;
}

function wholeReceiver(reading: WholeReading, sent: (() => void) | undefined): WholeReceiver {
  const { decoder, decodeAnswer, withinMs } = reading;
  const reader = readBody(decoder, decodeAnswer);
  const whole = Promise.withResolvers<readonly Chunk[]>();
  // It may fail before anybody waits for it.
  whole.promise.catch(() => {});
  const chunks: Chunk[] = [];
  const pass = passChunks(reader, reading);
  let refusal: Refused | null = null;
  let receiving: Receiving | null = null;
  let isOver = false;
  /** A timer is about to be made. */
  let isWaiting = false;
  let isCancelled = false;
  /** Nothing more comes on the connection: nothing needs to be read so that it can be used again. */
  let isRead = false;
  let usageDeadline = 0;
  const limit = (): (() => void) => afterRunning(withinMs, () => fail(stalled('before-content')));
  let stopWaiting = limit();
  const waitFor = (ms: number, then: () => void): NodeJS.Timeout => {
    stopWaiting();
    const timer = setTimeout(then, ms);
    stopWaiting = () => clearTimeout(timer);
    return timer;
  };

  const cancel = (): void => {
    isCancelled = true;
    receiving?.cancel();
  };
  const settle = (): boolean => {
    if (isOver) return false;
    isOver = true;
    stopWaiting();
    return true;
  };
  const fail = (error: unknown): void => {
    if (!settle()) return;
    // An answer that ended without a word has cost something nevertheless.
    if (reader.complete()) pass.tell();
    cancel();
    whole.reject(error);
  };
  /** Whether the answer is over with these. */
  const take = (some: readonly Chunk[]): boolean => {
    const wanted = pass.wanted(some);
    for (const chunk of wanted.chunks) {
      chunks.push(chunk);
      if (chunk.type !== 'finish') continue;
      if (!wanted.isEnough) pass.tell();
      if (!settle()) return true;
      whole.resolve(chunks);
      if (wanted.isEnough) cancel();
      else if (!isRead) waitFor(maxDrainMs, cancel).unref();
      return true;
    }
    return false;
  };
  const step = (read: () => readonly Chunk[]): void => {
    try {
      if (take(read())) return;
      if (reader.failure() !== null) throw reader.failure();
      if (reader.complete()) awaitEnd();
      else if (usageDeadline > 0) goOn();
    } catch (error) {
      fail(error);
    }
  };
  /** From now on silence and a broken connection are the end. Most often the end comes with the same bytes, so no timer is made before them. */
  const awaitEnd = (): void => {
    if (isWaiting) return;
    isWaiting = true;
    queueMicrotask(() => {
      isWaiting = false;
      if (isOver || !reader.complete()) return;
      if (usageDeadline === 0) usageDeadline = performance.now() + maxUsageWaitMs;
      const waitMs = Math.min(usageDeadline - performance.now(), reader.usage() === null ? maxUsageWaitMs : maxEndWaitMs);
      waitFor(Math.max(0, waitMs), finish);
    });
  };
  /** More has come: it was not the end. */
  const goOn = (): void => {
    usageDeadline = 0;
    stopWaiting();
    stopWaiting = limit();
  };
  const finish = (): void => {
    if (refusal !== null) fail(refusal.error());
    else step(() => reader.end());
  };

  return {
    chunks: whole.promise,
    opened(opened) {
      receiving = opened;
      if (isCancelled) opened.cancel();
    },
    abort: fail,
    receiver: {
      ...(sent === undefined ? {} : { sent }),
      began(status, headers) {
        if (status >= 300) refusal = refused(status, headers);
      },
      received(bytes) {
        if (isOver) return;
        if (refusal === null) step(() => reader.push(bytes));
        else if (refusal.add(bytes)) fail(refusal.error());
      },
      ended() {
        isRead = true;
        if (isOver) stopWaiting();
        else finish();
      },
      failed(error) {
        isRead = true;
        if (isOver) return stopWaiting();
        // What came, where the connection breaks: a status says more than a body that is missing.
        if (refusal !== null || reader.complete()) finish();
        else fail(error);
      },
    },
  };
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
