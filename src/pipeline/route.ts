/**
 * Which deployment answers: the strategy orders them, and one after the other is tried until one has spoken.
 *
 * Where the route hedges, a second deployment is asked when the first has not spoken in time; the one that speaks first answers,
 * and the other is aborted at once and settled. After the first content nothing is retried: the reader would get two answers in one. The whole call has one budget of
 * attempts and of time, which a repair of its answer shares. Refusals by our own money rules skip a deployment without blaming it; faults of a provider
 * count for its health; whatever another deployment could not mend is raised as it is.
 */
import { abortError, sleep, throwIfAborted } from '../core/abort.ts';
import type { Call, Handler, Spent } from '../core/call.ts';
import type { Chunk } from '../core/chunk.ts';
import { type AttemptSummary, asGatewayError, type ErrorCode, GatewayError } from '../core/errors.ts';
import type { ModelRequest } from '../core/request.ts';
import type { HealthBook } from '../routing/health.ts';
import { retryDelayMs } from '../routing/retry-delay.ts';
import type { Deployment, Route } from '../routing/route.ts';
import { withDeadline } from './deadline.ts';
import { candidatesFor, checkOptions, routeNamed } from './eligible.ts';
import { firstToSpeak, type Lane, startLane } from './lane.ts';

export type Attempt = (deployment: Deployment, route: Route) => Handler;

export interface RouteOptions {
  readonly health: HealthBook;
  readonly now?: () => number;
  readonly random?: () => number;
}

/** Faults of a provider: another deployment may do better, and the circuit breaker hears of it. */
const faults: ReadonlySet<ErrorCode> = new Set([
  'MODEL_UNAVAILABLE',
  'RATE_LIMITED',
  'TIMEOUT',
  'STREAM_STALLED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
]);
/** Refusals that hold for one deployment only. */
const skips: ReadonlySet<ErrorCode> = new Set(['BUDGET_EXCEEDED', 'COST_LIMIT_EXCEEDED', 'UNPRICED', 'CONTEXT_TOO_LONG']);
/** Faults that say more than MODEL_UNAVAILABLE when every attempt ended with them. */
const tellingFaults: ReadonlySet<ErrorCode> = new Set(['TIMEOUT', 'STREAM_STALLED']);

export function routed(routes: ReadonlyMap<string, Route>, attempt: Attempt, options: RouteOptions): Handler {
  const plan: Plan = {
    routes,
    handlers: new Map([...routes.values()].map((route) => [route, handlersOf(route, attempt)])),
    health: options.health,
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
  };
  return (request, call) => routedCall(plan, request, call);
}

interface Plan {
  readonly routes: ReadonlyMap<string, Route>;
  readonly handlers: ReadonlyMap<Route, ReadonlyMap<Deployment, Handler>>;
  readonly health: HealthBook;
  readonly now: () => number;
  readonly random: () => number;
}

const handlersOf = (route: Route, attempt: Attempt): ReadonlyMap<Deployment, Handler> =>
  new Map(route.deployments.map((deployment) => [deployment, attempt(deployment, route)]));

interface Failure extends AttemptSummary {
  readonly error: GatewayError;
}

