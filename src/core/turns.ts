/**
 * Long work on the event loop, in slices: other requests have their turn between two of them.
 *
 * Work is counted in units of its own (characters, nodes, steps), not in milliseconds, so that a test can count the turns.
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
  /** Units of work in one slice: choose what takes some 5 ms. */
  readonly unitsPerTurn: number;
  readonly signal?: AbortSignal;
}

export function turnsOf({ unitsPerTurn, signal }: TurnsOptions): Turns {
  let spent = 0;
  let taken = 0;
  return {
    spend(units) {
      spent += units;
      if (spent < unitsPerTurn) return null;
      spent = 0;
      taken += 1;
      return new Promise((resolve, reject) => {
        setImmediate(() => {
          try {
            if (signal !== undefined) throwIfAborted(signal);
            resolve();
          } catch (error) {
            reject(error);
          }
        });
      });
    },
    taken: () => taken,
  };
}
