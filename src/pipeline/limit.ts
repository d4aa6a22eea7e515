import type { Call, Handler, Principal, Step, WholeHandler } from '../core/call/call.ts';
import type { Limit } from '../core/call/hold.ts';
import { checkPermission, mayUse } from '../routing/fit.ts';
import type { Admission, AdmissionAtOnce, Limits } from '../storage/limits/limits.ts';
import { takeUntilAborted } from './abortable.ts';

/**
 * Lets a call in: its route must be the principal's to use, and its calls a minute and concurrency must have room. Once per call,
 * cache hits included; the slots are freed on every ending. Requests a minute are operations, counted where those are opened.
 * Throws FORBIDDEN, UNAUTHENTICATED, RATE_LIMITED or CONCURRENCY_LIMITED.
 */
export function limited(limits: Pick<Limits, 'admit' | 'admitAtOnce'>): Step {
  const ask = (of: readonly Limit[]): AdmissionAtOnce | Promise<Admission> => limits.admitAtOnce?.(of) ?? limits.admit(of);
  const admitted = (call: Call): AdmissionAtOnce | Promise<Admission> => {
    checkRoute(call);
    const admitting = ask(ofCalls(call.principal));
    return admitting instanceof Promise ? takeUntilAborted(admitting, call.signal, (taken) => taken.release()) : admitting;
  };
  return {
    stream(next) {
      const admitting: Handler = async function* (request, call) {
        const taking = admitted(call);
        const admission = taking instanceof Promise ? await taking : taking;
        try {
          yield* next(request, call);
        } finally {
          await release(admission);
        }
      };
      return (request, call) => (isFree(call) ? next(request, call) : admitting(request, call));
    },
    whole(next) {
      const admitting: WholeHandler = async (request, call) => {
        const taking = admitted(call);
        const admission = taking instanceof Promise ? await taking : taking;
        try {
          return await next(request, call);
        } finally {
          if ('free' in admission) admission.free();
          else await release(admission);
        }
      };
      return (request, call) => (isFree(call) ? next(request, call) : admitting(request, call));
    },
  };
}

/** Slots are leases: one that cannot be given back now expires by itself. */
const release = async (admission: Admission | AdmissionAtOnce): Promise<void> => {
  if ('free' in admission) admission.free();
  else await admission.release().catch(() => {});
};

const isFree = ({ principal, route }: Call): boolean => mayUse(principal, route) && ofCalls(principal).length === 0;

const limitsOfCalls = new WeakMap<Principal, readonly Limit[]>();

/** The same list each time, so that a store may know it again. */
function ofCalls(principal: Principal): readonly Limit[] {
  const known = limitsOfCalls.get(principal);
  if (known !== undefined) return known;
  const limits = principal.limits.filter(({ kind }) => kind === 'calls' || kind === 'concurrency');
  limitsOfCalls.set(principal, limits);
  return limits;
}

function checkRoute({ principal, route }: Call): void {
  checkPermission(principal, route, `Routes that you may use: ${principal.routes?.join(', ') || 'none'}.`);
}
