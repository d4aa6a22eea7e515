/**
 * The path of every AI call, outermost step first. Every door uses this path.
 *
 * Order is policy. The lease is outermost: it ends nothing itself, it fires the call's signal. The meter surrounds
 * everything that can fail, so that every ending becomes ledger rows. Limits count a call once, cache hits included.
 * Guardrails are outside the cache: cached answers are checked by today's rules, and the cache key is computed from masked
 * text. The cache is outside validation, so that it stores only valid answers. Validation is outside the route, because a
 * repair is a new attempt that may use any deployment. The budget is innermost, around each attempt, because only there are
 * the price and the maximum that is really sent known.
 */
import type { CallWatch, Handlers, Step } from '../core/call/call.ts';
import type { Leases } from '../core/call/lease.ts';
import { throughSteps } from '../core/call/step.ts';
import { monotonicMs as monotonic } from '../core/turns/monotonic.ts';
import type { HealthBook } from '../routing/health.ts';
import { outputRates } from '../routing/output-rates.ts';
import type { Route } from '../routing/route.ts';
import { type RouteFor, unruled } from '../routing/routing-rules.ts';
import type { Ledger } from '../storage/ledger/ledger.ts';
import type { Limits } from '../storage/limits/limits.ts';
import type { Log } from '../telemetry/log.ts';
import { cached } from './cache/cache.ts';
import type { AnswerStore } from './cache/cache-store.ts';
import type { AnswerMemory } from './cache/kept-answers.ts';
import { limited, maxTokensOn } from './limit.ts';
import { metered } from './meter.ts';
import { leased } from './permission-lease.ts';
import { budgeted } from './route/budget.ts';
import { routed } from './route/route-call.ts';
import { sent } from './route/send.ts';

export interface PipelineParts {
  readonly routes: ReadonlyMap<string, Route>;
  /** What the rules of the operator leave of a route. Default: there are none. */
  readonly routeFor?: RouteFor;
  readonly ledger: Pick<Ledger, 'append' | 'writable'>;
  readonly limits: Pick<Limits, 'admit' | 'admitAtOnce'>;
  readonly leases: Leases;
  /** The steps of `guard.ts` and `validate.ts`. */
  readonly guard: Step;
  readonly validate: Step;
  /** The store of kept answers: the memory of this process, or a store of the operator's. */
  readonly cache: AnswerStore | AnswerMemory;
  readonly health: HealthBook;
  /** Default: nobody watches the calls that run. */
  readonly watch?: CallWatch;
  readonly log: Log;
  readonly now?: () => number;
  /** A clock that never jumps, for durations and times to wait. */
  readonly monotonicMs?: () => number;
  readonly random?: () => number;
}

export function pipeline(parts: PipelineParts): Handlers {
  const { routes, ledger, limits, leases, guard, validate, cache, health, log } = parts;
  const { now = Date.now, monotonicMs = monotonic, random = Math.random } = parts;
  const { routeFor = unruled(routes), watch } = parts;
  const rates = outputRates();
  const steps: readonly Step[] = [
    leased(leases), //                                    0. lets the call's signal fire when its key is revoked or expires
    metered({ ledger, log, now, monotonicMs, ...(watch === undefined ? {} : { watch }) }), // 1. opens the tally; writes the rows, whatever the ending
    limited(limits, maxTokensOn(routeFor)), //            2. may this principal use the route, and is there room?
    guard, //                                             3. checks and masks the prompt; on the way back, the answer
    cached({ store: cache, routeFor, log, validate, now, monotonicMs }), // 4. replays a kept answer, or joins an equal call in flight
    validate, //                                          5. structured output against its schema, repaired once
  ];
  const answered = routed(
    { routes, routeFor }, //                              6. one deployment after the other, until one has spoken
    (deployment, route) => {
      const provider = sent(deployment, route, rates); //        8. the provider: one request, one upstream call
      const budget = budgeted(deployment, { now, monotonicMs, log, rates }); // 7. draws the most it can cost, settles what it did
      return { ...throughSteps([budget], provider), asksWhole: provider.asksWhole };
    },
    { health, random, monotonicMs },
  );
  return throughSteps(steps, answered);
}
