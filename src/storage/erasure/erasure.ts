/**
 * Erases an end user from what lasts: his name, his tokens, completions, idempotency keys, ratings and conversations. Rows of usage stay and
 * add up as before, under a pseudonym that nobody has: should he come again, nothing leads from him to them.
 */
import type { Database, Statements } from '../database/database.ts';
import type { Identities, NamedUser } from '../identities/identities.ts';
import type { Ledger } from '../ledger/ledger.ts';

export interface Erasure {
  /** What began for him should have been ended before. Rejects when the store fails: it may be asked again. */
  eraseUser(user: NamedUser): Promise<ErasedThings>;
  /**
   * Erases once more what was written late, by this process or another one, of users who were erased in the last hour and more than ten seconds
   * ago.
   */
  sweep(): Promise<void>;
}

/** How many there were. */
export interface ErasedThings {
  readonly tokens: number;
  readonly completions: number;
  readonly conversations: number;
  /** Rows of usage that have another pseudonym now. */
  readonly calls: number;
}

export interface ErasureOptions {
  readonly database: Database;
  readonly identities: Pick<Identities, 'eraseUser' | 'erasedSince'>;
  readonly ledger: Pick<Ledger, 'flush'>;
  /** A new pseudonym, of the form that users have. */
  readonly newPseudonym: () => string;
  readonly now?: () => number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Longer than a revocation takes to end work, and its rows to be stored. */
const lateMs = 10_000;
const rowsPerTurn = 500;

export function openErasure({ database, identities, ledger, newPseudonym, now = Date.now }: ErasureOptions): Erasure {
  /** Of those that were swept: when they had been erased. */
  const swept = new Map<string, number>();

  /** `at`: what began later is another matter. */
  async function eraseThings(id: string, at: number): Promise<Omit<ErasedThings, 'tokens'>> {
    await ledger.flush();
    const owned = ownedBy(id);
    const completions = await database.tx((tx) => eraseCompletions(tx, owned, at));
    const conversations = await database.tx((tx) => eraseConversations(tx, owned, at));
    return { completions, conversations, calls: await renameRows(database, id, newPseudonym(), at) };
  }

  return {
    async eraseUser(user) {
      const at = now();
      const tokens = await identities.eraseUser(user, at);
      return { tokens, ...(await eraseThings(user.id, at)) };
    },
    async sweep() {
      const time = now();
      for (const [id, at] of swept) if (at < time - 2 * hourMs) swept.delete(id);
      for (const { id, at } of await identities.erasedSince(time - hourMs)) {
        if (swept.get(id) === at || at > time - lateMs) continue;
        await eraseThings(id, at);
        swept.set(id, at);
      }
    },
  };
}

/** Principals are `<credential>:<pseudonym>`; `_` stands for any letter in a pattern. */
const ownedBy = (id: string): string => `%:${id.replaceAll(/[\\%_]/g, '\\$&')}`;

/** A completion is kept for a day from when it began or ended. */
async function eraseCompletions(tx: Statements, owned: string, at: number): Promise<number> {
  const theirs = `principal like $1 escape '\\' and expires_at <= $2`;
  const until = at + dayMs + lateMs;
  await tx.run(`delete from idempotency where completion_id in (select id from completions where ${theirs})`, [owned, until]);
  await tx.run(`delete from completion_ratings where principal like $1 escape '\\' and rated_at <= $2`, [owned, at + lateMs]);
  return tx.run(`delete from completions where ${theirs}`, [owned, until]);
}

async function eraseConversations(tx: Statements, owned: string, at: number): Promise<number> {
  const theirs = `principal like $1 escape '\\' and created_at <= $2`;
  await tx.run(`delete from conversation_turns where conversation in (select id from conversations where ${theirs})`, [owned, at]);
  return tx.run(`delete from conversations where ${theirs}`, [owned, at]);
}

async function renameRows(database: Database, id: string, as: string, at: number): Promise<number> {
  let all = 0;
  for (let renamed = rowsPerTurn; renamed === rowsPerTurn; all += renamed) renamed = await database.run(rename, [id, as, at, rowsPerTurn]);
  return all;
}

const rename = `update usage_rows set end_user = $2 where (call_id, use) in
  (select call_id, use from usage_rows where end_user = $1 and time <= $3 limit $4)`;
