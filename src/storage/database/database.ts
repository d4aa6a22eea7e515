/**
 * The port to SQL. Each statement is written once, with `$1` parameters, for every supported database; the few that differ
 * are chosen by `dialect`. Only `storage/` contains SQL.
 */
export type SqlValue = string | number | bigint | null | Uint8Array;
export type Row = Readonly<Record<string, SqlValue>>;

export interface Statements {
  all(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Rows changed. */
  run(sql: string, values?: readonly SqlValue[]): Promise<number>;
}

export interface Database extends Statements {
  readonly dialect: 'sqlite' | 'postgres';
  /** Several statements without parameters, as migrations have. */
  exec(sql: string): Promise<void>;
  /** All or nothing, one after another: two transactions of one database never interleave. */
  tx<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Numbered over the whole project: see `migrate.ts`. */
export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}
