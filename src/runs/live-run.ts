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
/** What a run takes beside its log: its object, state, settlement and place among the others. Measured: see `weight.ts`. */
const runBytes = 6_144;
/** A failure with its stack as text. */
const failureBytes = 2_304;

export const liveRun = (options: LiveRunOptions): LiveRun => new RunInMemory(options);

/** A class, since a thousand runs may be silent at once: its methods are made once. */
class RunInMemory implements LiveRun {
  readonly id: string;
  readonly done: Promise<RunState>;
  readonly #route: string | null;
  readonly #detached: boolean;
  readonly #lingerMs: number;
  readonly #lagBytes: number;
  readonly #scale: Scale;
  readonly #log: RunLog;
  readonly #controller = new AbortController();
  readonly #readers = new Set<Reader>();
  readonly #settle: (state: RunState) => void;
  readonly #started: RunState;
  #status: RunStatus = 'RUNNING';
  #failure: GatewayError | null = null;
  #settlement: Settlement | null = null;
  #ending: GatewayError | null = null;
  /** Null once the run has begun: a run that has ended is kept for its events, and must not keep its request. */
  #work: Work | null;
  #complete = false;
  /** Somebody has read the state of the run, and was shown the answer so far. */
  #lookedAt = false;
  #lingering: NodeJS.Timeout | undefined;
  /** Set while the pump waits for a reader who wants more. */
  #resume: (() => void) | null = null;

  constructor({ id, route, detached, lingerMs, maxLogBytes, lagBytes, scale, source, ending, onEnd }: LiveRunOptions) {
    const { promise, resolve } = Promise.withResolvers<RunState>();
    this.id = id;
    this.done = promise;
    this.#settle = resolve;
    this.#route = route;
    this.#detached = detached;
    this.#lingerMs = lingerMs;
    this.#lagBytes = lagBytes;
    this.#scale = scale;
    this.#work = { source, ending, onEnd };
    this.#log = runLog(maxLogBytes);
    this.#started = { id, status: 'RUNNING', completion: emptyCompletion, failure: null, settlement: null, route };
    this.#log.mark('started');
    if (detached) this.#start();
  }

  bytes(): number {
    return runBytes + this.#log.bytes() + (this.#failure === null ? 0 : failureBytes);
  }

  readers(): number {
    return this.#readers.size;
  }

  state(): RunState {
    this.#lookedAt ||= this.#log.hasAnswer();
    return this.#stateNow();
  }

  events(after: string | null, signal: AbortSignal): AsyncIterableIterator<RunEvent> {
    const reader = this.#enter(indexAfter(after, this.id, this.#log.length()), false);
    return interruptible(this.#read(reader), { signal, ended: () => this.#leave(reader) });
  }

  async ended(signal: AbortSignal): Promise<RunState> {
    const reader = this.#enter(this.#log.length(), true);
    this.#start();
    this.#tellPump();
    try {
      return await untilAborted(this.done, signal);
    } finally {
      this.#leave(reader);
    }
  }

  /** Upstream is cancelled, whatever the run's own failure is: what was sent is billed, and no deployment is to blame. */
  end(reason: GatewayError): Promise<RunState> {
    if (!this.#controller.signal.aborted && !this.#complete) {
      this.#ending = reason;
      const { code, message, retryable } = reason;
      this.#controller.abort(code === 'CANCELLED' ? reason : new GatewayError('CANCELLED', message, { retryable }));
      this.#start();
    }
    return this.done;
  }

  cancel(): Promise<RunState> {
    return this.end(cancelledByOwner());
  }

  #stateNow(): RunState {
    const said = this.#log.completion();
    const status = this.#status;
    const completion = status === 'CANCELLED' ? { ...said, finishReason: 'cancelled' as const } : said;
    const settlement = status === 'RUNNING' ? null : this.#settlement;
    return { id: this.id, status, completion, failure: this.#failure, settlement, route: this.#route };
  }

  #shown(): boolean {
    return this.#lookedAt || this.#log.answerWasRead();
  }

