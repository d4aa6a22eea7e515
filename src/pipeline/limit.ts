import type { Call, Handler, Principal, Step, WholeHandler } from '../core/call/call.ts';
import type { Limit } from '../core/call/hold.ts';
import { totalTokensOf } from '../core/money.ts';
import type { ModelRequest } from '../core/request/request.ts';
import { checkPermission, inputEstimateOf, mayUse, outputTokensToAsk } from '../routing/fit.ts';
import type { RouteFor, RuledCall } from '../routing/routing-rules.ts';
import type { Admission, AdmissionAtOnce, Limits } from '../storage/limits/limits.ts';
import { takeUntilAborted } from './abortable.ts';

/**
 * Lets a call in: its route must be the principal's to use, and its calls and tokens a minute and its concurrency must have room. Once per
 * call, cache hits included; the slots are freed on every ending, and tokens that were not used go back. Requests a minute are
 * operations, counted where those are opened. Throws FORBIDDEN, UNAUTHENTICATED, RATE_LIMITED, CONCURRENCY_LIMITED, and BUDGET_EXCEEDED
 * for a quota.
 *
 * `maxTokensOf`: what a call can use at most, input and output together.
 */
export function limited(limits: Pick<Limits, 'admit' | 'admitAtOnce'>, maxTokensOf: MaxTokensOf): Step {
  const ask = (of: readonly Limit[], tokens: number): AdmissionAtOnce | Promise<Admission> =>
    limits.admitAtOnce?.(of, tokens) ?? limits.admit(of, tokens);
  const admitted = (call: Call, tokens: number): AdmissionAtOnce | Promise<Admission> => {
    checkRoute(call);
    const admitting = ask(callLimitsOf(call).limits, tokens);
    return admitting instanceof Promise ? takeUntilAborted(admitting, call.signal, (taken) => taken.release(0)) : admitting;
  };
  return {
    stream(next) {
      const admitting: Handler = async function* (request, call) {
        const count = tokenCount(request, call, maxTokensOf);
        const taking = admitted(call, count.max);
        const admission = taking instanceof Promise ? await taking : taking;
        try {
          yield* next(request, count.call);
        } finally {
          await release(admission, count.used());
        }
      };
      return (request, call) => (isFree(call) ? next(request, call) : admitting(request, call));
    },
    whole(next) {
      const admitting: WholeHandler = async (request, call) => {
        const count = tokenCount(request, call, maxTokensOf);
        const taking = admitted(call, count.max);
        const admission = taking instanceof Promise ? await taking : taking;
        try {
          return await next(request, count.call);
        } finally {
          if ('free' in admission) admission.free(count.used());
          else await release(admission, count.used());
        }
      };
      return (request, call) => (isFree(call) ? next(request, call) : admitting(request, call));
    },
  };
}

export type MaxTokensOf = (request: ModelRequest, call: RuledCall) => number;

/** Slots are leases: one that cannot be given back now expires by itself. */
const release = async (admission: Admission | AdmissionAtOnce, usedTokens: number): Promise<void> => {
  if ('free' in admission) admission.free(usedTokens);
  else await admission.release(usedTokens).catch(() => {});
};

interface TokenCount {
  /** The maximum number of tokens that the call can use. 0 where no limit counts tokens. */
  readonly max: number;
  readonly call: Call;
  /** The tokens that its attempts have used. */
  used(): number;
}

/** Attempts tell what they used, or an estimate of it: a hit of the cache uses none, a call that was retried uses more than once. */
function tokenCount(request: ModelRequest, call: Call, maxTokensOf: MaxTokensOf): TokenCount {
  if (!callLimitsOf(call).countTokens) return { max: 0, call, used: () => 0 };
  let used = 0;
  const report: Call['report'] = (fact) => {
    if (fact.type === 'attempt' && fact.usage !== null) used += totalTokensOf(fact.usage);
    call.report(fact);
  };
  return { max: maxTokensOf(request, call), call: { ...call, report }, used: () => used };
}

/** Of the most that any deployment of the route may be asked for. */
export const maxTokensOn =
  (routeFor: RouteFor): MaxTokensOf =>
  (request, call) => {
    let output = 0;
    for (const deployment of routeFor(call)?.deployments ?? []) output = Math.max(output, outputTokensToAsk(request, deployment));
    return inputEstimateOf(request).total + output;
  };

const isFree = (call: Call): boolean => mayUse(call.principal, call.route) && callLimitsOf(call).limits.length === 0;

interface CallLimits {
  readonly limits: readonly Limit[];
  /** Whether one of the limits counts tokens. */
  readonly countTokens: boolean;
}

/** Turns are operations, and are counted where those are opened. */
const isOfCalls = (limit: Limit): boolean =>
  limit.kind === 'calls' || limit.kind === 'tokens' || limit.kind === 'concurrency' || (limit.kind === 'quota' && limit.of !== 'turns');

const limitsOfPrincipal = new WeakMap<Principal, CallLimits>();
/** Limits of a call, by its principal and the limits of its fields. */
const limitsOfBoth = new WeakMap<Principal, WeakMap<readonly Limit[], CallLimits>>();

/** Returns the same list each time, so that a store can recognise it. */
function callLimitsOf({ principal, fieldLimits }: Pick<Call, 'principal' | 'fieldLimits'>): CallLimits {
  const known = fieldLimits === undefined ? limitsOfPrincipal.get(principal) : limitsOfBoth.get(principal)?.get(fieldLimits);
  if (known !== undefined) return known;
  const limits = [...principal.limits, ...(fieldLimits ?? [])].filter(isOfCalls);
  const found = {
    limits,
    countTokens: limits.some((limit) => limit.kind === 'tokens' || (limit.kind === 'quota' && limit.of === 'tokens')),
  };
  if (fieldLimits === undefined) limitsOfPrincipal.set(principal, found);
  else {
    const ofPrincipal = limitsOfBoth.get(principal) ?? new WeakMap<readonly Limit[], CallLimits>();
    limitsOfBoth.set(principal, ofPrincipal.set(fieldLimits, found));
  }
  return found;
}

function checkRoute({ principal, route }: Call): void {
  checkPermission(principal, route, `Routes that you may use: ${principal.routes?.join(', ') || 'none'}.`);
}
