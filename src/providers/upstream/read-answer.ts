/**
 * Reads an answer that was asked as a stream: bytes to chunks, `finish` last.
 *
 * The end of the answer is what the vendor says it is, not the end of its connection. From the finish reason on, the connection
 * may break or fall silent; only the usage is waited for, and not for long.
 */
import type { Chunk } from '../../core/chunk.ts';
import type { Usage } from '../../core/money.ts';
import { withTimeout } from '../../core/stream.ts';
import { readBody } from '../../wires/read-streamed-body.ts';
import type { Answer, EventDecoder } from '../../wires/wire.ts';
import type { Extend } from './timed.ts';

export interface AnswerReading {
  readonly decoder: EventDecoder;
  readonly decodeAnswer: (body: unknown) => Answer;
  readonly report: (usage: Usage) => void;
  readonly extend: Extend;
  /** Asked of each chunk of an answer that has not come to its end; true: no more is wanted, and it ends as too long. Default: all is. */
  readonly isEnough?: ((chunk: Chunk) => boolean) | undefined;
}

/** Milliseconds in which the usage may follow the finish reason. */
const maxUsageWaitMs = 2_000;
/** Milliseconds in which the end may follow the finish reason and the usage. */
const maxEndWaitMs = 250;
/** Milliseconds in which what follows the end is read, so that the connection can be used again. */
const maxDrainMs = 1_000;

const silent = Symbol('silent');

/** Throws a `WireFailure`, or what the connection throws. */
export async function* readAnswer(
  body: ReadableStream<Uint8Array> | null,
  { decoder, decodeAnswer, report, extend, isEnough }: AnswerReading,
): AsyncGenerator<Chunk> {
  const reader = readBody(decoder, decodeAnswer);
  const source = body?.getReader() ?? null;
  let told = false;
  const tell = (): void => {
    if (told || reader.usage === null) return;
    told = true;
    report(reader.usage);
  };
  /** Usage is reported before `finish` is. */
  function* passedOn(chunks: readonly Chunk[]): Generator<Chunk, boolean> {
    for (const chunk of chunks) {
      if (chunk.type === 'finish') {
        tell();
        drain(source);
      }
      yield chunk;
      if (chunk.type === 'finish') return true;
      if (isEnough === undefined || reader.complete || !isEnough(chunk)) continue;
      enough = true;
      yield { type: 'finish', reason: 'length' };
      return true;
    }
    return false;
  }

  let left = true;
  let enough = false;
  let usageDeadline = 0;
  try {
    for (;;) {
      if (reader.complete && usageDeadline === 0) {
        usageDeadline = performance.now() + maxUsageWaitMs;
        extend(2 * maxUsageWaitMs);
      }
      const leftMs = Math.min(usageDeadline - performance.now(), reader.usage === null ? maxUsageWaitMs : maxEndWaitMs);
      const piece = await nextPiece(source, reader.complete ? leftMs : null);
      if (yield* passedOn(piece === null ? reader.end() : reader.push(piece))) {
        left = enough;
        return;
      }
      if (reader.failure !== null) throw reader.failure;
    }
  } catch (error) {
    // An answer that ended without a word has cost something nevertheless.
    if (reader.complete) tell();
    throw error;
  } finally {
    if (left) source?.cancel().catch(() => {});
  }
}

/** The same for an answer that was asked for as a whole: all its chunks, whether it comes whole or as a stream. */
export async function readWhole(body: ReadableStream<Uint8Array> | null, reading: AnswerReading): Promise<readonly Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of readAnswer(body, reading)) chunks.push(chunk);
  return chunks;
}

type Source = ReadableStreamDefaultReader<Uint8Array>;

/** Null: the body is over. `waitMs`: the answer is complete, so that silence and a broken connection are its end; null: it is not. */
async function nextPiece(source: Source | null, waitMs: number | null): Promise<Uint8Array | null> {
  if (source === null) return null;
  if (waitMs === null) return (await source.read()).value ?? null;
  const read = source.read().catch(() => silent);
  const next = await withTimeout(read, waitMs, silent);
  return typeof next === 'symbol' ? null : (next.value ?? null);
}

function drain(source: Source | null): void {
  if (source === null) return;
  const deadline = setTimeout(() => source.cancel().catch(() => {}), maxDrainMs);
  deadline.unref();
  const read = (): Promise<void> => source.read().then(({ done }) => (done ? undefined : read()));
  read()
    .catch(() => {})
    .finally(() => clearTimeout(deadline));
}
