/**
 * Reserves and settles the money of one attempt at one deployment.
 *
 * Before dispatch, the maximum cost of the attempt is drawn from the call's hold, durably, together with the rows to write
 * after a crash. At every ending it is settled: see `attempt-books.ts`. An answer that exceeds its draw is cut.
 */
import type { Handler, Step, WholeHandler } from '../../core/call/call.ts';
import { type Answer, answerBuilder } from '../../core/call/collect-answer.ts';
import type { Chunk } from '../../core/chunk.ts';
import { untilAborted } from '../../core/turns/abort.ts';
import { monotonicMs as monotonic } from '../../core/turns/monotonic.ts';
import type { OutputRates } from '../../routing/output-rates.ts';
import type { Deployment } from '../../routing/route.ts';
import { type Log, silentLog } from '../../telemetry/log.ts';
import { abortable } from '../abortable.ts';
import { type AttemptBooks, attemptBooks, type Warn } from './attempt-books.ts';

/** The shortest time between two log lines about the same mistake of a deployment, in milliseconds. The metrics count each. */
const warnEveryMs = 60_000;

export interface BudgetOptions {
  readonly now?: () => number;
  readonly monotonicMs?: () => number;
  readonly log?: Log;
  /** Learns from the answers. Default: nobody does. */
  readonly rates?: Pick<OutputRates, 'note'>;
}

export function budgeted(
  deployment: Deployment,
  { now = Date.now, monotonicMs = monotonic, log = silentLog, rates }: BudgetOptions = {},
): Step {
  const options = { deployment, now, monotonicMs, rates, warn: warnings(deployment, log, monotonicMs) };
  return {
    stream(next): Handler {
      return async function* budgetedStream(request, call) {
        const books = attemptBooks(request, call, options);
        try {
          await books.draw();
          for await (const batch of abortable(next(books.toSend, books.call), call.signal)) {
            const { received, cut } = receivedIn(batch, books);
            if (received.length > 0) yield received;
            if (cut === null) continue;
            yield [cut];
            break;
          }
          books.finished();
        } catch (error) {
          throw books.failed(error);
        } finally {
          await books.close();
        }
      };
    },
    whole(next): WholeHandler {
      return async (request, call) => {
        const books = attemptBooks(request, call, options);
        try {
          await books.draw();
          const answer = receivedOf(await untilAborted(next(books.toSend, books.call), call.signal), books);
          books.finished();
          return answer;
        } catch (error) {
          throw books.failed(error);
        } finally {
          await books.close();
        }
      };
    },
  };
}

/** The answer up to where it is cut. */
function receivedOf(answer: Answer, books: AttemptBooks): Answer {
  const { received, cut } = receivedIn(answer.chunks, books);
  const kept = answerBuilder();
  for (const chunk of received) kept.add(chunk);
  if (cut !== null) kept.add(cut);
  return kept.answer();
}

/** The chunks up to where they are cut, and how the answer ends there; null: it goes on. */
function receivedIn(chunks: readonly Chunk[], books: AttemptBooks): { readonly received: readonly Chunk[]; readonly cut: Chunk | null } {
  const received: Chunk[] = [];
  for (const chunk of chunks) {
    const kept = books.received(chunk);
    if (kept !== null) received.push(kept);
    const cut = books.cut();
    if (cut !== null) return { received, cut };
  }
  return { received, cut: null };
}

/** Each event once in a while: what one answer of a deployment shows, the next will, too. */
function warnings({ id, provider, model }: Deployment, log: Log, monotonicMs: () => number): Warn {
  const lastMs = new Map<string, number>();
  return (event, fields) => {
    const nowMs = monotonicMs();
    if (nowMs - (lastMs.get(event) ?? Number.NEGATIVE_INFINITY) < warnEveryMs) return;
    lastMs.set(event, nowMs);
    log.warn(event, { deployment: id, provider: provider.name, model, ...fields });
  };
}
