/**
 * Answers of plain queries. Nobody can come back to one while it is made, so it opens no run and keeps no log.
 *
 * When it has ended, such an answer can be seen by its id for a while: the newest ones are kept, up to a bound in bytes of memory.
 */

import type { Settlement } from '../core/call/call.ts';
import { newCallId } from '../core/call/call-id.ts';
import type { Completion } from '../core/chunk.ts';
import { GatewayError } from '../core/errors.ts';
import { type Deadline, withDeadline } from '../core/stream.ts';
import { throwIfAborted } from '../core/turns/abort.ts';
import type { BeginAnswer, RunState } from './run.ts';
import { valueBytes } from './weight.ts';

export interface PlainAnswers {
  /** See `Runs.answer`. */
  answer(begin: BeginAnswer): Promise<RunState>;
  /** Null: there is none, or it is the answer of another principal, or it is no longer kept. */
  find(id: string, principal: string): RunState | null;
  /** Answers that are being made. */
  readonly open: ReadonlyMap<string, PlainAnswer>;
  /** Forgets those of such principals. */
  forget(isTheirs: (principal: string) => boolean): void;
  /** Forgets the answers that are too old. */
  sweep(): void;
  /** Memory of the answers that are kept, in bytes. */
  readonly bytes: number;
}

export interface PlainAnswer {
  /** Settles with the answer; never rejects. */
  ended(): Promise<unknown>;
  /** Ends the answer with this failure, and cancels upstream. */
  end(reason: GatewayError): void;
}

export interface PlainAnswersOptions {
  readonly maxBytes: number;
  readonly keptMs: number;
  /** A clock that only moves forward, in milliseconds. */
  readonly now: () => number;
}

interface Kept {
  readonly principal: string;
  readonly state: RunState;
  readonly at: number;
  readonly bytes: number;
}

/** Memory of a state with its settlement and its place among the others, in bytes. */
const stateBytes = 2_048;

export function plainAnswers({ maxBytes, keptMs, now }: PlainAnswersOptions): PlainAnswers {
  const open = new Map<string, PlainAnswer>();
  const kept = new Map<string, Kept>();
  /** Ids in the order in which their answers ended, from `oldest` on. To find its first entry, a Map passes over all that were deleted before. */
  let order: string[] = [];
  let oldest = 0;
  let all = 0;

  function sweep(): void {
    const endedBy = now() - keptMs;
    for (; oldest < order.length; oldest += 1) {
      const id = order[oldest] as string;
      const one = kept.get(id);
      if (one !== undefined && one.at >= endedBy && all <= maxBytes) break;
      kept.delete(id);
      all -= one?.bytes ?? 0;
    }
    if (oldest * 2 <= order.length) return;
    order = order.slice(oldest);
    oldest = 0;
  }

  function keep(principal: string, state: RunState): void {
    const bytes = stateBytes + weightOf(state.completion);
    if (bytes > maxBytes) return;
    kept.set(state.id, { principal, state, at: now(), bytes });
    order.push(state.id);
    all += bytes;
    sweep();
  }

  function made({ principal, route, ask }: BeginAnswer, id: string, own: Deadline): Promise<RunState> {
    let settlement: Settlement | null = null;
    const asked = ask({
      id,
      signal: own.signal,
      abort: (reason) => own.abort(reason),
      report(fact) {
        if (fact.type === 'settled') settlement = fact.settlement;
      },
    });
    return asked.then((completion) => {
      const state: RunState = { id, status: 'COMPLETED', completion, failure: null, settlement, route };
      keep(principal.id, state);
      return state;
    });
  }

  return {
    async answer(begin) {
      const id = newCallId();
      const own = withDeadline(begin.signal, Number.POSITIVE_INFINITY, neverLate);
      let ending: GatewayError | null = null;
      try {
        const answer = made(begin, id, own);
        open.set(id, {
          ended: () => answer.catch(() => {}),
          end(reason) {
            ending ??= reason;
            own.abort(new GatewayError('CANCELLED', reason.message, { retryable: reason.retryable }));
          },
        });
        const state = await answer;
        throwIfAborted(own.signal);
        return state;
      } catch (error) {
        throw ending ?? error;
      } finally {
        own.end();
        open.delete(id);
      }
    },
    find(id, principal) {
      const one = kept.get(id);
      if (one === undefined || one.principal !== principal || one.at < now() - keptMs) return null;
      return one.state;
    },
    forget(isTheirs) {
      for (const [id, { principal, bytes }] of kept) {
        if (!isTheirs(principal)) continue;
        kept.delete(id);
        all -= bytes;
      }
    },
    open,
    sweep,
    get bytes() {
      return all;
    },
  };
}

/** In bytes of memory. The text stands in the parts, too, where they are more than one. */
const weightOf = ({ text, parts, object, citations, warnings }: Completion): number =>
  valueBytes({ text, parts, object, citations, warnings });

const neverLate = (): GatewayError => new GatewayError('INTERNAL', 'A time without an end has passed.');
