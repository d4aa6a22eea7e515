import type { Migration } from '../database/database.ts';

/**
 * `booked` is the number of the last line of the owner's journal that the database has; the transaction that books lines sets it. A
 * condemned owner was taken for dead: it cannot renew its lease, and what it left is being ended. At 2 its draws have been handed over.
 * A holding's `booked` is what has been booked on its account in the owner's name.
 */
export const journalMigrations: readonly Migration[] = [
  {
    id: 50,
    name: 'journals',
    sql: `
      alter table owners add column booked bigint not null default 0;
      alter table owners add column condemned integer not null default 0;
      alter table holdings add column booked bigint not null default 0;
      drop table outboxes;`,
  },
];
