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
import { callDeadline, type Deadline } from '../../core/stream.ts';
import { abortError, throwIfAborted } from '../../core/turns/abort.ts';
import { retryDelayMs } from '../../outbound/retry-delay.ts';
import type { HealthBook, Trial } from '../../routing/health.ts';
import type { Deployment, Route } from '../../routing/route.ts';
import type { Lane, LaneParts } from './attempt.ts';
import { allFailed, type Failure, isFault, isSkip, noneLeft, restingFailure, tooLong } from './attempt-failures.ts';
import { candidatesFor, type KnownRoutes } from './eligible.ts';
import { type LaterAttempts, laterAttempts } from './later-attempts.ts';
import { raceToSpeak } from './race-to-speak.ts';

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
  return estimate instanceof Promise
    ? estimate.then(() => new CourseOfCall(parts, request, asked))
    : new CourseOfCall(parts, request, asked);
}

/** A class, since each call of a model has one: its methods are made once. */
class CourseOfCall implements Course {
  readonly #parts: CourseParts;
  readonly #request: ModelRequest;
  readonly #call: Call;
  readonly #route: Route;
  readonly #candidates: readonly Deployment[];
  readonly #spent: Spent;
  readonly #deadline: Deadline | null;
  /** Those that have not been asked, in the order of the strategy. */
  readonly #first: Deployment[];
  readonly #endsAt: number;
  readonly #failures: Failure[] = [];
  readonly #lanes: Lane[] = [];
  /** Made for the first deployment that is asked again. */
  #later: LaterAttempts | null = null;
  /** What no deployment could mend, told by one beside which another still ran. */
  #conclusive: GatewayError | null = null;

  constructor(parts: CourseParts, request: ModelRequest, asked: Call) {
    const { route, candidates } = candidatesFor(request, asked, parts);
    const spent: Spent = asked.spent ?? { attempts: 0, endsAt: null };
    if (spent.attempts >= route.attempts) throw noneLeft(route);
    const began = parts.monotonicMs();
    spent.endsAt ??= { route: began + route.totalMs, call: asked.deadlineMs };
    const endsAt = Math.min(spent.endsAt.route, spent.endsAt.call);
    this.#parts = parts;
    this.#request = request;
    this.#route = route;
    this.#candidates = candidates;
    this.#spent = spent;
    this.#endsAt = endsAt;
    this.#deadline = endsAt < spent.endsAt.call ? callDeadline(asked, endsAt - began, () => tooLong(route)) : null;
    this.#call = this.#deadline === null ? asked : { ...asked, signal: this.#deadline.signal };
    this.#first = [...route.strategy(candidates, request, parts.health.of)];
  }

  async winner(): Promise<Lane> {
    const { hedge, attempts } = this.#route;
    while (this.#spent.attempts < attempts) {
      throwIfAborted(this.#call.signal);
      const deployment = this.#first.shift() ?? (await this.#later?.next()) ?? null;
      const lane = deployment === null ? this.#trickle() : this.#begin(deployment);
      if (lane === null && deployment === null) break;
      if (lane === null) continue;
      const winner = await raceToSpeak(lane, hedge === null ? null : hedge.afterMs, this);
      if (winner === null) continue;
      this.#leaveLosersOf(winner);
      return winner;
    }
    throw allFailed(this.#route, this.#failures, this.#later?.waitsMs() ?? []);
  }

  answered({ trial }: Lane): void {
    trial.succeeded();
    this.#spent.attempts += 1;
  }

  brokeOff(lane: Lane): void {
    this.failed(lane, false);
  }

  count(lane: Lane): void {
    this.#count(lane, asGatewayError(lane.failure()));
  }

  end(): Promise<void> | null {
    const leaving: Promise<void>[] = [];
    for (const lane of this.#lanes) {
      lane.trial.abandoned();
      // Also a loser that has been left and does not run any more: it may still be settled.
      const left = lane.leave();
      if (left !== null) leaving.push(left);
    }
    if (leaving.length > 0) return Promise.all(leaving).then(() => this.#deadline?.end());
    this.#deadline?.end();
    return null;
  }

  /** A second lane beside the one that runs, while the call has an attempt for it. */
  another(): Lane | null {
    if (this.#spent.attempts + 1 >= this.#route.attempts) return null;
    for (let deployment = this.#first.shift(); deployment !== undefined; deployment = this.#first.shift()) {
      const lane = this.#begin(deployment);
      if (lane !== null) return lane;
    }
    return null;
  }

  failed(lane: Lane, othersRun: boolean): void {
    const { deployment } = lane;
    const { signal } = this.#call;
    const error = asGatewayError(lane.failure());
    this.#count(lane, error);
    if (signal.aborted) throw abortError(signal);
    if (!isFault(error) && !isSkip(error)) this.#conclusive ??= error;
    if (this.#conclusive !== null && !othersRun) throw this.#conclusive;
    this.#failures.push({ deployment: deployment.id, outcome: error.code, latencyMs: lane.tookMs(), error });
    if (isSkip(error)) return;
    this.#spent.attempts += 1;
    if (!isFault(error) || !error.retryable) return;
    this.#askLater(deployment, retryDelayMs(this.#timesFailed(deployment), error.details.retryAfterMs, this.#parts.random));
  }

  #begin(deployment: Deployment): Lane | null {
    const { health } = this.#parts;
    const { principal } = this.#call;
    const trial = health.begin(deployment, principal);
    if (trial !== null) return this.#start(deployment, trial);
    const restMs = health.restMs(deployment);
    // The call has waited for its own rest, and others have prolonged it meanwhile.
    if (restMs > 0 && this.#timesFailed(deployment) > 0) this.#askLater(deployment, restMs);
    else this.#failures.push(restingFailure(deployment, health.closedInMs(deployment, principal), restMs > 0));
    return null;
  }

  #start(deployment: Deployment, trial: Trial): Lane {
    const { startLane, monotonicMs } = this.#parts;
    const mayLose = this.#route.hedge !== null;
    const lane = startLane(this.#route, this.#request, this.#call, { deployment, trial, monotonicMs, mayLose });
    this.#lanes.push(lane);
    return lane;
  }

  /** One of those that are left alone, once in a while, when all of them are. */
  #trickle(): Lane | null {
    if (this.#lanes.length > 0) return null;
    const allowed = this.#parts.health.trickle(this.#route.name, this.#candidates, this.#call.principal);
    return allowed === null ? null : this.#start(allowed.deployment, allowed.trial);
  }

  #askLater(deployment: Deployment, inMs: number): void {
    const { monotonicMs } = this.#parts;
    this.#later ??= laterAttempts({ endsAt: this.#endsAt, monotonicMs, signal: this.#call.signal });
    this.#later.add(deployment, monotonicMs() + inMs);
  }

  #timesFailed({ id }: Deployment): number {
    return this.#lanes.filter((lane) => lane.deployment.id === id && lane.failure() !== null).length;
  }

  #count({ trial }: Lane, error: GatewayError): void {
    if (isFault(error) && !this.#call.signal.aborted) trial.failed(error.details);
    else trial.abandoned();
  }

  #leaveLosersOf(winner: Lane): void {
    for (const lane of this.#lanes) {
      if (lane === winner || !lane.running()) continue;
      this.#spent.attempts += 1;
      void lane.leave();
    }
  }
}
