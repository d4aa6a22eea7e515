import type { Migration } from '../database/database.ts';

/** Processes that share the state. `leased_until` is milliseconds since 1970, UTC. */
export const ownerMigrations: readonly Migration[] = [
  {
    id: 1,
    name: 'owners',
    sql: `
      create table owners (
        id text primary key,
        host text not null,
        pid bigint not null,
        began_at bigint not null,
        leased_until bigint not null
      );`,
  },
];
