/**
 * Remembers the answers that one operation already received.
 *
 * A later stage of the same operation that asks the same question gets the same answer without a second model call, also on
 * routes that store nothing. Only calls with `onceInOperation` take part, and only until the deadline of the first call: a
 * long subscription asks again. The entries end with the operation.
 */
import { LRUCache } from 'lru-cache';
import type { Call } from '../../core/call/call.ts';
import type { KeptAnswer } from './kept-answer.ts';

/** Maximum of one operation. The oldest answer is forgotten first. */
const maxAnswers = 1_024;

interface ToldAnswer {
  readonly answer: KeptAnswer;
  readonly untilMs: number;
}

export interface ToldAnswers {
  to(call: Call, key: string): KeptAnswer | null;
  add(call: Call, key: string, answer: KeptAnswer): void;
}

export function operationAnswers(monotonicMs: () => number): ToldAnswers {
  const ofOperations = new WeakMap<Call['operation'], LRUCache<string, ToldAnswer>>();
  return {
    to({ operation, onceInOperation = false }, key) {
      const told = onceInOperation ? ofOperations.get(operation)?.peek(key) : undefined;
      return told === undefined || told.untilMs < monotonicMs() ? null : told.answer;
    },
    add({ operation, onceInOperation = false, deadlineMs }, key, answer) {
      if (!onceInOperation) return;
      // The bound is a size and not a number: for a number, the cache would reserve all places at once, in each operation.
      const told = ofOperations.get(operation) ?? new LRUCache({ maxSize: maxAnswers, sizeCalculation: () => 1 });
      ofOperations.set(operation, told);
      told.set(key, { answer, untilMs: deadlineMs });
    },
  };
}
