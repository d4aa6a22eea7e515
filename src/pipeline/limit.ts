import type { Call, Step } from '../core/call.ts';
import { GatewayError } from '../core/errors.ts';
import type { Limits } from '../storage/limits.ts';
import { takenUntilAborted } from './abortable.ts';

/**
 * Lets a call in: its route must be the principal's to use, and its rates and concurrency must have room. Once per call,
 * cache hits included; the slots are freed on every ending. Throws FORBIDDEN, RATE_LIMITED or CONCURRENCY_LIMITED.
 */
export function limited(limits: Pick<Limits, 'admit'>): Step {
  return (next) =>
    async function* limitedCall(request, call) {
      checkRoute(call);
      const countable = call.principal.limits.some((limit) => limit.kind !== 'budget');
      if (!countable) {
        yield* next(request, call);
        return;
      }
      const admission = await takenUntilAborted(limits.admit(call.principal.limits), call.signal, (taken) => taken.release());
      try {
        yield* next(request, call);
      } finally {
        // Slots are leases: one that cannot be given back now expires by itself.
        await admission.release().catch(() => {});
      }
    };
}

function checkRoute({ principal, route }: Call): void {
  if (principal.routes === null || principal.routes.includes(route)) return;
  const allowed = principal.routes.length === 0 ? 'none' : principal.routes.join(', ');
  throw new GatewayError('FORBIDDEN', `You may not use route "${route}". Routes that you may use: ${allowed}.`);
}
