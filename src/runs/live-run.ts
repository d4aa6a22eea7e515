/**
 * A run that is under way: the only pump of its source, and its readers.
 *
 * The pump works while somebody wants more: a detached run always does, a reader while it is less than `lagBytes`
 * behind. When the last reader of an attached run leaves, upstream is aborted at once; a run with an idempotency key
 * waits `lingerMs` first, because its client has said how it would come back.
 */
import { abortError, untilAborted } from '../core/abort.ts';
import type { Fact, Settlement } from '../core/call.ts';
import { type Chunk, type Completion, emptyCompletion, withChunk } from '../core/chunk.ts';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import { cursorOf, indexAfter } from './cursor.ts';
import { type RunLog, runLog } from './log.ts';
import type { Run, RunEvent, RunSource, RunState, RunStatus } from './run.ts';

export interface LiveRunOptions {
  readonly id: string;
  readonly route: string | null;
  readonly detached: boolean;
  readonly lingerMs: number;
  readonly source: RunSource;
  readonly logBytes: number;
  /** How far behind, in bytes, the fastest reader may be before the pump pauses. */
  readonly lagBytes: number;
  /** Called once, after the terminal event is in the log. Must not reject. */
  readonly onEnd: (state: RunState, log: RunLog) => Promise<void>;
}

export interface LiveRun extends Run {
  readonly log: RunLog;
  /** Resolves with the terminal state, once what must be stored is stored. */
  readonly done: Promise<RunState>;
  readers(): number;
}

type Work = Pick<LiveRunOptions, 'source' | 'onEnd'>;

/** How long a source may take to clean up after an abort before its run is ended without it. */
const cleanUpMs = 2_000;

export function liveRun({ id, route, detached, lingerMs, source, logBytes, lagBytes, onEnd }: LiveRunOptions): LiveRun {
  const log = runLog(logBytes);
  const controller = new AbortController();
  const readers = new Set<{ index: number; readonly greedy: boolean }>();
  const { promise: done, resolve: settle } = Promise.withResolvers<RunState>();
  let completion: Completion = emptyCompletion;
  let status: RunStatus = 'RUNNING';
  let failure: GatewayError | null = null;
  let settlement: Settlement | null = null;
  /** Until it is begun: a run that has ended is kept for its events, and must not keep what was asked. */
  let work: Work | null = { source, onEnd };
  let complete = false;
  /** Somebody has asked how far it is, and was shown what had been said. */
  let lookedAt = false;
  let lingering: NodeJS.Timeout | undefined;
  let changed = Promise.withResolvers<void>();

  const state = (): RunState => ({ id, status, completion, failure, settlement: status === 'RUNNING' ? null : settlement, route });
  log.push({ type: 'started', state: state() });

  const shown = (): boolean => lookedAt || log.answerWasRead();

  function tell(): void {
    changed.resolve();
    changed = Promise.withResolvers();
  }

  const wanted = (): boolean => detached || readers.values().some((reader) => reader.greedy || log.bytesFrom(reader.index) < lagBytes);

  async function pump({ source, onEnd }: Work): Promise<void> {
    const { signal } = controller;
    let chunks: AsyncIterator<Chunk> | null = null;
    try {
      if (signal.aborted) throw abortError(signal);
      const report = (fact: Fact): void => {
        if (fact.type === 'settled') settlement = fact.settlement;
      };
      chunks = source({ id, signal, shown, report })[Symbol.asyncIterator]();
      for (;;) {
        while (!wanted()) await untilAborted(changed.promise, signal);
        const next = await untilAborted(chunks.next(), signal);
        if (next.done === true) break;
        if (next.value.type === 'restart') {
          if (shown()) throw next.value.reason;
          log.dropAnswer();
        } else log.add(next.value);
        completion = withChunk(completion, next.value);
        tell();
      }
      status = 'COMPLETED';
    } catch (error) {
      failure = asGatewayError(error);
      letGoOfFrames(failure);
      status = failure.code === 'CANCELLED' ? 'CANCELLED' : 'FAILED';
      if (status === 'CANCELLED') completion = { ...completion, finishReason: 'cancelled' };
      await cleanedUp(chunks);
    }
    log.push(failure === null ? { type: 'finished', state: state() } : { type: 'failed', state: state(), failure });
    complete = true;
    tell();
    await onEnd(state(), log);
    settle(state());
  }

  function start(): void {
    if (work === null) return;
    const begun = work;
    work = null;
    void pump(begun);
  }

  function leave(reader: { index: number; readonly greedy: boolean }): void {
    if (!readers.delete(reader)) return;
    tell();
    if (readers.size > 0 || detached || status !== 'RUNNING') return;
    const abandon = (): void => {
      if (readers.size > 0) return;
      controller.abort(new GatewayError('CANCELLED', 'The last reader left, so the completion was cancelled.'));
      start();
    };
    if (lingerMs === 0 || work !== null) {
      abandon();
      return;
    }
    lingering = setTimeout(abandon, lingerMs);
    lingering.unref();
  }

  function enter(index: number, greedy: boolean): { index: number; readonly greedy: boolean } {
    clearTimeout(lingering);
    const reader = { index, greedy };
    readers.add(reader);
    return reader;
  }

  if (detached) start();

  return {
    id,
    log,
    done,
    readers: () => readers.size,
    state() {
      lookedAt ||= completion !== emptyCompletion;
      return state();
    },
    events(after, signal) {
      const reader = enter(indexAfter(after, id, log.length), false);
      const onAbort = (): void => leave(reader);
      let over = false;
      const leaveNow = (): void => {
        over = true;
        signal.removeEventListener('abort', onAbort);
        leave(reader);
      };
      if (signal.aborted) leaveNow();
      else signal.addEventListener('abort', onAbort, { once: true });
      const iterator: AsyncIterableIterator<RunEvent> = {
        [Symbol.asyncIterator]: () => iterator,
        async next() {
          if (over) return { done: true, value: undefined };
          start();
          try {
            for (;;) {
              const waiting = changed.promise;
              const body = log.read(reader.index);
              if (body !== null) {
                reader.index += 1;
                const seq = reader.index;
                if (body.type === 'finished' || body.type === 'failed') leaveNow();
                else tell();
                return { done: false, value: { seq, cursor: cursorOf({ completionId: id, seq }), completionId: id, ...body } };
              }
              if (complete && reader.index >= log.length) leaveNow();
              else await untilAborted(waiting, signal);
              if (over) return { done: true, value: undefined };
            }
          } catch (error) {
            leaveNow();
            throw error;
          }
        },
        async return() {
          leaveNow();
          return { done: true, value: undefined };
        },
      };
      return iterator;
    },
    async ended(signal) {
      const reader = enter(log.length, true);
      start();
      tell();
      try {
        return await untilAborted(done, signal);
      } finally {
        leave(reader);
      }
    },
    async cancel() {
      controller.abort(new GatewayError('CANCELLED', 'The completion was cancelled by its owner.'));
      start();
      return done;
    },
  };
}

/** Until its stack is read as text, an error holds the frames it came through, and with them what was asked. */
function letGoOfFrames(error: unknown): void {
  for (let one = error; one instanceof Error; one = one.cause) void one.stack;
}

async function cleanedUp(chunks: AsyncIterator<Chunk> | null): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, cleanUpMs);
  });
  const cleaned = Promise.resolve(chunks?.return?.()).then(
    () => {},
    () => {},
  );
  await Promise.race([cleaned, late]);
  clearTimeout(timer);
}
