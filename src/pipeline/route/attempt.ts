/**
 * One attempt, read up to its first content. Another attempt may run beside it.
 *
 * Until its first content, an attempt can be abandoned in favour of another one. Its usage is settled nevertheless, and the
 * route waits for that, so that no fact is reported after the call was settled.
 */
import type { Call, Handler, WholeFact } from '../../core/call/call.ts';
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
  readonly spoken: Promise<Lane>;
  /** Why it failed, before it had spoken or after; null while it has not. */
  failure(): GatewayError | null;
  /** Milliseconds to the first content, or to the end where there was none. */
  tookMs(): number;
  /** Whether there is more to come. */
  running(): boolean;
  /** What it says, from the beginning; null at the end. Throws what it throws. */
  next(): Promise<Chunk | null>;
  /** Aborts what still runs; resolves when it has been settled. Idempotent. */
  leave(): Promise<void>;
}

export interface LaneParts {
  readonly deployment: Deployment;
  readonly trial: Trial;
  readonly monotonicMs: () => number;
  /** Whether another may run beside it: it then has a signal of its own. */
  readonly mayLose: boolean;
}

/** Begins at once. */
export function startLane(
  handle: Handler,
  request: ModelRequest,
  call: Call,
  { deployment, trial, monotonicMs, mayLose }: LaneParts,
): Lane {
  const own = mayLose ? withDeadline(call.signal, Number.POSITIVE_INFINITY, lost) : null;
  let whole: WholeFact | null = null;
  const report: Call['report'] = (fact) => {
    if (fact.type === 'whole') whole = fact;
    else call.report(fact);
  };
  const asked = { ...call, report, ...(own === null ? {} : { signal: own.signal }) };
  const began = monotonicMs();
  const held: Chunk[] = [];
  let stream: AsyncIterator<Chunk> | null = null;
  let failure: GatewayError | null = null;
  let at = 0;
  let took = 0;
  let over = false;
  let left: Promise<void> | null = null;

  function end(): void {
    over = true;
    own?.end();
  }

  async function untilSpoken(): Promise<Lane> {
    try {
      stream = handle(request, asked)[Symbol.asyncIterator]();
      for (let spoke = false; !spoke && !over; ) {
        const { done, value } = await stream.next();
        if (done === true) end();
        else {
          held.push(value);
          spoke = isContent(value);
        }
      }
    } catch (error) {
      end();
      failure = asGatewayError(error);
    }
    took = monotonicMs() - began;
    if (failure === null) trial.spoke(whole === null ? took : startMs(whole, took, held));
    return lane;
  }

  async function leave(): Promise<void> {
    if (over) return;
    own?.abort(lost());
    await lane.spoken;
    if (over) return;
    end();
    await Promise.resolve(stream?.return?.()).catch(() => {});
  }

  const lane: Lane = {
    deployment,
    trial,
    get spoken() {
      return spoken;
    },
    failure: () => failure,
    tookMs: () => took,
    running: () => !over,
    async next() {
      const chunk = held[at++];
      if (chunk !== undefined) return chunk;
      if (over || stream === null) return null;
      try {
        const { done, value } = await stream.next();
        if (done !== true) return value;
        end();
        return null;
      } catch (error) {
        end();
        failure = asGatewayError(error);
        throw failure;
      }
    },
    leave: () => {
      left ??= leave();
      return left;
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
export async function firstToSpeak(only: Lane, { hedgeAfterMs, another, failed }: Race): Promise<Lane | null> {
  const running = new Set([only]);
  let timer: NodeJS.Timeout | undefined;
  let late: Promise<null> | null =
    hedgeAfterMs === null
      ? null
      : new Promise((resolve) => {
          timer = setTimeout(resolve, hedgeAfterMs, null);
        });
  try {
    while (running.size > 0) {
      const waits = [...running].map((lane) => lane.spoken);
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
