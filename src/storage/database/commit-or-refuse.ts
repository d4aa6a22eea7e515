/** Runs a write that a request waits for. A database that stays locked for a second becomes a refusal that names the cause. */
import { GatewayError } from '../../core/errors.ts';
import type { Database } from './database.ts';
import { type Commit, groupCommit } from './group-commit.ts';

/** `refused` says what was not done and what would help: `The key could not be stored, ... Try again in a moment.` */
export function commitOrRefuse(database: Database, refused: string): Commit {
  const commit = groupCommit(database);
  return (work) =>
    commit(work).catch((cause: unknown) => {
      if (cause instanceof GatewayError) throw cause;
      throw new GatewayError('INTERNAL', refused, { retryable: true }, { cause });
    });
}
