/**
 * One upstream stream that several readers share.
 *
 * The call ends when the last reader leaves; who pays is in `flight-crew.ts`. Chunks are kept, so a later reader starts
 * at the beginning. The fastest reader pulls the source. A slow reader may lag 4 MiB behind; it is dropped when it then
 * delays the others for more than two seconds.
 */

import type { Batch } from '../../core/batch.ts';
import type { AttemptFact, Call, Handler } from '../../core/call/call.ts';
import { type Answer, collectAnswer } from '../../core/call/collect-answer.ts';
import type { Chunk, RestartChunk } from '../../core/chunk.ts';
import { asGatewayError, GatewayError } from '../../core/errors.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import { wasShown } from '../../core/restart.ts';
import { throwIfAborted } from '../../core/turns/abort.ts';
import { flightCrew, type Member } from './flight-crew.ts';

/** A call that may be shared while it lasts: of a stream, or of a whole answer (`shared-answer.ts`). */
export interface Flight {
  /** A reader from the first chunk on. Null once the beginning is no longer kept, or nobody is left. */
  join(call: Call): FlightReader | null;
}

/** Call one of the two. The reader counts until it has read everything or has left. */
export interface FlightReader {
  readonly batches: AsyncIterable<Batch>;
  whole(): Promise<Answer>;
  /** Whether the attempts are reported to this reader's call, and its hold pays them. */
  pays(): boolean;
  /** The attempt that answered, with the cost of all attempts; null before the end. */
  answeredBy(): AttemptFact | null;
}

export interface FlightOptions {
  readonly next: Handler;
  readonly request: ModelRequest;
  /** Called once, when the flight is over or its beginning is no longer kept: with all its chunks when it ended well and is whole. */
  readonly landed: (chunks: readonly Chunk[] | null, answeredBy: AttemptFact | null) => void;
  readonly maxBytes?: number;
  readonly patienceMs?: number;
}

interface Reader extends Member {
  /** Chunks it has taken. */
  at: number;
  wake: (() => void) | null;
  /** Why the reader may not go on; null: it may. */
  refused: GatewayError | null;
  /** Called when everything that the reader has taken is void, before the answer that replaces it comes. */
  restart: RestartChunk | null;
}

