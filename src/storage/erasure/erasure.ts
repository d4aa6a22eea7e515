/**
 * Erases an end user: name, tokens, completions, idempotency keys, ratings and conversations. Usage rows stay and keep their sums, and so
 * does what the user changed as an administrator, but both get a new pseudonym that belongs to nobody. If the user comes back, nothing connects the new rows with the old ones.
 * Reasons of changes that name the user are erased. The log of the process has them still: its lines cannot be taken back.
 */
import type { Database, Statements } from '../database/database.ts';
import type { Identities, NamedUser } from '../identities/identities.ts';
import type { Ledger } from '../ledger/ledger.ts';

export interface Erasure {
  /** The caller must have ended the user's running work before. Rejects when the store fails, and may then be called again. */
  eraseUser(user: NamedUser): Promise<ErasedThings>;
  /**
   * Repeats the erasure for users who were erased between an hour and ten seconds ago. This removes what this process or another one stored late.
   */
  sweep(): Promise<void>;
}

/** Numbers of what was erased. */
export interface ErasedThings {
  readonly tokens: number;
  readonly completions: number;
  readonly conversations: number;
  /** Usage rows that got a new pseudonym. */
  readonly calls: number;
}

export interface ErasureOptions {
  readonly database: Database;
  readonly identities: Pick<Identities, 'eraseUser' | 'erasedSince'>;
  readonly ledger: Pick<Ledger, 'flush'>;
  /** Makes a new pseudonym in the form of a user's pseudonym. */
  readonly newPseudonym: () => string;
  readonly now?: () => number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Longer than a revocation needs to end running work, including the time until its rows are stored. */
const lateMs = 10_000;
const rowsPerTurn = 500;

export function openErasure({ database, identities, ledger, newPseudonym, now = Date.now }: ErasureOptions): Erasure {
  /** Time of erasure by user, for users whose sweep is done. */
  const swept = new Map<string, number>();

  /** `at`: time of the erasure. What began later is not touched. */
  async function eraseThings(id: string, at: number): Promise<Omit<ErasedThings, 'tokens'>> {
    await ledger.flush();
    const owned = ownedBy(id);
    const completions = await database.tx((tx) => eraseCompletions(tx, owned, at));
    const conversations = await database.tx((tx) => eraseConversations(tx, owned, at));
    const as = newPseudonym();
    await database.tx((tx) => renameAdministrator(tx, id, as));
    return { completions, conversations, calls: await renameRows(database, id, as, at) };
  }

  return {
    async eraseUser(user) {
      const at = now();
      const tokens = await identities.eraseUser(user, at);
      await database.tx((tx) => eraseReasons(tx, user.name));
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

/** Matches `<credential>:<pseudonym>` of any credential. `%` stands for any text in a pattern, so the pseudonym is escaped. */
const ownedBy = (id: string): string => `%:${id.replaceAll(/[\\%_]/g, '\\$&')}`;

/** Completions are kept for a day after they began or ended. */
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

/** What the user made and changed as an administrator stays, under a pseudonym that belongs to nobody. */
async function renameAdministrator(tx: Statements, id: string, as: string): Promise<void> {
  for (const [table, column] of namesOfAdministrators)
    await tx.run(`update ${table} set ${column} = replace(${column}, $1, $2) where ${column} like $3 escape '\\'`, [
      id,
      as,
      `${ownedBy(id)}%`,
    ]);
}

/** Whoever gave a reason wrote it freely. One that has the name as a part of another word stays: a user may be called `1`. */
async function eraseReasons(tx: Statements, name: string): Promise<void> {
  if (name === '') return;
  const rows = await tx.all('select seq, reason from changes where instr(lower(reason), lower($1)) > 0', [name]);
  const asWord = new RegExp(`(?<![a-z0-9])${name.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}(?![a-z0-9])`, 'i');
  for (const row of rows)
    if (asWord.test(String(row['reason']))) await tx.run('update changes set reason = null where seq = $1', [Number(row['seq'])]);
}

const namesOfAdministrators = [
  ['virtual_keys', 'created_by'],
  ['virtual_keys', 'updated_by'],
  ['teams', 'created_by'],
  ['teams', 'updated_by'],
  ['organisations', 'created_by'],
  ['organisations', 'updated_by'],
  ['team_members', 'added_by'],
  ['changes', 'done_by'],
  ['changes', 'parts'],
] as const;

async function renameRows(database: Database, id: string, as: string, at: number): Promise<number> {
  let all = 0;
  for (let renamed = rowsPerTurn; renamed === rowsPerTurn; all += renamed) renamed = await database.run(rename, [id, as, at, rowsPerTurn]);
  return all;
}

const rename = `update usage_rows set end_user = $2 where (call_id, use) in
  (select call_id, use from usage_rows where end_user = $1 and time <= $3 limit $4)`;
