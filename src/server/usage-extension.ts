import type { ExecutionResult } from 'graphql';
import type { OperationUsage } from '../operations/usage.ts';
import { keepCursor } from './document/event-cursor.ts';

/**
 * Puts `extensions.usage` on a result when calls have been settled since the last one that carried it: so a query has it
 * at once, and a stream on its terminal event. Of incremental results, only the last may carry it.
 */
export function usageAttacher(usage: OperationUsage): (result: ExecutionResult) => ExecutionResult {
  return (result) => {
    if ('hasNext' in result && result.hasNext === true) return result;
    const extension = usage.extension();
    if (extension === null) return result;
    return keepCursor(result, { ...result, extensions: { ...result.extensions, usage: extension } });
  };
}
