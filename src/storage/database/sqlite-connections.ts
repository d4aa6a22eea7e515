/**
 * The two connections to one SQLite file, a writer and a reader. They are opened anew when the file was damaged and is readable again.
 *
 * A connection that has met a damaged or emptied file stays broken. While the file is not a database, no connection is opened on it: SQLite would
 * take an empty file for a new database and delete the log beside it, which holds the last writes.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Row, SqlValue, Statements } from './database.ts';
import { databaseIsLost, needsNewConnection } from './unavailable.ts';

/** How long a statement waits for other processes that hold the file, in milliseconds. */
export const busyMs = 5_000;
const cacheKib = 8_192;
const maxPrepared = 500;
const openAnewEveryMs = 100;

export interface Connections {
  readonly writer: DatabaseSync;
  readonly write: Statements;
  readonly read: Statements;
  /** By the reader, at once. Throws. */
  readNow(sql: string): SqlValue | undefined;
  close(): void;
}

export interface KeptConnections {
  now(): Connections;
  /** Must be called with each error that a statement throws. */
  met(error: unknown): void;
  /** Null while the connections work. Otherwise opens new ones, and the promise is shared by all callers. Rejects while the file is damaged. */
  renewed(): Promise<void> | null;
}

/** The name of a database in memory, for tests. */
export const inMemory = ':memory:';

/** SQLite's default, which is 4 MB. */
export const usualCheckpointPages = 1_000;
/** Size to which the write-ahead log is truncated when it starts again from its beginning. */
const maxIdleLogBytes = 4 * 1024 * 1024;

interface KeepOptions {
  /** Number of pages in the write-ahead log from which on a commit copies them into the database. That commit waits for the disk. */
  readonly checkpointPages: number;
  /** Prepares the file through the writer at the start. May wait for other processes. */
  readonly prepare: (writer: DatabaseSync) => void;
  /** Whether a file that is readable again has been prepared. */
  readonly isReady: (writer: DatabaseSync) => boolean;
  /** Receives the connections that were replaced. A transaction may still run on them. */
  readonly replaced: (old: Connections) => void;
}

export function keepConnected(file: string, { prepare, isReady, replaced, checkpointPages }: KeepOptions): KeptConnections {
  let current = connected(file, busyMs, checkpointPages, prepare);
  let broken = false;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let renewing: Promise<void> | null = null;

  async function renew(): Promise<void> {
    const restMs = triedAtMs + openAnewEveryMs - performance.now();
    if (restMs > 0) await wait(restMs);
    triedAtMs = performance.now();
    if (!isDatabase(file)) throw databaseIsLost();
    const fresh = connected(file, 0, checkpointPages, (writer) => {
      if (!isReady(writer)) throw databaseIsLost();
    });
    const old = current;
    current = fresh;
    broken = false;
    replaced(old);
  }

  return {
    now: () => current,
    met(error) {
      if (file !== inMemory && needsNewConnection(error)) broken = true;
    },
    renewed() {
      if (!broken) return null;
      renewing ??= renew().finally(() => {
        renewing = null;
      });
      return renewing;
    },
  };
}

/** `timeoutMs`: how long a statement may block the event loop while another process holds the file. */
function connected(file: string, timeoutMs: number, checkpointPages: number, prepare: (writer: DatabaseSync) => void): Connections {
  const writer = connect(file, timeoutMs);
  try {
    prepare(writer);
    const reader = file === inMemory ? writer : connect(file, timeoutMs, true);
    const both = new Set([writer, reader]);
    writer.exec(`pragma wal_autocheckpoint = ${checkpointPages}; pragma journal_size_limit = ${maxIdleLogBytes}`);
    for (const connection of both) connection.exec('pragma busy_timeout = 0');
    const reading = statementsOn(reader);
    return {
      writer,
      write: statementsOn(writer).statements,
      read: reading.statements,
      readNow: reading.first,
      close() {
        for (const connection of [...both].toReversed()) connection.close();
      },
    };
  } catch (error) {
    writer.close();
    throw error;
  }
}

function connect(file: string, timeoutMs: number, readOnly = false): DatabaseSync {
  const connection = new DatabaseSync(file, { readOnly, timeout: timeoutMs });
  try {
    connection.exec(`pragma cache_size = -${cacheKib}; pragma temp_store = memory; pragma foreign_keys = on`);
    if (!readOnly) connection.exec('pragma journal_mode = wal; pragma synchronous = normal');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Prepares each SQL text once while the connection is open. `$1` becomes `?1`, the numbered form of SQLite. */
function statementsOn(connection: DatabaseSync): { readonly statements: Statements; readonly first: Connections['readNow'] } {
  const prepared = new LRUCache<string, StatementSync>({ max: maxPrepared });
  /** A few, which are asked in each turn. */
  const firsts = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const fresh = connection.prepare(sql.replace(/\$(\d+)/g, '?$1'));
    prepared.set(sql, fresh);
    return fresh;
  };
  return {
    statements: {
      all: async (sql, values = []) => statement(sql).all(...(values as SqlValue[])) as Row[],
      run: async (sql, values = []) => Number(statement(sql).run(...(values as SqlValue[])).changes),
    },
    first(sql) {
      let known = firsts.get(sql);
      if (known === undefined) {
        known = connection.prepare(sql);
        // An object for each row would take a third of the time.
        known.setReturnArrays(true);
        firsts.set(sql, known);
      }
      const row = known.get() as SqlValue[] | undefined;
      return row?.[0];
    },
  };
}

/** The first bytes of every SQLite file (https://sqlite.org/fileformat.html#magic_header_string). */
const magic = 'SQLite format 3\0';

function isDatabase(file: string): boolean {
  const begins = Buffer.alloc(magic.length);
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, 'r');
    readSync(descriptor, begins, 0, begins.length, 0);
    return begins.toString('latin1') === magic;
  } catch (cause) {
    throw databaseIsLost(cause);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}
