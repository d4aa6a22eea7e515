/**
 * The course of one call through the deployments of its route, in the order of the strategy, until one of them has answered.
 *
 * All attempts of a call, repairs included, share one budget of attempts and time. A refusal by our own money rules skips a
 * deployment and does not count against its health; a provider's fault does. An error that no other deployment could mend is
 * raised unchanged.
 */
import type { Call, Spent } from '../../core/call/call.ts';
import { asGatewayError, type GatewayError } from '../../core/errors.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import { estimateInputInTurns } from '../../core/request/tokens.ts';
import { callDeadline } from '../../core/stream.ts';
import { abortError, throwIfAborted } from '../../core/turns/abort.ts';
import { retryDelayMs } from '../../outbound/retry-delay.ts';
import type { HealthBook, Trial } from '../../routing/health.ts';
import type { Deployment, Route } from '../../routing/route.ts';
import { type Lane, type LaneParts, raceToSpeak } from './attempt.ts';
import { allFailed, type Failure, isFault, isSkip, noneLeft, restingFailure, tooLong } from './attempt-failures.ts';
import { candidatesFor, type KnownRoutes } from './eligible.ts';
import { laterAttempts } from './later-attempts.ts';

export interface CourseParts extends KnownRoutes {
  readonly health: HealthBook;
  readonly monotonicMs: () => number;
  readonly random: () => number;
  /** Begins an attempt. */
  readonly startLane: (route: Route, request: ModelRequest, call: Call, parts: LaneParts) => Lane;
}

export interface Course {
  /** The next lane that has spoken, after those that failed. Throws why there is none. */
  winner(): Promise<Lane>;
  /** The lane's answer came to its end. */
  answered(lane: Lane): void;
  /** The lane's answer broke off before anybody was shown it: another one may answer. Throws where none may. */
  brokeOff(lane: Lane): void;
  /** It broke off, and is not replaced. */
  count(lane: Lane): void;
  /** Leaves all lanes; resolves when they are settled, null: they are. */
  end(): Promise<void> | null;
}

/** Throws BAD_REQUEST and CONTEXT_TOO_LONG for what no deployment of the route can serve. */
export function openCourse(parts: CourseParts, request: ModelRequest, asked: Call): Course | Promise<Course> {
  const estimate = estimateInputInTurns(request);
  return estimate instanceof Promise ? estimate.then(() => estimatedCourse(parts, request, asked)) : estimatedCourse(parts, request, asked);
}

function estimatedCourse(parts: CourseParts, request: ModelRequest, asked: Call): Course {
  const { health, monotonicMs, random, startLane } = parts;
  const { route, candidates } = candidatesFor(request, asked, parts);
  const spent: Spent = asked.spent ?? { attempts: 0, endsAt: null };
  if (spent.attempts >= route.attempts) throw noneLeft(route);
  const began = monotonicMs();
  spent.endsAt ??= { route: began + route.totalMs, call: asked.deadlineMs };
  const endsAt = Math.min(spent.endsAt.route, spent.endsAt.call);
  const deadline = endsAt < spent.endsAt.call ? callDeadline(asked, endsAt - began, () => tooLong(route)) : null;
  const call = deadline === null ? asked : { ...asked, signal: deadline.signal };
  const first = [...route.strategy(candidates, request, health.of)];
  const later = laterAttempts({ endsAt, monotonicMs, signal: call.signal });
  const failures: Failure[] = [];
  const lanes: Lane[] = [];
  /** What no deployment could mend, told by one beside which another still ran. */
  let conclusive: GatewayError | null = null;

  const timesFailed = ({ id }: Deployment): number => lanes.filter((lane) => lane.deployment.id === id && lane.failure() !== null).length;

  function begin(deployment: Deployment): Lane | null {
    const trial = health.begin(deployment, call.principal);
    if (trial !== null) return start(deployment, trial);
    const restMs = health.restMs(deployment);
    // The call has waited for its own rest, and others have prolonged it meanwhile.
    if (restMs > 0 && timesFailed(deployment) > 0) later.add(deployment, monotonicMs() + restMs);
    else failures.push(restingFailure(deployment, health.closedInMs(deployment, call.principal), restMs > 0));
    return null;
  }

  function start(deployment: Deployment, trial: Trial): Lane {
    const lane = startLane(route, request, call, { deployment, trial, monotonicMs, mayLose: route.hedge !== null });
    lanes.push(lane);
    return lane;
  }

  /** One of those that are left alone, once in a while, when all of them are. */
  function trickle(): Lane | null {
    if (lanes.length > 0) return null;
    const allowed = health.trickle(route.name, candidates, call.principal);
    return allowed === null ? null : start(allowed.deployment, allowed.trial);
  }

  /** A second lane beside the one that runs, while the call has an attempt for it. */
  function another(): Lane | null {
    if (spent.attempts + 1 >= route.attempts) return null;
    for (let deployment = first.shift(); deployment !== undefined; deployment = first.shift()) {
      const lane = begin(deployment);
      if (lane !== null) return lane;
    }
    return null;
  }

  function count({ trial }: Lane, error: GatewayError): void {
    if (isFault(error) && !call.signal.aborted) trial.failed(error.details);
    else trial.abandoned();
  }

  function failed(lane: Lane, othersRun: boolean): void {
    const { deployment } = lane;
    const error = asGatewayError(lane.failure());
    count(lane, error);
    if (call.signal.aborted) throw abortError(call.signal);
    if (!isFault(error) && !isSkip(error)) conclusive ??= error;
    if (conclusive !== null && !othersRun) throw conclusive;
    failures.push({ deployment: deployment.id, outcome: error.code, latencyMs: lane.tookMs(), error });
    if (isSkip(error)) return;
    spent.attempts += 1;
    if (!isFault(error) || !error.retryable) return;
    later.add(deployment, monotonicMs() + retryDelayMs(timesFailed(deployment), error.details.retryAfterMs, random));
  }

  return {
    async winner() {
      while (spent.attempts < route.attempts) {
        throwIfAborted(call.signal);
        const deployment = first.shift() ?? (await later.next());
        const lane = deployment === null ? trickle() : begin(deployment);
        if (lane === null && deployment === null) break;
        if (lane === null) continue;
        const winner = await raceToSpeak(lane, { hedgeAfterMs: route.hedge?.afterMs ?? null, another, failed });
        if (winner === null) continue;
        const losers = lanes.filter((other) => other !== winner && other.running());
        spent.attempts += losers.length;
        for (const loser of losers) void loser.leave();
        return winner;
      }
      throw allFailed(route, failures, later.waitsMs());
    },
    answered(lane) {
      lane.trial.succeeded();
      spent.attempts += 1;
    },
    brokeOff: (lane) => failed(lane, false),
    count: (lane) => count(lane, asGatewayError(lane.failure())),
    end() {
      const leaving: Promise<void>[] = [];
      for (const lane of lanes) {
        lane.trial.abandoned();
        // Also a loser that has been left and does not run any more: it may still be settled.
        const left = lane.leave();
        if (left !== null) leaving.push(left);
      }
      const over = (): void => deadline?.end();
      if (leaving.length > 0) return Promise.all(leaving).then(over);
      over();
      return null;
    },
  };
}
