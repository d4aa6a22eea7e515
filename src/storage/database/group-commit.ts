/**
 * Commits many small transactions together: all transactions requested in one turn of the event loop run one after another
 * in one commit, so that a hundred concurrent calls do not pay for a hundred commits.
 *
 * When the database cannot begin a transaction, because it hangs or another process holds it, or cannot be used at all, every
 * request of the group is refused, and none of them runs later.
 */
import { GatewayError } from '../../core/errors.ts';
import type { Database, Statements } from './database.ts';
import { databaseIsHeld, isUnavailable } from './unavailable.ts';

/**
 * A piece of work may throw a GatewayError only before its first write; then it alone is refused. It runs a second time when another piece of the
 * group fails.
 */
export type Work<T> = (tx: Statements) => Promise<T>;
export type Commit = <T>(work: Work<T>) => Promise<T>;

/** A queue that moves needs microseconds, and a writer in another process needs milliseconds. The rest is a margin for a busy machine. */
const patienceMs = 1_000;

interface Asked {
  /** The result is kept until the commit. A refused commit rejects the promise. */
  readonly run: Work<void>;
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
}

export function groupCommit(database: Database): Commit {
  let asked: Asked[] = [];
  const together = async (group: readonly Asked[]): Promise<void> => {
    let state: 'waiting' | 'begun' | 'given up' = 'waiting';
    const begun = (): boolean => state === 'begun';
    const refuseAll = (error: unknown): void => {
      for (const { failed } of group) failed(error);
    };
    const patience = setTimeout(() => {
      if (state !== 'waiting') return;
      state = 'given up';
      refuseAll(databaseIsHeld(new Error(`The database let nobody write for ${patienceMs} ms.`)));
    }, patienceMs);
    try {
      await database.tx(async (tx) => {
        if (state === 'given up') return;
        state = 'begun';
        for (const { run } of group) await run(tx);
      });
      if (begun()) for (const { committed } of group) committed();
    } catch (error) {
      if (begun() && group.length > 1 && !isUnavailable(error)) for (const one of group) await together([one]);
      else refuseAll(error);
    } finally {
      clearTimeout(patience);
    }
  };
  const commitAll = (): void => {
    const group = asked;
    asked = [];
    void together(group);
  };
  return <T>(work: Work<T>) =>
    new Promise<T>((resolve, reject) => {
      let end = (): void => {};
      if (asked.length === 0) setImmediate(commitAll);
      asked.push({
        async run(tx) {
          try {
            const result = await work(tx);
            end = () => resolve(result);
          } catch (error) {
            if (!(error instanceof GatewayError)) throw error;
            end = () => reject(error);
          }
        },
        committed: () => end(),
        failed: reject,
      });
    });
}
