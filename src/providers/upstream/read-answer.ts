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
import type { BodyPieces } from '../../outbound/body-pieces.ts';
import { type BodyReader, readBody } from '../../wires/read-streamed-body.ts';
import type { Answer, EventDecoder } from '../../wires/wire.ts';
import type { Extend } from './timed.ts';

export interface AnswerReading {
  /** Makes the decoder of its events. */
  readonly newDecoder: () => EventDecoder;
  readonly decodeAnswer: (body: unknown) => Answer;
  readonly report: (usage: Usage) => void;
  readonly extend: Extend;
  /** Asked of each chunk of an answer that has not come to its end; true: no more is wanted, and it ends as too long. Default: all is. */
  readonly isEnough?: ((chunk: Chunk) => boolean) | undefined;
}

/** Milliseconds in which the usage may follow the finish reason. */
export const maxUsageWaitMs = 2_000;
/** Milliseconds in which the end may follow the finish reason and the usage. */
export const maxEndWaitMs = 250;
/** Milliseconds in which what follows the end is read, so that the connection can be used again. */
export const maxDrainMs = 1_000;

/** In batches: what one read of the connection brought. Throws a `WireFailure`, or what the connection throws. */
export async function* readAnswer(
  source: BodyPieces | null,
  { newDecoder, decodeAnswer, report, extend, isEnough }: AnswerReading,
): AsyncGenerator<Batch> {
  const reader = readBody(newDecoder, decodeAnswer);
  const pass = passChunks(reader, { report, isEnough });
  let left = true;
  let usageDeadline = 0;
  try {
    for (;;) {
      if (reader.complete() && usageDeadline === 0) {
        usageDeadline = performance.now() + maxUsageWaitMs;
        extend(2 * maxUsageWaitMs);
      }
      const piece = await nextPiece(source, reader.complete() ? waitMs(usageDeadline, reader.usage()) : null);
      const wanted = pass.wanted(piece === null ? reader.end() : reader.push(piece));
      for (const batch of batchesOf(wanted.chunks)) {
        const isEnd = batch[0]?.type === 'finish';
        if (isEnd && !wanted.isEnough) {
          pass.tell();
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
    if (reader.complete()) pass.tell();
    throw error;
  } finally {
    if (left) source?.cancel();
  }
}

export interface ChunkPass {
  /** The chunks that are handed on; `isEnough`: no more of the answer is wanted, and it ends as too long. */
  wanted(chunks: readonly Chunk[]): { readonly chunks: readonly Chunk[]; readonly isEnough: boolean };
  /** Reports the usage, once: before `finish` is handed on. */
  tell(): void;
}

/** Of an answer that is long enough with one of its chunks, those up to it. */
export function passChunks(reader: BodyReader, { report, isEnough }: Pick<AnswerReading, 'report' | 'isEnough'>): ChunkPass {
  let told = false;
  return {
    wanted(chunks) {
      const last = isEnough === undefined || reader.complete() ? -1 : chunks.findIndex(isEnough);
      if (last === -1) return { chunks, isEnough: false };
      return { chunks: [...chunks.slice(0, last + 1), { type: 'finish', reason: 'length' }], isEnough: true };
    },
    tell() {
      const usage = told ? null : reader.usage();
      if (usage === null) return;
      told = true;
      report(usage);
    },
  };
}

/** How long a complete answer waits for what may follow. */
const waitMs = (usageDeadline: number, usage: Usage | null): number =>
  Math.min(usageDeadline - performance.now(), usage === null ? maxUsageWaitMs : maxEndWaitMs);

/** The same for an answer that was asked for as a whole: all its chunks, whether it comes whole or as a stream. */
export async function readWhole(source: BodyPieces | null, reading: AnswerReading): Promise<readonly Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const batch of readAnswer(source, reading)) chunks.push(...batch);
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
  const deadline = setTimeout(() => source.cancel(), maxDrainMs);
  deadline.unref();
  const read = (): Promise<void> => source.read().then((piece) => (piece === null ? undefined : read()));
  read()
    .catch(() => {})
    .finally(() => clearTimeout(deadline));
}
