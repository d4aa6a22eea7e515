/**
 * Versions of sources: a reader always sees exactly one complete version.
 *
 * A long source is written, and an old one removed, in many small transactions, so that budgets and the ledger are served in
 * between. Meanwhile its version is listed in `unseen_versions`, which hides it from readers. The last transaction of a
 * write removes the new version from that list and adds the version that it replaces.
 *
 * Each version that is being written or removed has a lease that every transaction renews. {@link sweep} removes what a dead
 * process left, after the lease has expired. No reader has seen it in either case.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { GatewayError } from '../../core/errors.ts';
import type { Database, Statements } from '../database/database.ts';

/** Passages that one transaction writes or removes: some 10 ms. */
export const rowsPerTurn = 100;
/** Between two transactions: longer than another process waits before it tries again (`../database/sqlite.ts`). */
const pauseMs = 5;
const leaseMs = 60_000;

/** A condition on rows named `id`: those that may be seen. A cross join looks at few unseen versions first, not at all passages. */
export const seen = (id: string): string => `${id} not in (select p.id from unseen_versions u cross join passages p on p.version = u.id)`;

/** An unseen version in this process's hands, until then (milliseconds since 1970, UTC). */
export interface Held {
  readonly version: number;
  readonly until: number;
}

export const pause = (): Promise<void> => wait(pauseMs);

export async function newVersion(tx: Statements, now: number): Promise<Held> {
  const until = now + leaseMs;
  const [row] = await tx.all('insert into unseen_versions (leased_until) values ($1) returning id', [until]);
  return { version: Number(row?.['id']), until };
}

/** Throws TIMEOUT when another process has held this one for dead: the version is being removed. */
export async function renewVersion(tx: Statements, { version, until }: Held, now: number): Promise<Held> {
  const changed = await tx.run('update unseen_versions set leased_until = $3 where id = $1 and leased_until = $2', [
    version,
    until,
    now + leaseMs,
  ]);
  if (changed > 0) return { version, until: now + leaseMs };
  throw new GatewayError(
    'TIMEOUT',
    `The source was not written: more than ${leaseMs / 1_000} s passed between two of its parts. Try again.`,
  );
}

/** Makes the version visible, if a source names it. */
export async function showVersion(tx: Statements, { version }: Held): Promise<void> {
  await tx.run('delete from unseen_versions where id = $1', [version]);
}

/** Hides the version, which {@link removeVersion} then removes. Null when it was so small that it is removed already. */
export async function retireVersion(tx: Statements, version: number, now: number): Promise<Held | null> {
  if ((await removeSome(tx, version)) < rowsPerTurn) return null;
  const until = now + leaseMs;
  await tx.run('insert into unseen_versions (id, leased_until) values ($1, $2)', [version, until]);
  return { version, until };
}

export async function removeVersion(database: Database, first: Held, now: () => number): Promise<void> {
  for (let held: Held | null = first; held !== null; ) {
    const mine: Held = held;
    await pause();
    held = await database.tx(async (tx) => {
      const next = await renewVersion(tx, mine, now());
      if ((await removeSome(tx, mine.version)) === rowsPerTurn) return next;
      await showVersion(tx, mine);
      return null;
    });
  }
}

/** Removes versions that nobody sees, which dead processes have left. */
export async function sweep(database: Database, now: () => number): Promise<void> {
  const left = await database.all('select id, leased_until from unseen_versions where leased_until <= $1', [now()]);
  for (const row of left) {
    await removeVersion(database, { version: Number(row['id']), until: Number(row['leased_until']) }, now);
  }
}

/** Removes up to {@link rowsPerTurn} passages, and says how many. */
async function removeSome(tx: Statements, version: number): Promise<number> {
  const rows = await tx.all(`select id from passages where version = $1 limit ${rowsPerTurn}`, [version]);
  const ids = [JSON.stringify(rows.map((row) => Number(row['id'])))];
  const among = 'in (select value from json_each($1))';
  await tx.run(`delete from passage_words where rowid ${among}`, ids);
  await tx.run(`delete from passage_signs where passage_id ${among}`, ids);
  await tx.run(`delete from passage_vectors where passage_id ${among}`, ids);
  await tx.run(`delete from passages where id ${among}`, ids);
  return rows.length;
}
