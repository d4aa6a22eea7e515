import { changeMigrations } from '../changes/migrations.ts';
import { completionMigrations } from '../completions/migrations.ts';
import { conversationMigrations } from '../conversations/migrations.ts';
import { directoryMigrations } from '../directory/migrations.ts';
import { identityMigrations } from '../identities/migrations.ts';
import { jobMigrations } from '../jobs/migrations.ts';
import { journalMigrations } from '../journal/migrations.ts';
import { keyMigrations } from '../keys/migrations.ts';
import { ledgerMigrations } from '../ledger/migrations.ts';
import { limitMigrations } from '../limits/migrations.ts';
import { passageMigrations } from '../passages/migrations.ts';
import { ownerMigrations } from '../state/owner-migrations.ts';
import { sealMigrations } from '../state/seal-migrations.ts';
import type { Migration } from './database.ts';
import { identityVersionMigrations } from './identity-version.ts';

/**
 * Every change of the stored tables, in order. A released migration is never edited: a later one corrects it.
 *
 * The SQL is valid on SQLite and PostgreSQL: `text` (also for JSON and base64), `bigint`, and `integer` for booleans. Full-text search and
 * triggers are the exceptions: see `../passages/migrations.ts` and `identity-version.ts`.
 */
export const migrations: readonly Migration[] = [
  ...ownerMigrations,
  ...ledgerMigrations,
  ...limitMigrations,
  ...keyMigrations,
  ...directoryMigrations,
  ...changeMigrations,
  ...identityVersionMigrations,
  ...identityMigrations,
  ...completionMigrations,
  ...conversationMigrations,
  ...passageMigrations,
  ...jobMigrations,
  ...sealMigrations,
  ...journalMigrations,
];
