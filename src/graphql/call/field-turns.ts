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

/** Input tokens of one turn: a field with this many takes some 5 ms, with all that is done before it is sent. */
const inputTokensPerTurn = 8_192;

/**
 * `operation`: what all fields of one operation share. `input`: what is read; one of many members waits for a turn, since
 * it has just been coerced. `work` says how many input
 * tokens it has read.
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
  /** Before those that wait for it go on: the first of them may make the others wait again. */
  const hasOthersWait = (wait: Promise<void>): void => {
    reading.wait = wait.then(() => {
      reading.wait = null;
    });
  };
  try {
    const done = work();
    // Work that takes turns by itself makes the others wait until it is done.
    const wait = done instanceof Promise ? done.then(waitInLine, waitInLine) : reading.turns.spend(done.inputTokens);
    if (wait !== null) hasOthersWait(wait);
    return done;
  } catch (error) {
    // An input that is refused has been read, too.
    if (isLarge) hasOthersWait(waitInLine());
    throw error;
  }
}
