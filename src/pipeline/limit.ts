import type { Call, Handler, Step } from '../core/call/call.ts';
import type { Limit } from '../core/call/hold.ts';
import { streamStep } from '../core/call/step.ts';
import { checkPermission, mayUse } from '../routing/fit.ts';
import type { Limits } from '../storage/limits/limits.ts';
import { takenUntilAborted } from './abortable.ts';

/**
 * Lets a call in: its route must be the principal's to use, and its calls a minute and concurrency must have room. Once per call,
 * cache hits included; the slots are freed on every ending. Requests a minute are operations, counted where those are opened.
 * Throws FORBIDDEN, UNAUTHENTICATED, RATE_LIMITED or CONCURRENCY_LIMITED.
 */
export function limited(limits: Pick<Limits, 'admit'>): Step {
  return streamStep((next) => {
    const admitted: Handler = async function* (request, call) {
      checkRoute(call);
      const admission = await takenUntilAborted(limits.admit(ofCalls(call)), call.signal, (taken) => taken.release());
      try {
        yield* next(request, call);
      } finally {
        // Slots are leases: one that cannot be given back now expires by itself.
        await admission.release().catch(() => {});
      }
    };
    return (request, call) => (mayAsk(call) && !isCounted(call) ? next(request, call) : admitted(request, call));
  });
}

const ofCalls = ({ principal }: Call): readonly Limit[] =>
  principal.limits.filter(({ kind }) => kind === 'calls' || kind === 'concurrency');

const isCounted = (call: Call): boolean => ofCalls(call).length > 0;

const mayAsk = ({ principal, route }: Call): boolean => mayUse(principal, route);

function checkRoute({ principal, route }: Call): void {
  checkPermission(principal, route, `Routes that you may use: ${principal.routes?.join(', ') || 'none'}.`);
}
