import type { Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import type { RunningOperation } from '../operation.ts';

/** The operations of one WebSocket. */
export interface OperationTable {
  /** Throws CONCURRENCY_LIMITED. */
  add(id: string, start: () => RunningOperation): RunningOperation;
  /** The operation added since it was last asked; null if none. */
  takeAdded(): RunningOperation | null;
  finished(operation: RunningOperation): void;
  /** Stops the operation that an incoming `complete` message names. graphql-ws itself tells only iterators, and only later. */
  noteComplete(message: string, reason: () => GatewayError): void;
  stopAll(reason: GatewayError): void;
  /** The caller has shown other credentials. */
  renewAll(principal: Principal): void;
  size(): number;
}

/** A `complete` message is an id and 28 bytes more; anything longer need not be parsed twice. */
const longestComplete = 1_000;

export function operationTable(most: number): OperationTable {
  const running = new Map<RunningOperation, string>();
  let added: RunningOperation | null = null;
  return {
    add(id, start) {
      if (running.size >= most) {
        throw new GatewayError(
          'CONCURRENCY_LIMITED',
          `${running.size} operations run on this WebSocket, the most it may have. Complete one, or open another.`,
          {
            limit: 'socketOperations',
          },
        );
      }
      const operation = start();
      running.set(operation, id);
      added = operation;
      return operation;
    },
    takeAdded() {
      const taken = added;
      added = null;
      return taken;
    },
    finished(operation) {
      running.delete(operation);
      operation.finished();
    },
    noteComplete(message, reason) {
      const id = message.length < longestComplete && message.includes('"complete"') ? completedId(message) : null;
      if (id === null) return;
      for (const [operation, its] of running) if (its === id) operation.stop(reason());
    },
    stopAll(reason) {
      for (const operation of running.keys()) operation.stop(reason);
    },
    renewAll(principal) {
      for (const operation of running.keys()) operation.renew(principal);
    },
    size: () => running.size,
  };
}

function completedId(message: string): string | null {
  try {
    const data: unknown = JSON.parse(message);
    if (typeof data !== 'object' || data === null || !('type' in data) || data.type !== 'complete' || !('id' in data)) return null;
    return typeof data.id === 'string' ? data.id : null;
  } catch {
    return null;
  }
}
