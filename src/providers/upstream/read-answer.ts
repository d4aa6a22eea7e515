/**
 * Reads an answer that was asked as a stream: bytes to chunks, `finish` last.
 *
 * The end of the answer is what the vendor says it is, not the end of its connection. From the finish reason on, the connection
 * may break or fall silent; only the usage is waited for, and not for long.
 */
import { type Batch, batchesOf } from '../../core/batch.ts';
import type { Chunk } from '../../core/chunk.ts';
import type { Usage } from '../../core/money.ts';
import { withTimeout } from '../../core/stream.ts';
import { type BodyPieces, piecesOf } from '../../outbound/body-pieces.ts';
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

/** In batches: what one read of the connection brought. Throws a `WireFailure`, or what the connection throws. */
export async function* readAnswer(
  body: ReadableStream<Uint8Array> | null,
  { decoder, decodeAnswer, report, extend, isEnough }: AnswerReading,
): AsyncGenerator<Batch> {
  const reader = readBody(decoder, decodeAnswer);
  const source = body === null ? null : piecesOf(body);
  let told = false;
  const tell = (): void => {
    const usage = told ? null : reader.usage();
    if (usage === null) return;
    told = true;
    report(usage);
  };
  /** Of an answer that is long enough with one of them, those up to it. */
  function wanted(chunks: readonly Chunk[]): readonly Chunk[] {
    if (isEnough === undefined || reader.complete()) return chunks;
    const last = chunks.findIndex(isEnough);
    if (last === -1) return chunks;
    enough = true;
    return [...chunks.slice(0, last + 1), { type: 'finish', reason: 'length' }];
  }

  let left = true;
  let enough = false;
  let usageDeadline = 0;
  try {
    for (;;) {
      if (reader.complete() && usageDeadline === 0) {
        usageDeadline = performance.now() + maxUsageWaitMs;
        extend(2 * maxUsageWaitMs);
      }
      const piece = await nextPiece(source, reader.complete() ? waitMs(usageDeadline, reader.usage()) : null);
      for (const batch of batchesOf(wanted(piece === null ? reader.end() : reader.push(piece)))) {
        const isEnd = batch[0]?.type === 'finish';
        if (isEnd && !enough) {
          // Usage is reported before `finish` is.
          tell();
          drain(source);
          left = false;
        }
        yield batch;
        if (isEnd) return;
      }
      if (reader.failure() !== null) throw reader.failure();
    }
  } catch (error) {
    // An answer that ended without a word has cost something nevertheless.
    if (reader.complete()) tell();
    throw error;
  } finally {
    if (left) source?.cancel();
  }
}

/** How long a complete answer waits for what may follow. */
const waitMs = (usageDeadline: number, usage: Usage | null): number =>
  Math.min(usageDeadline - performance.now(), usage === null ? maxUsageWaitMs : maxEndWaitMs);

/** The same for an answer that was asked for as a whole: all its chunks, whether it comes whole or as a stream. */
export async function readWhole(body: ReadableStream<Uint8Array> | null, reading: AnswerReading): Promise<readonly Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const batch of readAnswer(body, reading)) chunks.push(...batch);
  return chunks;
}

/** Null: the body is over. `waitMs`: the answer is complete, so that silence and a broken connection are its end; null: it is not. */
function nextPiece(source: BodyPieces | null, waitMs: number | null): Promise<Uint8Array | null> {
  if (source === null) return Promise.resolve(null);
  if (waitMs === null) return source.read();
  return withTimeout(
    source.read().catch(() => null),
    waitMs,
    null,
  );
}

function drain(source: BodyPieces | null): void {
  if (source === null) return;
  const deadline = setTimeout(source.cancel, maxDrainMs);
  deadline.unref();
  const read = (): Promise<void> => source.read().then((piece) => (piece === null ? undefined : read()));
  read()
    .catch(() => {})
    .finally(() => clearTimeout(deadline));
}
