/**
 * The embedded database: SQLite inside the process, one file, nothing to start.
 *
 * WAL with synchronous NORMAL loses nothing at kill -9, because the operating system has the pages. A writer and a reader
 * connection keep reports from delaying bookings. Several processes (the server and the command line) may share the file. A
 * process that finds the file locked retries a moment later instead of blocking its event loop inside SQLite.
 */

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { GatewayError } from '../../core/errors.ts';
import type { Database, Migration, Row } from './database.ts';
import { busyMs, type Connections, inMemory, keepConnected, usualCheckpointPages } from './sqlite-connections.ts';
import { sqliteCodeOf, unavailable } from './unavailable.ts';

const tryAgainMs = 2;

export interface SqliteOptions {
  /**
   * A commit that finds this number of pages in the write-ahead log copies them into the database and waits for the disk. Default: 1,000 pages,
   * which are 4 MB.
   */
  readonly checkpointPages?: number;
  /**
   * Called under the write lock before a file that holds a database gets the migrations that it lacks. Throws where it must stay as it is.
   * `read` is of that file.
   */
  readonly checkBeforeChange?: (read: (sql: string) => readonly Row[]) => void;
}

/**
 * `file` may be `:memory:` for tests. Applies the migrations that the file has not seen, under a write lock, and throws
 * BAD_REQUEST for a file that has seen others: a newer version wrote it. What it rejects with later is a refusal in words for
 * the caller (`unavailable.ts`), but for faults of ours.
 */
export function openSqlite(
  file: string,
  migrations: readonly Migration[],
  { checkpointPages = usualCheckpointPages, checkBeforeChange }: SqliteOptions = {},
): Database {
  if (file !== inMemory) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const connections = keepConnected(file, {
    checkpointPages,
    prepare: (writer) => (file === inMemory ? migrateInMemory(writer, migrations) : migrate(writer, migrations, checkBeforeChange)),
    isReady: (writer) => missingIn(writer, migrations).length === 0,
    replaced: (old) => void inTurn(async () => old.close()).catch(() => {}),
  });
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  /** Runs work one after another. The time limit for other processes counts from the request, not from the start of the work. */
  function inTurn<T>(work: (giveUpAt: number) => Promise<T>): Promise<T> {
    const giveUpAt = performance.now() + busyMs;
    const turn = last.then(() => work(giveUpAt));
    last = turn.catch(() => {});
    return turn;
  }
  /** Runs work on working connections. An error of the database becomes a sentence for the caller. */
  async function told<T>(work: (on: Connections) => Promise<T>): Promise<T> {
    try {
      const renewed = connections.renewed();
      if (renewed !== null) await renewed;
      return await work(connections.now());
    } catch (error) {
      connections.met(error);
      throw unavailable(error);
    }
  }
  const write = <T>(work: (on: Connections, giveUpAt: number) => Promise<T>): Promise<T> =>
    inTurn((giveUpAt) => told((on) => work(on, giveUpAt)));
  return {
    dialect: 'sqlite',
    // In memory there is one connection, which would show half of a transaction to a reader. So a reader waits.
    all: (sql, values) =>
      file === inMemory
        ? write(({ read }) => read.all(sql, values))
        : told(({ read }) => onceFree(() => read.all(sql, values), performance.now() + busyMs)),
    readNow(sql) {
      try {
        if (connections.renewed() === null) return connections.now().readNow(sql);
      } catch (error) {
        connections.met(error);
      }
      return told(({ read }) => onceFree(() => read.all(sql), performance.now() + busyMs)).then(([row]) => Object.values(row ?? {})[0]);
    },
    run: (sql, values) => write((on, giveUpAt) => onceFree(() => on.write.run(sql, values), giveUpAt)),
    exec: (sql) => write(({ writer }, giveUpAt) => onceFree(async () => writer.exec(sql), giveUpAt)),
    tx: (work) => write((on, giveUpAt) => transaction(on.writer, giveUpAt, () => work(on.write))),
    async close() {
      if (closed) return;
      closed = true;
      await last;
      connections.now().close();
    },
  };
}

