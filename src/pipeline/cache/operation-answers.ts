/**
 * What operations have been told already: an operation that asks the same again, at a later stage of it, is not told anew at a
 * price, also on routes that keep nothing. Only calls that say so (`onceInOperation`), within their own time: a subscription
 * that lasts for hours asks afresh. Gone with the operation.
 */
import type { Call } from '../../core/call/call.ts';
import type { Answer } from './kept-answer.ts';

/** Of one operation; the oldest is forgotten first. */
const maxAnswers = 1_024;

export interface ToldAnswers {
  to(call: Call, key: string): Answer | null;
  add(call: Call, key: string, answer: Answer): void;
}

export function toldAnswers(now: () => number): ToldAnswers {
  const ofOperations = new WeakMap<Call['operation'], Map<string, { readonly answer: Answer; readonly untilMs: number }>>();
  return {
    to({ operation, onceInOperation = false }, key) {
      const told = onceInOperation ? ofOperations.get(operation)?.get(key) : undefined;
      return told === undefined || told.untilMs < now() ? null : told.answer;
    },
    add({ operation, onceInOperation = false, deadlineMs }, key, answer) {
      if (!onceInOperation) return;
      const told = ofOperations.get(operation) ?? new Map();
      ofOperations.set(operation, told);
      told.delete(key);
      told.set(key, { answer, untilMs: deadlineMs });
      const [oldest] = told.keys();
      if (told.size > maxAnswers && oldest !== undefined) told.delete(oldest);
    },
  };
}