async function* routedCall({ routes, handlers, health, now, random }: Plan, request: ModelRequest, asked: Call): AsyncIterable<Chunk> {
  const route = routeNamed(asked.route, routes);
  checkOptions(request, route);
  const candidates = candidatesFor(request, route, routes);
  const spent: Spent = asked.spent ?? { attempts: 0, since: null };
  if (spent.attempts >= route.attempts) throw noneLeft(route);
  spent.since ??= now();
  const endsAt = Math.min(asked.deadlineMs, spent.since + route.totalMs);
  const deadline = endsAt < asked.deadlineMs ? withDeadline(asked.signal, endsAt - now(), () => tooLong(route)) : null;
  const call = deadline === null ? asked : { ...asked, signal: deadline.signal };
  const first = [...route.strategy(candidates, request, health.of)];
  const later: Later[] = [];
  const failures: Failure[] = [];
  const lanes: Lane[] = [];
  /** What no deployment could mend, told by one beside which another still ran. */
  let conclusive: GatewayError | null = null;

  function begin(deployment: Deployment): Lane | null {
    const handle = handlers.get(route)?.get(deployment);
    const trial = health.begin(deployment);
    if (trial === null || handle === undefined) {
      failures.push(restingFailure(deployment, health.closedInMs(deployment)));
      return null;
    }
    const lane = startLane(handle, request, call, { deployment, trial, now, mayLose: route.hedge !== null });
    lanes.push(lane);
    return lane;
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

  function failed(lane: Lane, othersRun: boolean): void {
    const { deployment, trial } = lane;
    const error = asGatewayError(lane.failure());
    const fault = faults.has(error.code) && !call.signal.aborted;
    if (fault) trial.failed(error.details.retryAfterMs);
    else trial.abandoned();
    if (call.signal.aborted) throw abortError(call.signal);
    const skipped = skips.has(error.code);
    if (!fault && !skipped) conclusive ??= error;
    if (conclusive !== null && !othersRun) throw conclusive;
    failures.push({ deployment: deployment.id, outcome: error.code, latencyMs: lane.tookMs(), error });
    if (skipped) return;
    spent.attempts += 1;
    const times = failures.filter((earlier) => earlier.deployment === deployment.id).length;
    if (fault && error.retryable) later.push({ deployment, at: now() + retryDelayMs(times, error.details.retryAfterMs, random) });
  }

  try {
    while (spent.attempts < route.attempts) {
      throwIfAborted(call.signal);
      const deployment = first.shift() ?? (await readyAgain(later, { endsAt, now, signal: call.signal }));
      if (deployment === null) break;
      const lane = begin(deployment);
      if (lane === null) continue;
      const winner = await firstToSpeak(lane, { hedgeAfterMs: route.hedge?.afterMs ?? null, another, failed });
      if (winner === null) continue;
      const losers = lanes.filter((other) => other !== winner && other.running());
      spent.attempts += losers.length;
      for (const loser of losers) void loser.leave();
      try {
        for (let chunk = await winner.next(); chunk !== null; chunk = await winner.next()) yield chunk;
      } catch (error) {
        const failure = asGatewayError(error);
        if (faults.has(failure.code) && !call.signal.aborted) winner.trial.failed(failure.details.retryAfterMs);
        throw failure;
      } finally {
        winner.trial.succeeded(winner.tookMs());
      }
      spent.attempts += 1;
      return;
    }
    throw allFailed(route, failures, later, now());
  } finally {
    for (const lane of lanes) {
      lane.trial.abandoned();
      if (lane.running()) await lane.leave();
    }
    deadline?.end();
  }
}

/** A deployment whose failure was one of the moment, and when it may be asked again. */
interface Later {
  readonly deployment: Deployment;
  readonly at: number;
}

/** Waits for the first that may be asked again; null when there is none, or none in time. */
async function readyAgain(
  later: Later[],
  { endsAt, now, signal }: { readonly endsAt: number; readonly now: () => number; readonly signal: AbortSignal },
): Promise<Deployment | null> {
  later.sort((a, b) => a.at - b.at);
  const [soonest] = later;
  if (soonest === undefined || soonest.at >= endsAt) return null;
  const waitMs = soonest.at - now();
  if (waitMs > 0) await sleep(waitMs, signal);
  later.shift();
  return soonest.deployment;
}

function restingFailure({ id }: Deployment, retryAfterMs: number): Failure {
  const error = new GatewayError('MODEL_UNAVAILABLE', 'It failed too often and is left alone for a while.', { retryAfterMs });
  return { deployment: id, outcome: error.code, latencyMs: 0, error };
}

function allFailed(route: Route, failures: readonly Failure[], later: readonly Later[], now: number): GatewayError {
  const attempts = failures.map(({ deployment, outcome, latencyMs }) => ({ deployment, outcome, latencyMs }));
  const errors = failures.map((failure) => failure.error);
  const [first] = errors;
  const same = first !== undefined && errors.every((error) => error.code === first.code);
  if (same && skips.has(first.code)) return first;
  const code = same && tellingFaults.has(first.code) ? first.code : 'MODEL_UNAVAILABLE';
  const waits = [...later.map(({ at }) => at - now), ...errors.flatMap(({ details }) => details.retryAfterMs ?? [])].filter((ms) => ms > 0);
  const message =
    errors.length === 1 && first?.code === code ? first.message : `None of the deployments of route "${route.name}" could answer.`;
  return new GatewayError(
    code,
    message,
    {
      attempts,
      phase: 'before-content',
      retryable: errors.some((error) => error.retryable),
      ...(waits.length === 0 ? {} : { retryAfterMs: Math.ceil(Math.min(...waits)) }),
    },
    { cause: errors.length === 1 ? (first?.cause ?? first) : errors },
  );
}

const noneLeft = (route: Route): GatewayError =>
  new GatewayError('MODEL_UNAVAILABLE', `Route "${route.name}" allows a call ${route.attempts} attempts, and all of them are used.`, {
    phase: 'before-content',
  });

const tooLong = (route: Route): GatewayError =>
  new GatewayError(
    'TIMEOUT',
    `Route "${route.name}" gives a call ${route.totalMs} ms, and it had not ended by then. A shorter answer would fit.`,
  );
