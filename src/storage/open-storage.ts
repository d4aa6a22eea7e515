/** Opens the embedded storage: everything that lasts, in one folder, recovered in the order that loses nothing. */
import { join } from 'node:path';
import { GatewayError } from '../core/errors.ts';
import { untilAborted } from '../core/turns/abort.ts';
import type { Changes } from './changes/changes.ts';
import { openChanges } from './changes/sql-changes.ts';
import { openCompletions } from './completions/sql-completions.ts';
import { openConversations } from './conversations/sql-conversations.ts';
import type { Database } from './database/database.ts';
import { migrations } from './database/migrate.ts';
import { openSqlite } from './database/sqlite.ts';
import { databaseIsLost, isUnavailable } from './database/unavailable.ts';
import { maxLogPages, watchLog } from './database/write-ahead-log.ts';
import { openDirectory } from './directory/sql-directory.ts';
import { type Erasure, openErasure } from './erasure/erasure.ts';
import { openIdentities } from './identities/sql-identities.ts';
import { openJobs } from './jobs/sql-jobs.ts';
import { adoptJournals } from './journal/adopt-journals.ts';
import { bookOn } from './journal/book-lines.ts';
import { openBookingWorker } from './journal/booking-worker.ts';
import { openJournal } from './journal/journal.ts';
import { openKeys } from './keys/sql-keys.ts';
import { type LedgerStore, openLedger } from './ledger/journal-ledger.ts';
import { openLimits } from './limits/leased-limits.ts';
import { openPassages } from './passages/sql-passages.ts';
import { refuseBesideOlder } from './state/older-gateways.ts';
import { openSeal } from './state/open-seal.ts';
import { openOwner } from './state/owner.ts';
import type { Seal } from './state/seal.ts';
import { databaseFile, type FolderWatch, journalFolder, masterKeyFile, prepareFolder, watchFolder } from './state/state-folder.ts';
import { unusable } from './state/unusable.ts';
import type { Storage } from './storage.ts';

const recoverEveryMs = 10_000;
/** A database that takes longer for one row is not ready. */
const readyMs = 500;
const tidyEveryMs = 3_600_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const defaultLostHoldHours = 24;
const defaultConversationDays = 30;
/** An expired token may be revoked as long as something that it began may run. */
const keptTokenMs = dayMs;
/** A user's revocation is known at least for so long: longer than issuers let tokens live. */
const keptRevocationDays = 90;
/** Longer than a year, so that a yearly audit finds all of it. */
const keptChangeDays = 400;

export interface EmbeddedStorage extends Storage {
  readonly database: Database;
  readonly ledger: LedgerStore;
  readonly erasure: Erasure;
  readonly changes: Changes;
}

export interface StorageOptions {
  /** Created when missing; null keeps all in memory and loses it at the end. */
  readonly folder: string | null;
  /** Days for which ledger rows are kept; null: without limit. */
  readonly usageDays?: number | null;
  /** Days for which a conversation is kept after its last turn. Default 30. */
  readonly conversationDays?: number;
  /** Goes on where the master key was lost or exchanged: what it sealed stays closed. Default: refused. */
  readonly acceptLostMasterKey?: boolean;
  /** Hours for which the rest of a lost call's ceiling stays held. Default 24. */
  readonly lostHoldHours?: number;
  /** See `OwnerOptions.leaseMs`. */
  readonly leaseMs?: number;
  /** Told of what an operator should know, in a sentence. */
  readonly warn?: (sentence: string, cause?: unknown) => void;
  readonly now?: () => number;
}

/** Throws BAD_REQUEST, in a sentence, for a folder that cannot be used. */
export async function openStorage(options: StorageOptions): Promise<EmbeddedStorage> {
  const { folder, acceptLostMasterKey = false } = options;
  try {
    if (folder !== null) prepareFolder(folder);
    const inFolder = (name: string): string | null => (folder === null ? null : join(folder, name));
    const database = openSqlite(inFolder(databaseFile) ?? ':memory:', migrations, {
      checkpointPages: maxLogPages,
      ...(folder === null ? {} : { checkBeforeChange: (read) => refuseBesideOlder(read, { ...options, folder }) }),
    });
    try {
      const seal = await openSeal(database, { file: inFolder(masterKeyFile), acceptLostMasterKey });
      return await openOn({ database, seal, journals: inFolder(journalFolder), ...options });
    } catch (error) {
      await database.close();
      throw error;
    }
  } catch (error) {
    if (isUnavailable(error)) throw unusable(folder ?? 'in memory', error.cause);
    if (error instanceof GatewayError) throw error;
    throw unusable(folder ?? 'in memory', error);
  }
}

interface Parts extends StorageOptions {
  readonly database: Database;
  readonly seal: Seal;
  readonly journals: string | null;
}

