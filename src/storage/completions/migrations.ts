import type { Migration } from '../database/database.ts';

/** An idempotency key is stored as a digest. Bodies and comments are sealed (see `../state/seal.ts`) and stored as base64. */
export const completionMigrations: readonly Migration[] = [
  {
    id: 5,
    name: 'completions',
    sql: `
      create table idempotency (
        digest text primary key, input_hash text not null, completion_id text not null, expires_at bigint not null
      );
      create index idempotency_expiry on idempotency (expires_at);
      create table completions (
        id text primary key, principal text not null, body text not null, expires_at bigint not null
      );
      create index completions_expiry on completions (expires_at);
      create table completion_ratings (
        completion_id text not null, principal text not null, score double precision not null, comment text, rated_at bigint not null,
        primary key (completion_id, principal)
      );`,
  },
  {
    id: 31,
    name: 'completions are stored when they begin',
    sql: `
      alter table completions add column progress text not null default 'ended';
      alter table completions add column owner text;
      create index completions_running on completions (owner) where owner is not null;
      create index idempotency_completion on idempotency (completion_id);`,
  },
  {
    id: 141,
    name: 'ratings by time',
    sql: 'create index completion_ratings_time on completion_ratings (rated_at);',
  },
];
