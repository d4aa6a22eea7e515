import type { Migration } from '../database/database.ts';

/** `takes` counts how often the job was taken without progress. Times are milliseconds since 1970, UTC. */
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
  {
    id: 30,
    name: 'turns between the owners of jobs',
    // `turn` numbers the takes of a kind. The owner with the smallest number was served the longest time ago.
    sql: `
      alter table jobs add column tenant text not null default '';
      alter table jobs add column not_before bigint not null default 0;
      update jobs set tenant = owner;
      create table job_parts (
        job_id text not null,
        position integer not null,
        bytes bigint not null,
        body text not null,
        primary key (job_id, position)
      );
      create index job_parts_bytes on job_parts (job_id, bytes);
      create table job_drafts (
        job_id text not null,
        position integer not null,
        name text not null,
        body blob not null,
        primary key (job_id, position, name)
      );
      create table job_turns (
        kind text not null,
        name text not null,
        turn bigint not null,
        taken_at bigint not null,
        primary key (kind, name)
      );
      drop index jobs_open;
      create index jobs_open on jobs (kind, owner, created_at, id) where status in ('waiting', 'running');
      create index jobs_running on jobs (kind, tenant, leased_until) where status = 'running';
      create index jobs_ended on jobs (ended_at) where ended_at is not null;`,
  },
  {
    id: 130,
    name: 'subjects of jobs',
    sql: `
      alter table jobs add column subject text not null default '';
      create index jobs_by_owner on jobs (kind, owner, created_at);`,
  },
];
