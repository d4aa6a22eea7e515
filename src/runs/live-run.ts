/**
 * Runs one completion: the only pump of its source, and its readers.
 *
 * The pump works while somebody wants more: a detached run always does, a reader while it is less than `lagBytes`
 * behind. When the last reader of an attached run leaves, upstream is aborted at once; a run with an idempotency key
 * waits `lingerMs` first, because its client has said how it would come back.
 */

import { isBatch, type Said } from '../core/batch.ts';
import type { Fact, Settlement } from '../core/call/call.ts';
import { type Chunk, emptyCompletion } from '../core/chunk.ts';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import { interruptible, withTimeout } from '../core/stream.ts';
import { abortableWaits, abortError, untilAborted } from '../core/turns/abort.ts';
import { cancelledByOwner, lastReaderLeft } from './endings.ts';
import { bodyAt, type RunLog, runLog } from './event-log.ts';
import type { Scale } from './live-bytes.ts';
import type { Run, RunEvent, RunSource, RunState, RunStatus } from './run.ts';
import { cursorOf, indexAfter } from './run-cursor.ts';

export interface LiveRunOptions {
  readonly id: string;
  readonly route: string | null;
  readonly detached: boolean;
  readonly lingerMs: number;
  readonly source: RunSource;
  readonly maxLogBytes: number;
  /** How many bytes the fastest reader may be behind before the pump pauses. While the scale is crowded, it is 0. */
  readonly lagBytes: number;
  readonly scale: Scale;
  /** Called once, before the terminal event is in the log. Must not reject. */
  readonly ending?: ((state: RunState) => Promise<void>) | undefined;
  /** Called once, after the terminal event is in the log. Must not reject. */
  readonly onEnd: (state: RunState, log: RunLog) => Promise<void>;
}

export interface LiveRun extends Run {
  /** Memory of the run, in bytes. */
  bytes(): number;
  /** Resolves with the terminal state, once what must be stored is stored. */
  readonly done: Promise<RunState>;
  readers(): number;
  /** Ends the run with this failure, and resolves as `done` does. When it is called twice, the first reason counts. */
  end(reason: GatewayError): Promise<RunState>;
}

type Work = Pick<LiveRunOptions, 'source' | 'ending' | 'onEnd'>;
interface Reader {
  index: number;
  /** The reader waits for the end, and reads all events then. */
  readonly greedy: boolean;
  /** Set while the reader waits for the next event. */
  wake: (() => void) | null;
}

/** How long a source may take to clean up after an abort before its run is ended without it. */
const cleanUpMs = 2_000;
/** What a run takes beside its log: its closures, state, settlement and place among the others. Measured: see `weight.ts`. */
const runBytes = 7_680;
/** A failure with its stack as text. */
const failureBytes = 2_304;

