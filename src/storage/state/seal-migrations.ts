import type { Migration } from '../database/database.ts';

/** Which master key sealed what is in the database: its fingerprint, one row. */
export const sealMigrations: readonly Migration[] = [
  {
    id: 45,
    name: 'fingerprint of the master key',
    sql: 'create table seals (fingerprint text primary key);',
  },
];
