import type { Migration } from './database.ts';
import { jobMigrations } from './jobs-migrations.ts';
import { passageMigrations } from './passages-migrations.ts';

/** Every change of the stored shape, in order. Once released, one is never edited: a later one mends it. */
export const migrations: readonly Migration[] = [...passageMigrations, ...jobMigrations];