export function liveRun(options: LiveRunOptions): LiveRun {
  const { id, route, detached, lingerMs, maxLogBytes, lagBytes, scale } = options;
  const log = runLog(maxLogBytes);
  const controller = new AbortController();
  const readers = new Set<Reader>();
  const { promise: done, resolve: settle } = Promise.withResolvers<RunState>();
  let status: RunStatus = 'RUNNING';
  let failure: GatewayError | null = null;
  let settlement: Settlement | null = null;
  let ending: GatewayError | null = null;
  /** Null once the run has begun: a run that has ended is kept for its events, and must not keep its request. */
  let work: Work | null = { source: options.source, ending: options.ending, onEnd: options.onEnd };
  let complete = false;
  /** Somebody has read the state of the run, and was shown the answer so far. */
  let lookedAt = false;
  let lingering: NodeJS.Timeout | undefined;
  /** Set while the pump waits for a reader who wants more. */
  let resume: (() => void) | null = null;

  const bytes = (): number => runBytes + log.bytes() + (failure === null ? 0 : failureBytes);
  const started: RunState = { id, status, completion: emptyCompletion, failure: null, settlement: null, route };
  log.mark('started');

  function state(): RunState {
    const said = log.completion();
    const completion = status === 'CANCELLED' ? { ...said, finishReason: 'cancelled' as const } : said;
    return { id, status, completion, failure, settlement: status === 'RUNNING' ? null : settlement, route };
  }

  const shown = (): boolean => lookedAt || log.answerWasRead();

  function tellReaders(): void {
    for (const reader of readers) {
      const { wake } = reader;
      reader.wake = null;
      wake?.();
    }
  }

  function tellPump(): void {
    resume?.();
    resume = null;
  }

  function wanted(): boolean {
    const maxLag = scale.crowded() ? 0 : lagBytes;
    return detached || readers.values().some((reader) => reader.greedy || log.bytesFrom(reader.index) <= maxLag);
  }

  function add(chunk: Chunk): void {
    if (chunk.type !== 'restart') log.add(chunk);
    else if (shown()) throw chunk.reason;
    else log.dropAnswer();
  }

  const askedFor = (): Promise<void> =>
    new Promise((resolve) => {
      resume = resolve;
    });

  async function pump({ source, ending: toldEnding, onEnd }: Work): Promise<void> {
    const { signal } = controller;
    const waits = abortableWaits(signal);
    let chunks: AsyncIterator<Said> | null = null;
    try {
      if (signal.aborted) throw abortError(signal);
      scale.set(bytes());
      const report = (fact: Fact): void => {
        if (fact.type === 'settled') settlement = fact.settlement;
      };
      chunks = source({ id, signal, shown, report })[Symbol.asyncIterator]();
      for (;;) {
        while (!wanted()) await waits.until(askedFor());
        const next = await waits.until(chunks.next());
        if (next.done === true) break;
        if (isBatch(next.value)) for (const chunk of next.value) add(chunk);
        else add(next.value);
        tellReaders();
        scale.set(bytes());
      }
      status = 'COMPLETED';
    } catch (error) {
      failure = ending ?? asGatewayError(error);
      letGoOfFrames(failure);
      status = failure.code === 'CANCELLED' ? 'CANCELLED' : 'FAILED';
      await cleanedUp(chunks);
    }
    waits.end();
    await toldEnding?.(state());
    log.mark(failure === null ? 'finished' : 'failed');
    complete = true;
    scale.end();
    tellReaders();
    await onEnd(state(), log);
    settle(state());
  }

  function start(): void {
    if (work === null) return;
    const begun = work;
    work = null;
    void pump(begun);
  }

  /** Upstream is cancelled, whatever the run's own failure is: what was sent is billed, and no deployment is to blame. */
  function end(reason: GatewayError): Promise<RunState> {
    if (!controller.signal.aborted && !complete) {
      ending = reason;
      const { code, message, retryable } = reason;
      controller.abort(code === 'CANCELLED' ? reason : new GatewayError('CANCELLED', message, { retryable }));
      start();
    }
    return done;
  }

  function leave(reader: Reader): void {
    if (!readers.delete(reader)) return;
    tellPump();
    if (readers.size > 0 || detached || status !== 'RUNNING') return;
    const abandon = (): void => {
      if (readers.size === 0) void end(lastReaderLeft());
    };
    if (lingerMs === 0 || work !== null) {
      abandon();
      return;
    }
    lingering = setTimeout(abandon, lingerMs);
    lingering.unref();
  }

  function enter(index: number, greedy: boolean): Reader {
    clearTimeout(lingering);
    const reader: Reader = { index, greedy, wake: null };
    readers.add(reader);
    return reader;
  }

  /** The next event of the reader; null at the end; undefined while there is no event yet. */
  function nextFor(reader: Reader): RunEvent | null | undefined {
    if (!readers.has(reader)) return null;
    const logged = log.read(reader.index);
    if (logged === null) return complete ? null : undefined;
    reader.index += 1;
    const seq = reader.index;
    // The reader is counted out with the last event: it need not ask for the end.
    if (logged.type === 'finished' || logged.type === 'failed') leave(reader);
    else tellPump();
    return { seq, cursor: cursorOf({ completionId: id, seq }), completionId: id, ...bodyAt(logged, started, state) };
  }

  function read(reader: Reader): AsyncIterableIterator<RunEvent> {
    const events: AsyncIterableIterator<RunEvent> = {
      [Symbol.asyncIterator]: () => events,
      async next() {
        start();
        for (;;) {
          const event = nextFor(reader);
          if (event === null) return { done: true, value: undefined };
          if (event !== undefined) return { done: false, value: event };
          await new Promise<void>((resolve) => {
            reader.wake = resolve;
          });
        }
      },
      async return() {
        leave(reader);
        reader.wake?.();
        return { done: true, value: undefined };
      },
    };
    return events;
  }

  if (detached) start();

  return {
    id,
    bytes,
    done,
    readers: () => readers.size,
    state() {
      lookedAt ||= log.hasAnswer();
      return state();
    },
    events(after, signal) {
      const reader = enter(indexAfter(after, id, log.length()), false);
      return interruptible(read(reader), { signal, ended: () => leave(reader) });
    },
    async ended(signal) {
      const reader = enter(log.length(), true);
      start();
      tellPump();
      try {
        return await untilAborted(done, signal);
      } finally {
        leave(reader);
      }
    },
    end,
    cancel: () => end(cancelledByOwner()),
  };
}

/** An error holds its stack frames, and with them the request, until `stack` is read as text. */
function letGoOfFrames(error: unknown): void {
  for (let one = error; one instanceof Error; one = one.cause) void one.stack;
}

async function cleanedUp(chunks: AsyncIterator<Said> | null): Promise<void> {
  const returned = Promise.resolve(chunks?.return?.()).catch(() => {});
  await withTimeout(returned, cleanUpMs, null);
}
