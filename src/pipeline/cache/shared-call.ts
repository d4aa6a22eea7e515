/**
 * One upstream call that several readers share.
 *
 * The call has its own AbortController, which fires when the last reader leaves. Chunks are kept, so a later reader starts
 * at the beginning. The fastest reader pulls the source. A slow reader may lag 4 MiB behind; it is dropped when it then
 * delays the others for more than two seconds.
 *
 * The payer is the reader that opened the call, or the oldest remaining reader after the payer leaves. A reader whose budget
 * has no room for the rest of the call cannot pay, and its stream ends. When no reader can pay, the call ends, and the last
 * payer pays for what arrived until then.
 */

import type { AttemptFact, Call, Handler } from '../../core/call/call.ts';
import type { Chunk, RestartChunk } from '../../core/chunk.ts';
import { asGatewayError, type ErrorCode, GatewayError } from '../../core/errors.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import { wasShown } from '../../core/restart.ts';
import { abortError, throwIfAborted } from '../../core/turns/abort.ts';
import { type PayersHold, payersHold } from './transferable-hold.ts';

export interface Flight {
  /** A reader from the first chunk on. Null once the beginning is no longer kept, or nobody is left. */
  join(call: Call): FlightReader | null;
}

export interface FlightReader {
  readonly chunks: AsyncIterable<Chunk>;
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

interface Reader {
  readonly call: Call;
  /** Chunks it has taken. */
  at: number;
  wake: (() => void) | null;
  /** Why it may read no further; null: it may. */
  refused: GatewayError | null;
  /** What it has taken is void: it is told before it hears the answer that replaces it. */
  restart: RestartChunk | null;
}

export function flight({ next, request, landed, maxBytes = 4 * 1024 * 1024, patienceMs = 2_000 }: FlightOptions): Flight {
  const controller = new AbortController();
  const readers = new Set<Reader>();
  const attempts: AttemptFact[] = [];
  const kept: Chunk[] = [];
  let hold: PayersHold | null = null;
  /** While it changes who pays, nothing more is asked for: it would be nobody's. */
  let passing: Promise<void> | null = null;
  /** Somebody waits for a chunk meanwhile. */
  let asked = false;
  let upstream: AsyncIterator<Chunk> | null = null;
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
    landed(whole ? kept : null, answeredBy());
  };
  const end = (error: GatewayError | null): void => {
    ended = true;
    failure = error;
    land(error === null);
  };
  const answeredBy = (): AttemptFact | null => {
    const by = attempts.findLast((attempt) => attempt.outcome === 'OK');
    if (by === undefined) return null;
    const sent = attempts.filter((attempt) => attempt.usage !== null);
    const unpriced = sent.some((attempt) => attempt.cost === null);
    return { ...by, cost: unpriced ? null : sent.reduce((sum, attempt) => sum + (attempt.cost ?? 0), 0) };
  };

  const begin = (opener: Call, paidBy: PayersHold): AsyncIterator<Chunk> =>
    next(request, {
      ...opener,
      signal: controller.signal,
      // Every reader has a deadline of its own, and the flight ends with the last of them.
      deadlineMs: Number.POSITIVE_INFINITY,
      hold: paidBy,
      // While one reader can still be given another answer; those that cannot are told why.
      shown: () => readers.values().every((reader) => wasShown(reader.call)),
      report(fact) {
        if (fact.type === 'attempt') attempts.push(fact);
        paidBy.payer().report(fact);
      },
    })[Symbol.asyncIterator]();

  const slowest = (): number => Math.min(...[...readers].map((reader) => reader.at));

  /** Forgets what every reader has had. False when too much is left. */
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
  /** All that is kept is void. */
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
    for (const reader of readers) if (reader.at <= at) refuse(reader, tooSlow());
    void passOn();
    pull();
  };
  const refuse = (reader: Reader, why: GatewayError): void => {
    reader.refused = why;
    readers.delete(reader);
    reader.wake?.();
  };
  const pays = ({ call }: Reader): boolean => hold?.payer() === call;

  /** Sees to it that one of the readers pays, if the one who did has left; ends the flight when nobody is left who can. */
  const passOn = (left: Reader | null = null): Promise<void> => {
    passing ??= passNow(left).finally(() => {
      passing = null;
      if (asked) pull();
    });
    return passing;
  };
  const passNow = async (left: Reader | null): Promise<void> => {
    while (!ended && hold !== null && ![...readers].some(pays)) {
      const next = oldestOf(readers);
      if (next === null) return stop(left);
      const why = await hold.passTo(next.call, () => ended);
      if (why === null) continue;
      // Where money cannot be recorded at all, the next would wait for the same in vain.
      for (const reader of payersOwn.has(why.code) ? [next] : readers) refuse(reader, why);
    }
  };
  const stop = async (left: Reader | null): Promise<void> => {
    if (patience !== null) clearTimeout(patience);
    land(false);
    const signal = left?.call.signal;
    controller.abort(signal?.aborted ? abortError(signal) : new GatewayError('CANCELLED', 'The call was cancelled before it ended.'));
    await Promise.resolve(upstream?.return?.()).catch(() => {});
  };

  const pull = (): void => {
    if (pulling || ended || upstream === null || controller.signal.aborted) return;
    asked = passing !== null;
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
        else if (result.value.type === 'restart') beginAnew(result.value);
        else {
          kept.push(result.value);
          bytes += sizeOf(result.value);
        }
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

  /** Resolves when no fact of the flight comes any more to this reader. */
  const leave = async (reader: Reader): Promise<void> => {
    const reads = readers.delete(reader);
    if (ended) return;
    const passed = passOn(reader);
    if (reads) moved();
    await passed;
    while (!ended && pays(reader) && !controller.signal.aborted) await passOn(reader);
  };

  async function* read(reader: Reader): AsyncIterable<Chunk> {
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
          yield restart;
          continue;
        }
        const chunk = kept[reader.at - forgotten];
        if (chunk !== undefined) {
          reader.at += 1;
          moved();
          yield chunk;
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
      const reader: Reader = { call, at: 0, wake: null, refused: null, restart: null };
      readers.add(reader);
      if (hold === null) {
        hold = payersHold(call);
        upstream = begin(call, hold);
      }
      return { chunks: read(reader), pays: () => pays(reader), answeredBy };
    },
  };
}

/** Refusals of one payer: another may have room. */
export const payersOwn: ReadonlySet<ErrorCode> = new Set(['BUDGET_EXCEEDED', 'COST_LIMIT_EXCEEDED', 'UNPRICED']);

const oldestOf = (readers: ReadonlySet<Reader>): Reader | null => readers.values().next().value ?? null;

const tooSlow = (): GatewayError =>
  new GatewayError('STREAM_STALLED', 'The answer was read too slowly to be kept any longer. Asking again starts a new one.', {
    phase: 'mid-stream',
  });

/** Bytes in memory, near enough. */
function sizeOf(chunk: Chunk): number {
  if (chunk.type === 'embedding') return chunk.vector.byteLength + 100;
  if (chunk.type === 'text' || chunk.type === 'reasoning') return 2 * chunk.text.length + 100;
  if (chunk.type === 'tool-call') return 2 * chunk.argumentsText.length + 200;
  return 500;
}