  #tellReaders(): void {
    for (const reader of this.#readers) {
      const { wake } = reader;
      reader.wake = null;
      wake?.();
    }
  }

  #tellPump(): void {
    this.#resume?.();
    this.#resume = null;
  }

  #wanted(): boolean {
    const maxLag = this.#scale.crowded() ? 0 : this.#lagBytes;
    return this.#detached || this.#readers.values().some((reader) => reader.greedy || this.#log.bytesFrom(reader.index) <= maxLag);
  }

  #add(chunk: Chunk): void {
    if (chunk.type !== 'restart') this.#log.add(chunk);
    else if (this.#shown()) throw chunk.reason;
    else this.#log.dropAnswer();
  }

  #askedFor(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  #start(): void {
    if (this.#work === null) return;
    const begun = this.#work;
    this.#work = null;
    void this.#pump(begun);
  }

  async #pump({ source, ending: toldEnding, onEnd }: Work): Promise<void> {
    const { signal } = this.#controller;
    const waits = abortableWaits(signal);
    let chunks: AsyncIterator<Said> | null = null;
    try {
      if (signal.aborted) throw abortError(signal);
      this.#scale.set(this.bytes());
      chunks = source({ id: this.id, signal, shown: () => this.#shown(), report: (fact) => this.#note(fact) })[Symbol.asyncIterator]();
      for (;;) {
        while (!this.#wanted()) await waits.until(this.#askedFor());
        const next = await waits.until(chunks.next());
        if (next.done === true) break;
        if (isBatch(next.value)) for (const chunk of next.value) this.#add(chunk);
        else this.#add(next.value);
        this.#tellReaders();
        this.#scale.set(this.bytes());
      }
      this.#status = 'COMPLETED';
    } catch (error) {
      this.#failure = this.#ending ?? asGatewayError(error);
      letGoOfFrames(this.#failure);
      this.#status = this.#failure.code === 'CANCELLED' ? 'CANCELLED' : 'FAILED';
      await cleanedUp(chunks);
    }
    waits.end();
    await toldEnding?.(this.#stateNow());
    this.#log.mark(this.#failure === null ? 'finished' : 'failed');
    this.#complete = true;
    this.#scale.end();
    this.#tellReaders();
    await onEnd(this.#stateNow(), this.#log);
    this.#settle(this.#stateNow());
  }

  #note(fact: Fact): void {
    if (fact.type === 'settled') this.#settlement = fact.settlement;
  }

  #leave(reader: Reader): void {
    if (!this.#readers.delete(reader)) return;
    this.#tellPump();
    if (this.#readers.size > 0 || this.#detached || this.#status !== 'RUNNING') return;
    if (this.#lingerMs === 0 || this.#work !== null) {
      this.#abandon();
      return;
    }
    this.#lingering = setTimeout(() => this.#abandon(), this.#lingerMs);
    this.#lingering.unref();
  }

  #abandon(): void {
    if (this.#readers.size === 0) void this.end(lastReaderLeft());
  }

  #enter(index: number, greedy: boolean): Reader {
    clearTimeout(this.#lingering);
    const reader: Reader = { index, greedy, wake: null };
    this.#readers.add(reader);
    return reader;
  }

  /** The next event of the reader; null at the end; undefined while there is no event yet. */
  #nextFor(reader: Reader): RunEvent | null | undefined {
    if (!this.#readers.has(reader)) return null;
    const logged = this.#log.read(reader.index);
    if (logged === null) return this.#complete ? null : undefined;
    reader.index += 1;
    const seq = reader.index;
    // The reader is counted out with the last event: it need not ask for the end.
    if (logged.type === 'finished' || logged.type === 'failed') this.#leave(reader);
    else this.#tellPump();
    const body = bodyAt(logged, this.#started, () => this.#stateNow());
    return { seq, cursor: cursorOf({ completionId: this.id, seq }), completionId: this.id, ...body };
  }

  #read(reader: Reader): AsyncIterableIterator<RunEvent> {
    const events: AsyncIterableIterator<RunEvent> = {
      [Symbol.asyncIterator]: () => events,
      next: async () => {
        this.#start();
        for (;;) {
          const event = this.#nextFor(reader);
          if (event === null) return { done: true, value: undefined };
          if (event !== undefined) return { done: false, value: event };
          await new Promise<void>((resolve) => {
            reader.wake = resolve;
          });
        }
      },
      return: async () => {
        this.#leave(reader);
        reader.wake?.();
        return { done: true, value: undefined };
      },
    };
    return events;
  }
}

/** An error holds its stack frames, and with them the request, until `stack` is read as text. */
function letGoOfFrames(error: unknown): void {
  for (let one = error; one instanceof Error; one = one.cause) void one.stack;
}

async function cleanedUp(chunks: AsyncIterator<Said> | null): Promise<void> {
  const returned = Promise.resolve(chunks?.return?.()).catch(() => {});
  await withTimeout(returned, cleanUpMs, null);
}
