/**
 * One attempt, read up to its first content, or whole. Another attempt may run beside it.
 *
 * Until its first content, an attempt can be abandoned in favour of another one. Its usage is settled nevertheless, and the
 * route waits for that, so that no fact is reported after the call was settled.
 */
import { type Batch, batchesOf } from '../../core/batch.ts';
import { type Call, type Handler, type WholeFact, type WholeHandler, withoutAbort } from '../../core/call/call.ts';
import { type Answer, answerBuilder } from '../../core/call/collect-answer.ts';
import type { Chunk } from '../../core/chunk.ts';
import { asGatewayError, GatewayError } from '../../core/errors.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import { withDeadline } from '../../core/stream.ts';
import type { Trial } from '../../routing/health.ts';
import type { Deployment } from '../../routing/route.ts';
import { isContent } from './content.ts';

const charactersPerToken = 4;

export interface Lane {
  readonly deployment: Deployment;
  readonly trial: Trial;
  /** Settles with the lane when it has spoken, ended or failed. Never rejects. */
  spoken(): Promise<Lane>;
  /** Why it failed, before it had spoken or after; null while it has not. */
  failure(): GatewayError | null;
  /** Milliseconds to the first content, or to the end where there was none. */
  tookMs(): number;
  /** Whether there is more to come. */
  running(): boolean;
  /** What it says, from the beginning; null at the end. Throws what it throws. */
  next(): Promise<Batch | null>;
  /** All that it says, once it has spoken; at once where it is there. Throws what it throws. */
  whole(): Answer | Promise<Answer>;
  /** Aborts what still runs; resolves when it has been settled, null: it is. Idempotent. */
  leave(): Promise<void> | null;
}

export interface LaneParts {
  readonly deployment: Deployment;
  readonly trial: Trial;
  readonly monotonicMs: () => number;
  /** Whether another may run beside it: it then has a signal of its own. */
  readonly mayLose: boolean;
}

/** What every lane keeps. One with a signal of its own ends nothing but itself. */
function laneState(call: Call, { mayLose, monotonicMs }: LaneParts) {
  const own = mayLose ? withDeadline(call.signal, Number.POSITIVE_INFINITY, lost) : null;
  const began = monotonicMs();
  let whole: WholeFact | null = null;
  const report: Call['report'] = (fact) => {
    if (fact.type === 'whole') whole = fact;
    else call.report(fact);
  };
  const state = {
    own,
    asked: own === null ? { ...call, report } : { ...withoutAbort(call), report, signal: own.signal },
    failure: null as GatewayError | null,
    tookMs: 0,
    over: false,
    end(): void {
      state.over = true;
      own?.end();
    },
    fail(error: unknown): GatewayError {
      state.end();
      state.failure = asGatewayError(error);
      return state.failure;
    },
    /** It has spoken, or ended without a word. */
    spoke(trial: Trial, said: readonly Chunk[]): void {
      state.tookMs = monotonicMs() - began;
      if (state.failure === null) trial.spoke(whole === null ? state.tookMs : startMs(whole, state.tookMs, said));
    },
  };
  return state;
}

/** Begins at once, and has spoken with its first content. */
export function startLane(handle: Handler, request: ModelRequest, call: Call, parts: LaneParts): Lane {
  const { deployment, trial } = parts;
  const state = laneState(call, parts);
  const held: Batch[] = [];
  let stream: AsyncIterator<Batch> | null = null;
  let at = 0;
  let left: Promise<void> | null = null;

  async function untilSpoken(): Promise<Lane> {
    try {
      stream = handle(request, state.asked)[Symbol.asyncIterator]();
      for (let spoke = false; !spoke && !state.over; ) {
        const { done, value } = await stream.next();
        if (done === true) state.end();
        else {
          held.push(value);
          spoke = value.some(isContent);
        }
      }
    } catch (error) {
      state.fail(error);
    }
    state.spoke(trial, held.flat());
    return lane;
  }

  async function leave(): Promise<void> {
    if (state.over) return;
    state.own?.abort(lost());
    await lane.spoken();
    if (state.over) return;
    state.end();
    await Promise.resolve(stream?.return?.()).catch(() => {});
  }

  const lane: Lane = {
    deployment,
    trial,
    spoken: () => spoken,
    failure: () => state.failure,
    tookMs: () => state.tookMs,
    running: () => !state.over,
    async next() {
      const batch = held[at++];
      if (batch !== undefined) return batch;
      if (state.over || stream === null) return null;
      try {
        const { done, value } = await stream.next();
        if (done !== true) return value;
        state.end();
        return null;
      } catch (error) {
        throw state.fail(error);
      }
    },
    async whole() {
      const answer = answerBuilder();
      for (let batch = await lane.next(); batch !== null; batch = await lane.next()) for (const chunk of batch) answer.add(chunk);
      return answer.answer();
    },
    leave: () => {
      left ??= leave();
      return left;
    },
  };
  const spoken = untilSpoken();
  return lane;
}

