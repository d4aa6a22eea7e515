import type { Migration } from '../database/database.ts';

/**
 * `booked` in the owners' table is the number of the last booked line of the owner's journal; the transaction that books lines sets it. A condemned
 * owner was taken for dead: it cannot renew its lease, and others end its draws. `condemned` = 2: its draws have been handed over. `booked` of a
 * holding is the amount booked on its account in the owner's name.
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
