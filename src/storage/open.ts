/** Everything that lasts, in one folder, opened and put right in the order that loses nothing. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { untilAborted } from '../core/abort.ts';
import { GatewayError } from '../core/errors.ts';
import type { Completions } from './completions.ts';
import { openCompletions } from './completions-sql.ts';
import type { Database } from './database.ts';
import type { Jobs } from './jobs.ts';
import { openJobs } from './jobs-sqlite.ts';
import type { Keys } from './keys.ts';
import { openKeys } from './keys-sql.ts';
import { type LedgerStore, openLedger } from './ledger-outbox.ts';
import type { Limits } from './limits.ts';
import { openLimits } from './limits-sql.ts';
import { migrations } from './migrations.ts';
import { openOwner } from './owner.ts';
import type { Passages } from './passages.ts';
import { openPassages } from './passages-sqlite.ts';
import { masterKey, type Seal, sealWith } from './seal.ts';
import { openSqlite } from './sqlite.ts';

const recoverEveryMs = 10_000;
/** A database that takes longer for one row is not ready. */
const readyMs = 500;
const tidyEveryMs = 3_600_000;
const dayMs = 24 * 3_600_000;

export interface Storage {
  readonly database: Database;
  readonly ledger: LedgerStore;
  readonly limits: Limits;
  readonly keys: Keys;
  readonly completions: Completions;
  readonly passages: Passages;
  readonly jobs: Jobs;
  /** What keeps calls that cost from being made at the moment, in sentences; none: the stores answer and can be written. */
  ailments(): Promise<readonly string[]>;
  /** Stores what waits, and gives the folder back. Idempotent. */
  close(): Promise<void>;
}

export interface StorageOptions {
  /** Created when missing; null keeps all in memory and loses it at the end. */
  readonly folder: string | null;
  /** Days for which ledger rows are kept; null: for ever. */
  readonly usageDays?: number | null;
  /** Told of what an operator should know, in a sentence. */
  readonly warn?: (sentence: string, cause?: unknown) => void;
  readonly now?: () => number;
}

/** Throws BAD_REQUEST, in a sentence, for a folder that cannot be used. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { folder } = options;
  try {
    if (folder !== null) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      accessSync(folder, constants.W_OK | constants.X_OK);
    }
    const inFolder = (name: string): string | null => (folder === null ? null : join(folder, name));
    const seal = sealWith(masterKey(inFolder('master.key')));
    const database = openSqlite(inFolder('fieldgate.db') ?? ':memory:', migrations);
    return await openOn({ database, seal, outbox: inFolder('outbox'), ...options }).catch(async (error: unknown) => {
      await database.close();
      throw error;
    });
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw new GatewayError(
      'BAD_REQUEST',
      `The state folder "${folder ?? 'in memory'}" cannot be used: ${reasonOf(cause)}. A folder that this process may write, on a disk with room, would be accepted.`,
      {},
      { cause },
    );
  }
}

interface Parts extends StorageOptions {
  readonly database: Database;
  readonly seal: Seal;
  readonly outbox: string | null;
}

async function openOn({ database, seal, outbox, usageDays = null, warn = () => {}, now = Date.now }: Parts): Promise<Storage> {
  const owner = await openOwner(database, { now });
  const ledger = openLedger({ database, owner, folder: outbox, warn });
  const limits = openLimits({ database, ledger, owner, now });
  const completions = openCompletions({ database, seal, owner, now });
  const passages = await openPassages(database, now);

  const recover = async (): Promise<void> => {
    const lost = await limits.recover();
    if (lost > 0) warn(`${lost} call(s) of a process that died were booked as LOST.`);
    const cut = await completions.recover();
    if (cut > 0) warn(`${cut} completion(s) of a process that died have failed; their idempotency keys may be used again.`);
  };
  const tidy = async (): Promise<void> => {
    await completions.expire(now());
    if (usageDays !== null) await ledger.deleteBefore(now() - usageDays * dayMs);
  };
  await recover();
  let closing: Promise<void> | null = null;
  const every = (ms: number, work: () => Promise<void>, sentence: string): NodeJS.Timeout =>
    setInterval(() => {
      void work().catch((cause: unknown) => {
        if (closing === null) warn(sentence, cause);
      });
    }, ms).unref();
  const timers = [
    every(recoverEveryMs, recover, 'What dead processes left could not be recovered: it is tried again.'),
    every(tidyEveryMs, tidy, 'What has expired could not be deleted: it is tried again.'),
    every(recoverEveryMs, passages.sweep, 'What was left of sources that nobody sees could not be removed: it is tried again.'),
  ];

  const close = async (): Promise<void> => {
    for (const timer of timers) clearInterval(timer);
    await completions.close();
    await limits.close();
    await ledger.close();
    await owner.close();
    await database.close();
  };

  return {
    database,
    ledger,
    limits,
    keys: openKeys(database),
    completions,
    passages,
    jobs: await openJobs(database, now),
    async ailments() {
      const inTime = (work: Promise<unknown>): Promise<boolean> =>
        untilAborted(work, AbortSignal.timeout(readyMs)).then(
          () => true,
          () => false,
        );
      const [answers, writes] = await Promise.all([inTime(database.all('select 1')), inTime(owner.renew())]);
      return [
        ...(answers ? [] : ['The database does not answer.']),
        ...(writes ? [] : ['The database cannot be written: calls that cost are refused until it can.']),
        ...(ledger.writable() ? [] : ['Usage cannot be recorded: calls that cost are refused until it can.']),
      ];
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this process may not write there',
  EPERM: 'this process may not write there',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'there is a file in its place',
};

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'of an unknown failure';
  const { code = '', errstr } = cause as NodeJS.ErrnoException & { readonly errstr?: string };
  return reasons[code] ?? errstr ?? code;
}
