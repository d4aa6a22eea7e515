import type { Migration } from './database.ts';

/** `takes` counts how often the job was begun without getting any further. Times are milliseconds since 1970, UTC. */
export const jobMigrations: readonly Migration[] = [
  {
    id: 15,
    name: 'jobs',
    sql: `
      create table jobs (
        id text primary key,
        kind text not null,
        owner text not null,
        body text not null,
        status text not null,
        progress text,
        lease text,
        leased_until bigint not null default 0,
        takes integer not null default 0,
        created_at bigint not null,
        ended_at bigint
      );
      create index jobs_open on jobs (kind, created_at) where status in ('waiting', 'running');`,
  },
];
