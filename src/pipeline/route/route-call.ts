/**
 * The route step: tries deployments in the order of the strategy until one answers.
 *
 * With hedging, a second deployment is asked when the first has sent nothing in time. The first of the two to send content
 * wins; the other is aborted and settled. An answer that breaks off is started again at another deployment while nothing of
 * it was shown (`Call.shown`). After that, nothing is retried, because the reader would get two answers in one.
 *
 * The rules of attempts, retries and failures are in `course.ts`.
 */

import type { Batch } from '../../core/batch.ts';
import type { Call, Handler, Handlers } from '../../core/call/call.ts';
import type { Answer } from '../../core/call/collect-answer.ts';
import { asGatewayError, type GatewayError } from '../../core/errors.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import { wasShown } from '../../core/restart.ts';
import type { HealthBook } from '../../routing/health.ts';
import type { Deployment, Route } from '../../routing/route.ts';
import { type Lane, startLane, startWholeLane } from './attempt.ts';
import { type CourseParts, openCourse } from './course.ts';
import type { KnownRoutes } from './eligible.ts';

/** How one deployment of a route is asked. */
export interface Attempt extends Handlers {
  /** Whether the vendor is to be asked for a whole answer; else a stream is read to its end. */
  asksWhole(request: ModelRequest, call: Call): boolean;
}

export interface RouteOptions {
  readonly health: HealthBook;
  readonly monotonicMs?: () => number;
  readonly random?: () => number;
}

export function routed(
  known: KnownRoutes,
  attempt: (deployment: Deployment, route: Route) => Attempt,
  { health, monotonicMs = () => performance.now(), random = Math.random }: RouteOptions,
): Handlers {
  const attempts = new Map([...known.routes.values()].map((route) => [route.name, attemptsOf(route, attempt)]));
  const attemptAt = (route: Route, deployment: Deployment): Attempt => {
    const found = attempts.get(route.name)?.get(deployment);
    if (found === undefined) throw new Error(`Route "${route.name}" has no handler for ${deployment.id}.`);
    return found;
  };
  const parts = { ...known, health, monotonicMs, random };
  const streams: CourseParts = {
    ...parts,
    startLane: (route, request, call, lane) => startLane(attemptAt(route, lane.deployment).stream, request, call, lane),
  };
  const answers: CourseParts = {
    ...parts,
    startLane(route, request, call, lane) {
      const { stream, whole, asksWhole } = attemptAt(route, lane.deployment);
      return asksWhole(request, call) ? startWholeLane(whole, request, call, lane) : startLane(stream, request, call, lane);
    },
  };
  return {
    stream: (request, call) => routedStream(streams, request, call),
    whole: (request, call) => routedAnswer(answers, request, call),
  };
}

const attemptsOf = (route: Route, attempt: (deployment: Deployment, route: Route) => Attempt): ReadonlyMap<Deployment, Attempt> =>
  new Map(route.deployments.map((deployment) => [deployment, attempt(deployment, route)]));

async function* routedStream(parts: CourseParts, request: ModelRequest, call: Call): ReturnType<Handler> {
  const opening = openCourse(parts, request, call);
  const course = opening instanceof Promise ? await opening : opening;
  /** Why the answer that was begun broke off, until another one takes its place. */
  let brokenOff: GatewayError | null = null;
  try {
    for (;;) {
      const winner = await course.winner();
      if (brokenOff !== null) {
        if (wasShown(call)) throw brokenOff;
        yield [{ type: 'restart', reason: brokenOff }];
      }
      if (yield* answerOf(winner)) {
        course.answered(winner);
        return;
      }
      brokenOff = asGatewayError(winner.failure());
      if (wasShown(call)) {
        course.count(winner);
        throw brokenOff;
      }
      course.brokeOff(winner);
    }
  } finally {
    const ending = course.end();
    if (ending !== null) await ending;
  }
}

/** Nobody is shown anything of an answer that breaks off. */
async function routedAnswer(parts: CourseParts, request: ModelRequest, call: Call): Promise<Answer> {
  const opening = openCourse(parts, request, call);
  const course = opening instanceof Promise ? await opening : opening;
  try {
    for (;;) {
      const winner = await course.winner();
      const saying = winner.whole();
      const answer = saying instanceof Promise ? await saying.catch(() => null) : saying;
      if (answer !== null) {
        course.answered(winner);
        return answer;
      }
      course.brokeOff(winner);
    }
  } finally {
    const ending = course.end();
    if (ending !== null) await ending;
  }
}

/** Whether the lane's answer came to its end. One that is left before has gone well as far as it went. */
async function* answerOf(lane: Lane): AsyncGenerator<Batch, boolean> {
  try {
    for (let batch = await lane.next(); batch !== null; batch = await lane.next()) yield batch;
    return true;
  } catch {
    return false;
  } finally {
    if (lane.failure() === null) lane.trial.succeeded();
  }
}