async function transaction<T>(connection: DatabaseSync, giveUpAt: number, work: () => Promise<T>): Promise<T> {
  // A transaction may still be open if its rollback failed on a broken disk.
  undo(connection);
  await onceFree(async () => connection.exec('begin immediate'), giveUpAt);
  try {
    const result = await work();
    connection.exec('commit');
    return result;
  } catch (error) {
    try {
      undo(connection);
    } catch {}
    throw error;
  }
}

/** Repeats work until it gets the write lock. A refused try has changed nothing. Gives up at `giveUpAt`. */
async function onceFree<T>(work: () => Promise<T>, giveUpAt: number): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpAt) throw error;
      await wait(tryAgainMs * (1 + Math.random()));
    }
  }
}

const sqliteBusy = 5;

const isBusy = (error: unknown): boolean => sqliteCodeOf(error) === sqliteBusy;

/** Rolls back. SQLite has already done so after some errors, such as a full disk. */
function undo(connection: DatabaseSync): void {
  if (connection.isTransaction) connection.exec('rollback');
}

/** A file that lacks no migration is not locked: another connection of this process may be inside a transaction, and both would wait for ever. */
function migrate(connection: DatabaseSync, migrations: readonly Migration[], check: SqliteOptions['checkBeforeChange'] = () => {}): void {
  if (missingIn(connection, migrations).length === 0) return;
  connection.exec('begin immediate');
  try {
    connection.exec('create table if not exists migrations (id integer primary key, name text not null)');
    const missing = missingIn(connection, migrations);
    // Another process may have applied them, and run already, while this one waited for the lock.
    if (missing.length > 0 && missing.length < migrations.length) check((sql) => connection.prepare(sql).all() as Row[]);
    for (const { id, name, sql } of missing) {
      connection.exec(sql);
      connection.prepare('insert into migrations (id, name) values (?, ?)').run(id, name);
    }
    connection.exec('commit');
  } catch (error) {
    undo(connection);
    throw error;
  }
}

/** What migrations make of an empty database. Held weakly: a gateway opens one or two in memory, and keeps nothing for a third. */
const migrated = new WeakMap<readonly Migration[], WeakRef<Uint8Array>>();

/** Tests open a thousand, and to migrate one takes ten milliseconds: all after the first are copies, where this Node can copy (24.16). */
function migrateInMemory(connection: DatabaseSync, migrations: readonly Migration[]): void {
  const known = migrated.get(migrations)?.deref();
  if (known !== undefined) {
    connection.deserialize(known);
    return;
  }
  migrate(connection, migrations);
  const bytes: Uint8Array | undefined = connection.serialize?.();
  if (bytes !== undefined) migrated.set(migrations, new WeakRef(bytes));
}

/** Migrations that the file lacks, in the order of their numbers. Throws BAD_REQUEST when the file has a migration that is not in the list. */
function missingIn(connection: DatabaseSync, migrations: readonly Migration[]): readonly Migration[] {
  const hasTable = connection.prepare("select 1 from sqlite_schema where name = 'migrations'").get() !== undefined;
  const rows = hasTable ? connection.prepare('select id from migrations').all() : [];
  const seen = new Set(rows.map((row) => Number(row['id'])));
  const unknown = [...seen].filter((id) => !migrations.some((migration) => migration.id === id));
  if (unknown.length > 0) {
    throw new GatewayError(
      'BAD_REQUEST',
      `The database was written by a newer version of Fieldgate (change ${Math.max(...unknown)} is unknown here). That version, or another state folder, would be accepted.`,
    );
  }
  return migrations.filter(({ id }) => !seen.has(id)).toSorted((a, b) => a.id - b.id);
}
