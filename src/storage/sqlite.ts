/**
 * SQLite inside the process: one file, nothing to start.
 *
 * WAL with synchronous NORMAL loses nothing at kill -9 (the operating system has the pages); a writer and a reader, so
 * that reports do not wait for bookings. Several processes may share the file: the server and the command line.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Database, Migration, Row, SqlValue, Statements } from './database.ts';

const busyMs = 5_000;
const cacheKib = 16_384;

/** `file` may be `:memory:` for tests. Applies the migrations that the file has not seen, under a write lock. */
export function openSqlite(file: string, migrations: readonly Migration[]): Database {
  const inMemory = file === ':memory:';
  if (!inMemory) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const writer = connect(file);
  migrate(writer, migrations);
  const reader = inMemory ? writer : connect(file, true);
  const write = statementsOn(writer);
  const read = statementsOn(reader);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return turn;
  };
  return {
    dialect: 'sqlite',
    all: (sql, values = []) => read.all(sql, values),
    run: (sql, values = []) => inTurn(() => write.run(sql, values)),
    exec: (sql) => inTurn(async () => writer.exec(sql)),
    tx: (work) =>
      inTurn(async () => {
        writer.exec('begin immediate');
        try {
          const result = await work(write);
          writer.exec('commit');
          return result;
        } catch (error) {
          writer.exec('rollback');
          throw error;
        }
      }),
    async close() {
      await last;
      if (reader !== writer) reader.close();
      writer.close();
    },
  };
}

function connect(file: string, readOnly = false): DatabaseSync {
  const connection = new DatabaseSync(file, { readOnly, timeout: busyMs });
  connection.exec(`pragma cache_size = -${cacheKib}; pragma temp_store = memory; pragma foreign_keys = on`);
  if (!readOnly) connection.exec('pragma journal_mode = wal; pragma synchronous = normal');
  return connection;
}

/** Prepared once per text. `$1` becomes `?1`, SQLite's own numbered form. */
function statementsOn(connection: DatabaseSync): Statements {
  const prepared = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const fresh = connection.prepare(sql.replace(/\$(\d+)/g, '?$1'));
    if (prepared.size < 500) prepared.set(sql, fresh);
    return fresh;
  };
  return {
    all: async (sql, values = []) => statement(sql).all(...(values as SqlValue[])) as Row[],
    run: async (sql, values = []) => Number(statement(sql).run(...(values as SqlValue[])).changes),
  };
}

function migrate(connection: DatabaseSync, migrations: readonly Migration[]): void {
  connection.exec('begin immediate');
  try {
    connection.exec('create table if not exists migrations (id integer primary key, name text not null)');
    const seen = new Set(
      connection
        .prepare('select id from migrations')
        .all()
        .map((row) => Number(row['id'])),
    );
    for (const { id, name, sql } of [...migrations].sort((a, b) => a.id - b.id)) {
      if (seen.has(id)) continue;
      connection.exec(sql);
      connection.prepare('insert into migrations (id, name) values (?, ?)').run(id, name);
    }
    connection.exec('commit');
  } catch (error) {
    connection.exec('rollback');
    throw error;
  }
}
