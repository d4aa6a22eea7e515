import type { Call, Handler, Step, WholeHandler } from '../core/call/call.ts';
import type { Limit } from '../core/call/hold.ts';
import { checkPermission, mayUse } from '../routing/fit.ts';
import type { Limits } from '../storage/limits/limits.ts';
import { takeUntilAborted } from './abortable.ts';

/**
 * Lets a call in: its route must be the principal's to use, and its calls a minute and concurrency must have room. Once per call,
 * cache hits included; the slots are freed on every ending. Requests a minute are operations, counted where those are opened.
 * Throws FORBIDDEN, UNAUTHENTICATED, RATE_LIMITED or CONCURRENCY_LIMITED.
 */
export function limited(limits: Pick<Limits, 'admit'>): Step {
  const admitted = (call: Call): Promise<Admission> => {
    checkRoute(call);
    return takeUntilAborted(limits.admit(ofCalls(call)), call.signal, (taken) => taken.release());
  };
  // Slots are leases: one that cannot be given back now expires by itself.
  const release = (admission: Admission): Promise<void> => admission.release().catch(() => {});
  return {
    stream(next) {
      const admitting: Handler = async function* (request, call) {
        const admission = await admitted(call);
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
        const admission = await admitted(call);
        try {
          return await next(request, call);
        } finally {
          await release(admission);
        }
      };
      return (request, call) => (isFree(call) ? next(request, call) : admitting(request, call));
    },
  };
}

type Admission = Awaited<ReturnType<Limits['admit']>>;

const isFree = (call: Call): boolean => mayUse(call.principal, call.route) && ofCalls(call).length === 0;

const ofCalls = ({ principal }: Call): readonly Limit[] =>
  principal.limits.filter(({ kind }) => kind === 'calls' || kind === 'concurrency');

function checkRoute({ principal, route }: Call): void {
  checkPermission(principal, route, `Routes that you may use: ${principal.routes?.join(', ') || 'none'}.`);
}