export function openFlight({ next, request, landed, maxBytes = 4 * 1024 * 1024, patienceMs = 2_000 }: FlightOptions): Flight {
  const crew = flightCrew<Reader>({
    ended: () => ended,
    async stopped() {
      if (patience !== null) clearTimeout(patience);
      land(false);
      await Promise.resolve(upstream?.return?.()).catch(() => {});
    },
    passed() {
      if (asked) pull();
    },
  });
  const { members: readers } = crew;
  const kept: Chunk[] = [];
  /** Whether somebody waits for a chunk while the payer is being changed. */
  let asked = false;
  let upstream: AsyncIterator<Batch> | null = null;
  /** Chunks that are no longer kept, because every reader had them. */
  let forgotten = 0;
  let bytes = 0;
  let pulling = false;
  let state: 'flying' | 'landed' | 'over' = 'flying';
  let ended = false;
  let failure: GatewayError | null = null;
  let patience: NodeJS.Timeout | null = null;

  const land = (whole: boolean): void => {
    if (state !== 'flying') return;
    state = whole ? 'landed' : 'over';
    landed(whole ? kept : null, crew.answeredBy());
  };
  const end = (error: GatewayError | null): void => {
    ended = true;
    failure = error;
    land(error === null);
  };
  const slowest = (): number => Math.min(...[...readers].map((reader) => reader.at));

  /** Forgets the chunks that every reader has had. False when too much is left. */
  const madeRoom = (): boolean => {
    const gone = slowest() - forgotten;
    if (gone > 0) {
      for (const chunk of kept.slice(0, gone)) bytes -= sizeOf(chunk);
      land(false);
      kept.splice(0, gone);
      forgotten += gone;
    }
    return bytes <= maxBytes;
  };
  /** Drops everything that is kept, because another answer replaces it. */
  const beginAnew = (restart: RestartChunk): void => {
    kept.length = 0;
    forgotten = 0;
    bytes = 0;
    for (const reader of readers) {
      if (reader.at > 0) reader.restart = restart;
      reader.at = 0;
    }
  };
  const leaveOutSlowest = (): void => {
    patience = null;
    const at = slowest();
    for (const reader of readers) if (reader.at <= at) crew.refuse(reader, tooSlow());
    crew.passOn();
    pull();
  };
  const take = (chunk: Chunk): void => {
    if (chunk.type === 'restart') {
      beginAnew(chunk);
      return;
    }
    kept.push(chunk);
    bytes += sizeOf(chunk);
  };
  /** All chunks that are kept behind a place. `finish` is alone in its batch, as in every batch. */
  const batchFrom = (from: number): Batch => {
    const rest = kept.slice(from);
    return rest.length > 1 && rest.at(-1)?.type === 'finish' ? rest.slice(0, -1) : rest;
  };
  const pull = (): void => {
    if (pulling || ended || upstream === null || crew.signal.aborted) return;
    asked = crew.isPassing();
    if (asked) return;
    if (bytes > maxBytes && !madeRoom()) {
      patience ??= setTimeout(leaveOutSlowest, patienceMs).unref();
      return;
    }
    pulling = true;
    upstream.next().then(
      (result) => {
        pulling = false;
        if (result.done === true) end(null);
        else for (const chunk of result.value) take(chunk);
        for (const reader of readers) reader.wake?.();
      },
      (error: unknown) => {
        pulling = false;
        end(asGatewayError(error));
        for (const reader of readers) reader.wake?.();
      },
    );
  };
  /** A slow reader has moved or left: the others may not need to wait any more. */
  const moved = (): void => {
    if (patience === null) return;
    clearTimeout(patience);
    patience = null;
    pull();
  };

  async function leave(reader: Reader): Promise<void> {
    const reads = readers.has(reader);
    const left = crew.leave(reader);
    if (reads) moved();
    await left;
  }

  async function* read(reader: Reader): AsyncIterable<Batch> {
    const { signal } = reader.call;
    const onAbort = (): void => reader.wake?.();
    signal.addEventListener('abort', onAbort);
    try {
      for (;;) {
        throwIfAborted(signal);
        if (reader.refused !== null) throw reader.refused;
        const { restart } = reader;
        if (restart !== null) {
          if (wasShown(reader.call)) throw restart.reason;
          reader.restart = null;
          yield [restart];
          continue;
        }
        const batch = batchFrom(reader.at - forgotten);
        if (batch.length > 0) {
          reader.at += batch.length;
          moved();
          yield batch;
        } else if (ended) {
          if (failure !== null) throw failure;
          return;
        } else {
          pull();
          await new Promise<void>((resolve) => {
            reader.wake = resolve;
          });
        }
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      await leave(reader);
    }
  }

  return {
    join(call) {
      if (state === 'over') return null;
      const reader: Reader = {
        call,
        at: 0,
        wake: null,
        refused: null,
        restart: null,
        refuse(why) {
          reader.refused = why;
          reader.wake?.();
        },
      };
      crew.add(reader);
      upstream ??= next(request, crew.callFor(call))[Symbol.asyncIterator]();
      const batches = read(reader);
      return { batches, whole: () => collectAnswer(batches), pays: () => crew.pays(reader), answeredBy: crew.answeredBy };
    },
  };
}

const tooSlow = (): GatewayError =>
  new GatewayError('STREAM_STALLED', 'The answer was read too slowly to be kept any longer. Asking again starts a new one.', {
    phase: 'mid-stream',
  });

/** Approximate memory, in bytes. */
function sizeOf(chunk: Chunk): number {
  if (chunk.type === 'embedding') return chunk.vector.byteLength + 100;
  if (chunk.type === 'text' || chunk.type === 'reasoning') return 2 * chunk.text.length + 100;
  if (chunk.type === 'tool-call') return 2 * chunk.argumentsText.length + 200;
  return 500;
}
