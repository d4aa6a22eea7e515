/**
 * What a failure of the database means to a caller: what is the matter, and whether it helps to ask again. The code is that of
 * everything that is away for a while, MODEL_UNAVAILABLE, and speaks of the gateway: no deployment is blamed, none is asked instead.
 */
import { GatewayError } from '../../core/errors.ts';

interface Trouble {
  readonly sentence: string;
  /** Null: it does not help to ask again. */
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
/** By SQLite's primary result code (https://sqlite.org/rescode.html). All others are faults of ours. */
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
/** SQLITE_ERROR: its migrations have made every table, so a database that lacks one is another. */
const anyError = 1;
/** SQLITE_IOERR_SHORT_READ: the file is shorter than it was. */
const shortRead = 522;

const errcodeOf = (error: unknown): number | null => (error instanceof Error && 'errcode' in error ? Number(error.errcode) : null);

/** SQLite's primary result code: the low byte of an extended one. Null for any other error. */
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

/** Whether a connection that met this goes on meeting it when the file is well again. */
export const needsNewConnection = (error: unknown): boolean => troubleOf(error) === lost || sqliteCodeOf(error) === cannotOpen;

/** What was thrown, in words for the caller where it is the database's trouble; a fault of ours as it is. */
export function unavailable(error: unknown): unknown {
  const trouble = troubleOf(error);
  return trouble === null ? error : refusalOf(trouble, error);
}

export const databaseIsHeld = (cause: unknown): GatewayError => refusalOf(held, cause);
/** `cause`: what the disk said. */
export const journalIsUnwritten = (cause: unknown): GatewayError =>
  refusalOf((cause as NodeJS.ErrnoException | null)?.code === 'ENOSPC' ? full : unwritten, cause);
/** Others took this process for dead. */
export const leaseHasEnded = (): GatewayError => refusalOf(resumed, null);
export const databaseIsLost = (cause?: unknown): GatewayError => refusalOf(lost, cause);

function refusalOf({ sentence, retryAfterMs }: Trouble, cause: unknown): GatewayError {
  const details = retryAfterMs === null ? { retryable: false } : { retryAfterMs };
  return new GatewayError('MODEL_UNAVAILABLE', sentence, { about: 'gateway', ...details }, { cause });
}

export const isUnavailable = (error: unknown): error is GatewayError => error instanceof GatewayError && error.details.about === 'gateway';

/** `refused` says what was not done, as a sentence, before what is the matter. */
export function refusedWith(refused: string, error: unknown): unknown {
  if (!isUnavailable(error)) return error;
  return new GatewayError(error.code, `${refused} ${error.message}`, error.details, { cause: error.cause });
}
