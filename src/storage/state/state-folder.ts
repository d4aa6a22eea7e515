/**
 * The state folder: created with private permissions, refused when a part of it was lost, and watched while it is used.
 *
 * The database is created before the master key. A folder with a key but without a database has therefore lost its database.
 * Starting afresh in it would silently refuse every key and forget every budget.
 */
import { accessSync, chmodSync, closeSync, constants, existsSync, mkdirSync, openSync, type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewayError } from '../../core/errors.ts';

export const databaseFile = 'fieldgate.db';
export const masterKeyFile = 'master.key';
/** The folder of the journals. The name is that of earlier versions. */
export const journalFolder = 'outbox';

/** Only its owner reads and writes: passages, usage and hashes of keys are in it. */
const privateMode = 0o600;

/** Throws what the system says, or BAD_REQUEST where the database was lost. */
export function prepareFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  accessSync(folder, constants.W_OK | constants.X_OK);
  const database = join(folder, databaseFile);
  if (existsSync(join(folder, masterKeyFile)) && !hasBytes(database)) {
    throw new GatewayError(
      'BAD_REQUEST',
      `The state folder "${folder}" has a master key, and its database ${databaseFile} is missing or empty: keys, budgets and usage were lost. Put the database back from a backup; to begin anew, move the folder away.`,
    );
  }
  // SQLite gives its other files the mode of this one.
  closeSync(openSync(database, 'a', privateMode));
  for (const file of [database, `${database}-wal`, `${database}-shm`]) if (existsSync(file)) chmodSync(file, privateMode);
}

const hasBytes = (file: string): boolean => existsSync(file) && statSync(file).size > 0;

export interface FolderWatch {
  /** Whether the files at their paths are the ones that were opened, as of the last look. Where they were not, it looks again. */
  isWhole(): boolean;
  /** Looks now. */
  look(): Promise<boolean>;
  stop(): void;
}

const lookEveryMs = 1_000;

/**
 * Call it when the database and the folder of journals exist. If they are deleted, emptied or replaced,
 * writes would go to files that nobody can open again. The last writes are in the write-ahead log, which stays while the database is open.
 */
export function watchFolder(folder: string): FolderWatch {
  const opened: readonly OpenedFile[] = [databaseFile, `${databaseFile}-wal`, journalFolder]
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .map((path) => ({ path, is: identityOf(statSync(path)), mayBeEmpty: !path.endsWith(databaseFile) }));
  let whole = true;
  const look = async (): Promise<boolean> => {
    const found = await Promise.all(opened.map((file) => stat(file.path).then((now) => isSame(file, now), mayBeThere)));
    whole = found.every((same) => same);
    return whole;
  };
  const lookNow = (): boolean => {
    whole = opened.every((file) => {
      try {
        return isSame(file, statSync(file.path));
      } catch (error) {
        return mayBeThere(error as NodeJS.ErrnoException);
      }
    });
    return whole;
  };
  const timer = setInterval(() => void look(), lookEveryMs);
  timer.unref();
  return { isWhole: () => whole || lookNow(), look, stop: () => clearInterval(timer) };
}

interface OpenedFile {
  readonly path: string;
  readonly is: string;
  readonly mayBeEmpty: boolean;
}

const isSame = ({ is, mayBeEmpty }: OpenedFile, now: Stats): boolean => identityOf(now) === is && (mayBeEmpty || now.size > 0);
/** An error other than a missing file: a disk that does not answer says nothing about the file. */
const mayBeThere = ({ code }: NodeJS.ErrnoException): boolean => code !== 'ENOENT' && code !== 'ENOTDIR';
const identityOf = ({ dev, ino }: Stats): string => `${dev}:${ino}`;
