/**
 * Runs a strategy that an operator wrote so that a fault of it costs no call: the deployments are then tried as configured, and the
 * operator is told.
 */
import type { Strategy } from './route.ts';

/** `onFault`: told what the strategy did, and what it threw. */
export function checkStrategy(strategy: Strategy, onFault: (what: string, cause?: unknown) => void): Strategy {
  return (deployments, request, health) => {
    try {
      // A copy: it may sort what it is given.
      const order: unknown = strategy([...deployments], request, health);
      // What an asynchronous one rejects with would end the process.
      if (order instanceof Promise) order.catch(() => {});
      if (!Array.isArray(order)) onFault('it did not return a list of deployments');
      else if (order.length === 0) onFault('it returned no deployment');
      else if (!order.every((one) => deployments.includes(one))) onFault('it returned a deployment that it was not given');
      else return [...new Set(order)];
    } catch (error) {
      onFault('it threw', error);
    }
    return deployments;
  };
}
