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
import type { Database, Migration } from './database.ts';
import { busyMs, type Connections, inMemory, keepConnected, usualCheckpointPages } from './sqlite-connections.ts';
import { sqliteCodeOf, unavailable } from './unavailable.ts';

const tryAgainMs = 2;

export interface SqliteOptions {
  /** A commit that finds as many pages in the write-ahead log copies them into the database, and waits for the disk meanwhile. Default: 1,000, which are 4 MB. */
  readonly checkpointPages?: number;
}

/**
 * `file` may be `:memory:` for tests. Applies the migrations that the file has not seen, under a write lock, and throws
 * BAD_REQUEST for a file that has seen others: a newer version wrote it. What it rejects with later is a refusal in words for
 * the caller (`unavailable.ts`), but for faults of ours.
 */
export function openSqlite(
  file: string,
  migrations: readonly Migration[],
  { checkpointPages = usualCheckpointPages }: SqliteOptions = {},
): Database {
  if (file !== inMemory) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const connections = keepConnected(file, {
    checkpointPages,
    prepare: (writer) => migrate(writer, migrations),
    isReady: (writer) => missingIn(writer, migrations).length === 0,
    replaced: (old) => void inTurn(async () => old.close()).catch(() => {}),
  });
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  /** One after another. The time that a turn may wait for other processes counts from when it was asked for, not from when it comes. */
  function inTurn<T>(work: (giveUpAt: number) => Promise<T>): Promise<T> {
    const giveUpAt = performance.now() + busyMs;
    const turn = last.then(() => work(giveUpAt));
    last = turn.catch(() => {});
    return turn;
  }
  /** On connections that serve, as far as is known; a failure becomes words for the caller. */
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
    // One connection shows a transaction's half to everybody, so in memory a reader waits.
    all: (sql, values) =>
      file === inMemory
        ? write(({ read }) => read.all(sql, values))
        : told(({ read }) => onceFree(() => read.all(sql, values), performance.now() + busyMs)),
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
  // One that could not be undone on a disk that failed.
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

/** Does what needs the write lock, of which a refusal changed nothing; gives up when others have held it for long. */
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

/** SQLite itself has already rolled back after some errors, a full disk among them. */
function undo(connection: DatabaseSync): void {
  if (connection.isTransaction) connection.exec('rollback');
}

/** A file that lacks nothing is not locked: another connection of this process may be in the middle of a transaction, which could then never end. */
function migrate(connection: DatabaseSync, migrations: readonly Migration[]): void {
  if (missingIn(connection, migrations).length === 0) return;
  connection.exec('begin immediate');
  try {
    connection.exec('create table if not exists migrations (id integer primary key, name text not null)');
    for (const { id, name, sql } of missingIn(connection, migrations)) {
      connection.exec(sql);
      connection.prepare('insert into migrations (id, name) values (?, ?)').run(id, name);
    }
    connection.exec('commit');
  } catch (error) {
    undo(connection);
    throw error;
  }
}

/** In the order of their numbers. Throws BAD_REQUEST for a file that has seen one that is not among them. */
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