/** Begins at once, and has spoken with the whole answer. */
export function startWholeLane(handle: WholeHandler, request: ModelRequest, call: Call, parts: LaneParts): Lane {
  const { deployment, trial } = parts;
  const state = laneState(call, parts);
  let answer: Answer = { chunks: [] };
  let said: readonly Batch[] | null = null;
  let at = 0;

  async function untilSpoken(): Promise<Lane> {
    try {
      answer = await handle(request, state.asked);
      state.end();
    } catch (error) {
      state.fail(error);
    }
    state.spoke(trial, answer.chunks);
    return lane;
  }

  const lane: Lane = {
    deployment,
    trial,
    spoken: () => spoken,
    failure: () => state.failure,
    tookMs: () => state.tookMs,
    running: () => !state.over,
    async next() {
      said ??= batchesOf(answer.chunks);
      return said[at++] ?? null;
    },
    whole: () => answer,
    leave() {
      if (state.over) return null;
      state.own?.abort(lost());
      return lane.spoken().then(() => {});
    },
  };
  const spoken = untilSpoken();
  return lane;
}

/** When a whole answer would have shown its first word as a stream: the time it took without the time to write it, so that averages compare. */
function startMs({ tokensPerMs }: WholeFact, tookMs: number, said: readonly Chunk[]): number {
  if (tokensPerMs === null) return tookMs;
  const characters = said.reduce((sum, chunk) => sum + ('text' in chunk ? chunk.text.length : 0), 0);
  return Math.max(0, tookMs - characters / charactersPerToken / tokensPerMs);
}

const lost = (): GatewayError => new GatewayError('CANCELLED', 'Another deployment answered first.');

export interface Race {
  /** Null: nobody runs beside the first. */
  readonly hedgeAfterMs: number | null;
  /** Begins another lane; null when there is none. Asked once, when nobody has spoken by then. */
  readonly another: () => Lane | null;
  /** Told of each lane that failed, and whether others still run; ends the race by throwing. */
  readonly failed: (lane: Lane, othersRun: boolean) => void;
}

/** The lane that spoke first; null when all have failed. */
export async function raceToSpeak(only: Lane, race: Race): Promise<Lane | null> {
  if (race.hedgeAfterMs !== null) return raceWithAnother(only, race.hedgeAfterMs, race);
  await only.spoken();
  if (only.failure() === null) return only;
  race.failed(only, false);
  return null;
}

async function raceWithAnother(only: Lane, hedgeAfterMs: number, { another, failed }: Race): Promise<Lane | null> {
  const running = new Set([only]);
  let timer: NodeJS.Timeout | undefined;
  let late: Promise<null> | null = new Promise((resolve) => {
    timer = setTimeout(resolve, hedgeAfterMs, null);
  });
  try {
    while (running.size > 0) {
      const waits = [...running].map((lane) => lane.spoken());
      const first = await Promise.race<Lane | null>(late === null ? waits : [...waits, late]);
      if (first === null) {
        late = null;
        const other = another();
        if (other !== null) running.add(other);
      } else {
        if (first.failure() === null) return first;
        running.delete(first);
        failed(first, running.size > 0);
      }
    }
    return null;
  } finally {
    clearTimeout(timer);
  }
}
