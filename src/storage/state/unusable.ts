/** The sentences that say why a state folder cannot be used and what would be accepted. */
import { GatewayError } from '../../core/errors.ts';

interface Trouble {
  readonly reason: string;
  readonly remedy: string;
}

const anotherFolder = 'A folder that this process may write, on a disk with room, would be accepted.';
const backup = 'Put the database back from a backup; to begin anew, move the folder away.';

/** By code of the system. */
const ofSystem: Readonly<Record<string, string>> = {
  EACCES: 'this process may not write there',
  EPERM: 'this process may not write there',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'there is a file in its place',
};

/** By SQLite's primary result code (https://sqlite.org/rescode.html). */
const ofSqlite: Readonly<Record<number, Trouble>> = {
  5: { reason: 'another process holds its database', remedy: 'End that process, or try again when it is done.' },
  8: { reason: 'its database may not be written', remedy: anotherFolder },
  11: { reason: 'its database is damaged', remedy: backup },
  13: { reason: 'the disk is full', remedy: anotherFolder },
  14: { reason: 'its database cannot be opened', remedy: anotherFolder },
  26: { reason: 'its database is not a database (another program wrote the file, or its beginning is damaged)', remedy: backup },
};

export function unusable(folder: string, cause: unknown): GatewayError {
  const { reason, remedy } = troubleOf(cause);
  return new GatewayError('BAD_REQUEST', `The state folder "${folder}" cannot be used: ${reason}. ${remedy}`, {}, { cause });
}

function troubleOf(cause: unknown): Trouble {
  if (!(cause instanceof Error)) return { reason: 'of an unknown failure', remedy: anotherFolder };
  const { code = '', errcode, errstr } = cause as NodeJS.ErrnoException & { readonly errcode?: number; readonly errstr?: string };
  const known = errcode === undefined ? undefined : ofSqlite[errcode & 0xff];
  if (known !== undefined) return known;
  return { reason: ofSystem[code] ?? errstr ?? (cause.message === '' ? code : cause.message), remedy: anotherFolder };
}
