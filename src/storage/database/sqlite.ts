/**
 * The embedded database: SQLite inside the process, one file, nothing to start.
 *
 * WAL with synchronous NORMAL loses nothing at kill -9, because the operating system has the pages. A writer and a reader
 * connection keep reports from delaying bookings. Several processes (the server and the command line) may share the file. A
 * process that finds the file locked retries a moment later instead of blocking its event loop inside SQLite.
 */

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { GatewayError } from '../../core/errors.ts';
import type { Database, Migration, Row, SqlValue, Statements } from './database.ts';

const busyMs = 5_000;
const tryAgainMs = 2;
const cacheKib = 8_192;
const maxPrepared = 500;

/**
 * `file` may be `:memory:` for tests. Applies the migrations that the file has not seen, under a write lock, and throws
 * BAD_REQUEST for a file that has seen others: a newer version wrote it.
 */
export function openSqlite(file: string, migrations: readonly Migration[]): Database {
  const inMemory = file === ':memory:';
  if (!inMemory) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const writer = connect(file);
  try {
    migrate(writer, migrations);
  } catch (error) {
    writer.close();
    throw error;
  }
  const reader = inMemory ? writer : connect(file, true);
  for (const connection of new Set([writer, reader])) connection.exec('pragma busy_timeout = 0');
  const write = statementsOn(writer);
  const read = statementsOn(reader);
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  /** One after another. The time that a turn may wait for other processes counts from when it was asked for, not from when it comes. */
  const inTurn = <T>(work: (giveUpAt: number) => Promise<T>): Promise<T> => {
    const giveUpAt = performance.now() + busyMs;
    const turn = last.then(() => work(giveUpAt));
    last = turn.catch(() => {});
    return turn;
  };
  return {
    dialect: 'sqlite',
    // One connection shows a transaction's half to everybody, so in memory a reader waits.
    all: (sql, values) =>
      inMemory ? inTurn(() => read.all(sql, values)) : onceFree(() => read.all(sql, values), performance.now() + busyMs),
    run: (sql, values) => inTurn((giveUpAt) => onceFree(() => write.run(sql, values), giveUpAt)),
    exec: (sql) => inTurn((giveUpAt) => onceFree(async () => writer.exec(sql), giveUpAt)),
    tx: (work) => inTurn((giveUpAt) => transaction(writer, giveUpAt, () => work(write))),
    async close() {
      if (closed) return;
      closed = true;
      await last;
      if (reader !== writer) reader.close();
      writer.close();
    },
  };
}

async function transaction<T>(connection: DatabaseSync, giveUpAt: number, work: () => Promise<T>): Promise<T> {
  await onceFree(async () => connection.exec('begin immediate'), giveUpAt);
  try {
    const result = await work();
    connection.exec('commit');
    return result;
  } catch (error) {
    undo(connection);
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

/** The low byte of an extended code is the code. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === sqliteBusy;
}

/** SQLite itself has already rolled back after some errors, a full disk among them. */
function undo(connection: DatabaseSync): void {
  if (connection.isTransaction) connection.exec('rollback');
}

function connect(file: string, readOnly = false): DatabaseSync {
  const connection = new DatabaseSync(file, { readOnly, timeout: busyMs });
  try {
    connection.exec(`pragma cache_size = -${cacheKib}; pragma temp_store = memory; pragma foreign_keys = on`);
    if (!readOnly) connection.exec('pragma journal_mode = wal; pragma synchronous = normal');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Prepared once per text, while it is in use. `$1` becomes `?1`, SQLite's own numbered form. */
function statementsOn(connection: DatabaseSync): Statements {
  const prepared = new LRUCache<string, StatementSync>({ max: maxPrepared });
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const fresh = connection.prepare(sql.replace(/\$(\d+)/g, '?$1'));
    prepared.set(sql, fresh);
    return fresh;
  };
  return {
    all: async (sql, values = []) => statement(sql).all(...(values as SqlValue[])) as Row[],
    run: async (sql, values = []) => Number(statement(sql).run(...(values as SqlValue[])).changes),
  };
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