async function openOn(parts: Parts): Promise<EmbeddedStorage> {
  const { folder, seal, journals, usageDays = null, lostHoldHours = defaultLostHoldHours, warn = () => {}, now = Date.now } = parts;
  const { conversationDays = defaultConversationDays } = parts;
  let watch: FolderWatch | null = null;
  const isWhole = (): boolean => watch?.isWhole() ?? true;
  const database = writtenWhile(isWhole, parts.database);
  const owner = await openOwner(parts.database, { now, ...(parts.leaseMs === undefined ? {} : { leaseMs: parts.leaseMs }) });
  const here = bookOn(database);
  const file = folder === null ? null : join(folder, databaseFile);
  const thread = file === null ? null : openBookingWorker({ file, here });
  const log = file === null || thread === null ? null : watchLog(file, thread.checkpoint);
  const book: typeof here = (of, texts) => (thread === null || !isWhole() ? here(of, texts) : thread.book(of, texts));
  const journal = openJournal({ owner, folder: journals, book, warn });
  const ledger = openLedger({ database, journal });
  const adopt = () => adoptJournals({ database, owner, folder: journals, warn });
  const limits = openLimits({ database, journal, adopt, owner, now, lostHoldMs: lostHoldHours * hourMs, warn });
  const completions = openCompletions({ database, seal, owner, now });
  const conversations = openConversations({ database, seal, owner, keptMs: conversationDays * dayMs, now });
  const identities = openIdentities({ database, seal, now });
  const changes = openChanges(database);
  const newPseudonym = (): string => identities.pseudonymOf('', crypto.randomUUID());
  const erasure = openErasure({ database, identities, ledger, newPseudonym, now });
  const passages = await openPassages(database, now);

  const recover = async (): Promise<void> => {
    const lost = await limits.recover();
    if (lost > 0) warn(`${lost} call(s) of a process that died were booked as LOST.`);
    const cut = await completions.recover();
    if (cut > 0) warn(`${cut} completion(s) of a process that died have failed; their idempotency keys may be used again.`);
    await conversations.recover();
  };
  const tidy = async (): Promise<void> => {
    await completions.expire(now());
    await conversations.expire(now());
    const userDays = usageDays === null ? null : Math.max(usageDays, keptRevocationDays);
    await identities.expire(now() - keptTokenMs, userDays === null ? null : now() - userDays * dayMs);
    await changes.deleteBefore(now() - keptChangeDays * dayMs);
    if (usageDays !== null) await ledger.deleteBefore(now() - usageDays * dayMs);
  };
  await recover();
  watch = folder === null ? null : watchFolder(folder);
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
    every(recoverEveryMs, erasure.sweep, 'What was written late of erased users could not be erased: it is tried again.'),
    every(recoverEveryMs, passages.sweep, 'What was left of sources that nobody sees could not be removed: it is tried again.'),
  ];

  const close = async (): Promise<void> => {
    for (const timer of timers) clearInterval(timer);
    watch?.stop();
    log?.stop();
    const ended = (part: Promise<void>): Promise<void> =>
      part.catch((cause: unknown) => warn('A part of the storage could not end as it should.', cause));
    await ended(identities.close());
    await ended(completions.close());
    await ended(conversations.close());
    await ended(limits.close());
    if (thread !== null) await ended(thread.close());
    const stored = await journal.close().catch((cause: unknown) => {
      warn('A part of the storage could not end as it should.', cause);
      return false;
    });
    await ended(owner.close(!stored));
    await ended(database.close());
  };

  return {
    database,
    ledger: { ...ledger, writable: () => (watch?.isWhole() ?? true) && ledger.writable() },
    limits,
    keys: openKeys(database),
    directory: openDirectory(database),
    identities,
    completions,
    conversations,
    passages,
    erasure,
    changes,
    jobs: await openJobs(database, now),
    async problems() {
      const inTime = (work: Promise<unknown>): Promise<boolean> =>
        untilAborted(work, AbortSignal.timeout(readyMs)).then(
          () => true,
          () => false,
        );
      const [answers, writes, whole] = await Promise.all([
        // Of the file: `select 1` would not read it.
        inTime(database.all('select id from migrations limit 1')),
        inTime(owner.renew()),
        watch?.look() ?? true,
      ]);
      return [
        ...(whole
          ? []
          : [
              `The state folder "${folder}" was deleted, emptied or replaced while the gateway ran: calls that cost are refused. Put it back and restart.`,
            ]),
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

/** Refuses writes while the files are not those that were opened: nobody would find again what was written. */
function writtenWhile(isWhole: () => boolean, database: Database): Database {
  const checked = <T>(write: () => Promise<T>): Promise<T> => (isWhole() ? write() : Promise.reject(databaseIsLost()));
  return {
    ...database,
    run: (sql, values) => checked(() => database.run(sql, values)),
    exec: (sql) => checked(() => database.exec(sql)),
    tx: (work) => checked(() => database.tx(work)),
  };
}
