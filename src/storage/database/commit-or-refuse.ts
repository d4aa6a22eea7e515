/** Runs a write that a request waits for. A failed write becomes a refusal that says what was not done, and why. */
import type { Database } from './database.ts';
import { type Commit, groupCommit } from './group-commit.ts';
import { refusedWith } from './unavailable.ts';

/** `refused` is the sentence that says what was not done, such as `The key could not be stored, so nothing was changed.` */
export function commitOrRefuse(database: Database, refused: string): Commit {
  const commit = groupCommit(database);
  return (work) =>
    commit(work).catch((error: unknown) => {
      throw refusedWith(refused, error);
    });
}
