/**
 * Splits long work on the event loop into slices, between which other requests are served.
 *
 * Work is counted in its own units (characters, nodes, steps), not in milliseconds, so that a test can count the turns.
 */
import { throwIfAborted } from './abort.ts';

export interface Turns {
  /**
   * Counts work that has been done. Returns null while the slice has room, else a promise that resolves after other work
   * had its turn, and rejects with `abortError` when the signal has fired.
   *
   * ```ts
   * const wait = turns.spend(text.length);
   * if (wait !== null) await wait;
   * ```
   */
  spend(units: number): Promise<void> | null;
  /** How often other work had its turn. */
  taken(): number;
}

export interface TurnsOptions {
  /** Units of work in one slice: choose what takes 1 to 2 ms. */
  readonly unitsPerTurn: number;
  readonly signal?: AbortSignal;
}

/**
 * All long work of the process stands in one line, and in one round of the event loop one slice of it is worked on: ten long
 * prompts at once hold up a short request no longer than one does.
 */
const line: (() => void)[] = [];
let scheduled = false;

function nextSlice(): void {
  const goOn = line.shift();
  scheduled = line.length > 0;
  if (scheduled) setImmediate(nextSlice);
  goOn?.();
}

/** Resolves when it is this work's turn, for work whose slices have no units. */
export function waitInLine(): Promise<void> {
  return new Promise((resolve) => {
    line.push(resolve);
    if (scheduled) return;
    scheduled = true;
    setImmediate(nextSlice);
  });
}

export const turnsOf = (options: TurnsOptions): Turns => new TurnsOfWork(options);

/** A class, since each call has several: its methods are made once. */
class TurnsOfWork implements Turns {
  readonly #unitsPerTurn: number;
  readonly #signal: AbortSignal | undefined;
  #spent = 0;
  #taken = 0;

  constructor({ unitsPerTurn, signal }: TurnsOptions) {
    this.#unitsPerTurn = unitsPerTurn;
    this.#signal = signal;
  }

  spend(units: number): Promise<void> | null {
    this.#spent += units;
    if (this.#spent < this.#unitsPerTurn) return null;
    this.#spent = 0;
    this.#taken += 1;
    return this.#next();
  }

  taken(): number {
    return this.#taken;
  }

  async #next(): Promise<void> {
    await waitInLine();
    if (this.#signal !== undefined) throwIfAborted(this.#signal);
  }
}
