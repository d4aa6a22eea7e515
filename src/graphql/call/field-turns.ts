/**
 * Reads the long inputs of one operation's fields in turns of the event loop: thirty aliases of one large input are thirty
 * times the work, and other requests are served in between. Short inputs are read at once.
 */
import { turnIfLarge } from '../../core/turns/large-value.ts';
import { type Turns, turnsOf, waitInLine } from '../../core/turns/turns.ts';
import type { OperationUsage } from '../../operations/usage.ts';

interface Reading {
  readonly turns: Turns;
  wait: Promise<void> | null;
}

/** Input tokens of one turn. A field with this many tokens takes about 5 ms of work before its call is sent. */
const inputTokensPerTurn = 8_192;

/**
 * `operation`: an object that all fields of one operation share. `input`: the value that is read; an input with many members waits for a turn
 * first, because it has just been coerced. `work` returns how many input tokens it has read.
 */
export function inFieldTurn<T extends { readonly inputTokens: number }>(
  operation: Pick<OperationUsage, 'reading'>,
  input: object,
  work: () => T | Promise<T>,
): T | Promise<T> {
  const turn = turnIfLarge(input);
  const reading = (operation.reading as Reading | null) ?? { turns: turnsOf({ unitsPerTurn: inputTokensPerTurn }), wait: null };
  operation.reading = reading;
  return turn === null && reading.wait === null ? readNow(reading, false, work) : readLater(reading, turn, work);
}

async function readLater<T extends { readonly inputTokens: number }>(
  reading: Reading,
  turn: Promise<void> | null,
  work: () => T | Promise<T>,
): Promise<T> {
  if (turn !== null) await turn;
  while (reading.wait !== null) await reading.wait;
  return readNow(reading, turn !== null, work);
}

function readNow<T extends { readonly inputTokens: number }>(
  reading: Reading,
  isLarge: boolean,
  work: () => T | Promise<T>,
): T | Promise<T> {
  /** Called before the waiting fields continue, because the first of them may make the others wait again. */
  const hasOthersWait = (wait: Promise<void>): void => {
    reading.wait = wait.then(() => {
      reading.wait = null;
    });
  };
  try {
    const done = work();
    // Work that takes turns by itself makes the other fields wait until it is done.
    const wait = done instanceof Promise ? done.then(waitInLine, waitInLine) : reading.turns.spend(done.inputTokens);
    if (wait !== null) hasOthersWait(wait);
    return done;
  } catch (error) {
    // A refused input has been read too, so it counts.
    if (isLarge) hasOthersWait(waitInLine());
    throw error;
  }
}
