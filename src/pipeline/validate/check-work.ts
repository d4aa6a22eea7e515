/**
 * Counts the work of checking one answer: it runs in slices, so that other requests are served, and up to a maximum.
 *
 * Tasks are generators that yield the tasks they wait for. They are kept in a list instead of on the stack, so that neither
 * a deep answer nor a long chain of references overflows the stack.
 */

import { GatewayError } from '../../core/errors.ts';
import { throwIfAborted } from '../../core/turns/abort.ts';
import { turnsOf } from '../../core/turns/turns.ts';
import { type Matcher, matcherOf, type Pattern } from './schema/schema-pattern.ts';

/** Returns whether the value fits. Yields a task to be told what it returns, and null to let others have their turn. */
export type Task = Generator<Task | null, boolean, boolean>;

export interface CheckWork {
  /** Counts steps before they are made. Throws INVALID_OUTPUT beyond the maximum. */
  spend(steps: number): void;
  /** Whether the slice is used up: a loop then yields null. */
  isDue(): boolean;
  /** Whether the text matches. Throws INVALID_OUTPUT for a text that is too long for the pattern. */
  matches(pattern: Pattern, text: string): boolean;
  run(task: Task): Promise<boolean>;
  steps(): number;
  /** How often others had their turn. */
  turns(): number;
}

export interface WorkBounds {
  readonly maxSteps: number;
  readonly maxMs: number;
  readonly signal: AbortSignal;
}

/** A step takes about half a microsecond: some 2 ms. */
const stepsPerTurn = 4_000;
/** Tasks inside each other, some 300 bytes each. */
const maxTasks = 20_000;
/** Characters times instructions of one match, which cannot be interrupted: up to 80 ns each, where every character makes a state of the automaton. */
export const maxMatchUnits = 300_000;
const matchUnitsPerStep = 16;
const stepsPerInstruction = 6;

export function checkWork({ maxSteps, maxMs, signal }: WorkBounds): CheckWork {
  const turns = turnsOf({ unitsPerTurn: stepsPerTurn, signal });
  const matchers = new Map<string, Matcher>();
  let spentMs = 0;
  let steps = 0;
  let unturned = 0;
  const spend = (amount: number): void => {
    steps += amount;
    unturned += amount;
    if (steps > maxSteps) throw tooMuch('A smaller answer, or a schema with fewer alternatives, would be accepted.');
  };
  const matcherFor = (pattern: Pattern): Matcher => {
    const known = matchers.get(pattern.source);
    if (known !== undefined) return known;
    spend(pattern.size.weight * stepsPerInstruction);
    const fresh = matcherOf(pattern);
    matchers.set(pattern.source, fresh);
    return fresh;
  };
  return {
    spend,
    isDue: () => unturned >= stepsPerTurn,
    matches(pattern, text) {
      const { instructions, longestText } = pattern.size;
      // A code point has at most two units.
      if (text.length > 2 * longestText) return false;
      const units = text.length * instructions;
      if (units > maxMatchUnits) {
        const max = Math.floor(maxMatchUnits / instructions);
        throw tooMuch(
          `A text of up to ${max} characters would be matched with the pattern ${JSON.stringify(pattern.source.slice(0, 80))}, and a maxLength below that tells the model so.`,
        );
      }
      spend(1 + Math.ceil(units / matchUnitsPerStep));
      return matcherFor(pattern)(text);
    },
    async run(first) {
      const tasks: Task[] = [first];
      const beganMs = performance.now();
      let fits = true;
      for (let task = tasks.at(-1); task !== undefined; task = tasks.at(-1)) {
        const { done, value } = task.next(fits);
        if (done === true) {
          tasks.pop();
          fits = value;
        } else if (value !== null) {
          tasks.push(value);
          if (tasks.length > maxTasks) throw tooMuch('An answer that is nested less deep would be accepted.');
        }
        if (unturned < stepsPerTurn) continue;
        const turn = turns.spend(unturned);
        unturned = 0;
        if (turn !== null) await turn;
        if (spentMs + performance.now() - beganMs > maxMs) throw tooMuch('A smaller answer would be accepted.');
      }
      throwIfAborted(signal);
      spentMs += performance.now() - beganMs;
      // What RE2 keeps while it matches is not kept while an answer goes on growing.
      matchers.clear();
      return fits;
    },
    steps: () => steps,
    turns: () => turns.taken(),
  };
}

const tooMuch = (accepted: string): GatewayError =>
  new GatewayError('INVALID_OUTPUT', `Checking the model's answer against the schema takes more work than one answer may. ${accepted}`, {
    issues: [{ path: '', message: 'takes too much work to check' }],
  });
