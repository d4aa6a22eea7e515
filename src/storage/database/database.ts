/**
 * The port to SQL. Each statement is written once, with `$1` parameters, for every supported database; the few that differ
 * are chosen by `dialect`. Only `storage/` contains SQL.
 */
export type SqlValue = string | number | bigint | null | Uint8Array;
export type Row = Readonly<Record<string, SqlValue>>;

export interface Statements {
  all(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Returns the number of changed rows. */
  run(sql: string, values?: readonly SqlValue[]): Promise<number>;
}

export interface Database extends Statements {
  readonly dialect: 'sqlite' | 'postgres';
  /**
   * The first value of the first row, by a statement without parameters that each turn of the event loop asks. It is read at once where nothing is in the way, and may
   * show the middle of a transaction where there is one connection. Rejects, and never throws.
   */
  readNow(sql: string): SqlValue | undefined | Promise<SqlValue | undefined>;
  /** Runs several statements that have no parameters, as migrations do. */
  exec(sql: string): Promise<void>;
  /** Runs a transaction. Transactions of one database run one after another and never interleave. */
  tx<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Migrations are numbered over the whole project: see `migrate.ts`. */
export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}
