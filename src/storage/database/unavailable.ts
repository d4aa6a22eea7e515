/**
 * Translates a failure of the database for a caller: what is wrong, and whether asking again helps. The code is MODEL_UNAVAILABLE, as for
 * everything that is away for a while. The sentence names the gateway, so no deployment is blamed and no fallback is tried.
 */
import { GatewayError } from '../../core/errors.ts';

interface Trouble {
  readonly sentence: string;
  /** Null: asking again does not help. */
  readonly retryAfterMs: number | null;
}

const held: Trouble = {
  sentence: "The gateway's database is busy, or another process holds it. Try again in a moment.",
  retryAfterMs: 1_000,
};
const full: Trouble = {
  sentence: "The disk of the gateway's database is full. Try again when its operators have made room.",
  retryAfterMs: 10_000,
};
const failing: Trouble = { sentence: "The gateway's database cannot be reached on its disk. Try again later.", retryAfterMs: 10_000 };
const closed: Trouble = {
  sentence: "The gateway's database may not be written. Try again when its operators have changed that.",
  retryAfterMs: 10_000,
};
const lost: Trouble = {
  sentence:
    "The gateway's database was damaged, emptied or exchanged. Its operators must put it back; until then it does not help to try again.",
  retryAfterMs: null,
};

const unwritten: Trouble = { sentence: "The gateway's journal cannot be written. Try again in a moment.", retryAfterMs: 1_000 };
const resumed: Trouble = { sentence: 'The gateway was suspended for too long. Try again in a moment.', retryAfterMs: 1_000 };

const cannotOpen = 14;
/** Keys are SQLite's primary result codes (https://sqlite.org/rescode.html). Any other code is a defect of ours. */
const bySqliteCode: Readonly<Record<number, Trouble>> = {
  5: held,
  6: held,
  8: closed,
  10: failing,
  11: lost,
  13: full,
  [cannotOpen]: failing,
  26: lost,
};
/** SQLITE_ERROR. The migrations have made every table, so a database that lacks a table is another database. */
const anyError = 1;
/** SQLITE_IOERR_SHORT_READ: the file became shorter. */
const shortRead = 522;

const errcodeOf = (error: unknown): number | null => (error instanceof Error && 'errcode' in error ? Number(error.errcode) : null);

/** SQLite's primary result code, which is the low byte of an extended code. Null for any other error. */
export function sqliteCodeOf(error: unknown): number | null {
  const errcode = errcodeOf(error);
  return errcode === null ? null : errcode & 0xff;
}

function troubleOf(error: unknown): Trouble | null {
  const code = sqliteCodeOf(error);
  if (code === null) return null;
  if (errcodeOf(error) === shortRead) return lost;
  if (code === anyError) return /^no such table/.test((error as Error).message) ? lost : null;
  return bySqliteCode[code] ?? null;
}

/** Whether a connection that met this error keeps failing after the file is readable again. */
export const needsNewConnection = (error: unknown): boolean => troubleOf(error) === lost || sqliteCodeOf(error) === cannotOpen;

/** Translates an error of the database into a sentence for the caller. Returns any other error unchanged. */
export function unavailable(error: unknown): unknown {
  const trouble = troubleOf(error);
  return trouble === null ? error : refusalOf(trouble, error);
}

export const databaseIsHeld = (cause: unknown): GatewayError => refusalOf(held, cause);
/** `cause`: the error of the disk. */
export const journalIsUnwritten = (cause: unknown): GatewayError =>
  refusalOf((cause as NodeJS.ErrnoException | null)?.code === 'ENOSPC' ? full : unwritten, cause);
/** The refusal when other processes have taken this process for dead. */
export const leaseHasEnded = (): GatewayError => refusalOf(resumed, null);
export const databaseIsLost = (cause?: unknown): GatewayError => refusalOf(lost, cause);

function refusalOf({ sentence, retryAfterMs }: Trouble, cause: unknown): GatewayError {
  const details = retryAfterMs === null ? { retryable: false } : { retryAfterMs };
  return new GatewayError('MODEL_UNAVAILABLE', sentence, { about: 'gateway', ...details }, { cause });
}

export const isUnavailable = (error: unknown): error is GatewayError => error instanceof GatewayError && error.details.about === 'gateway';

/** `refused` is the sentence that says what was not done. It stands before the sentence that says what is wrong. */
export function refusedWith(refused: string, error: unknown): unknown {
  if (!isUnavailable(error)) return error;
  return new GatewayError(error.code, `${refused} ${error.message}`, error.details, { cause: error.cause });
}
