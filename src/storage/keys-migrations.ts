import type { Migration } from './database.ts';

/** `scopes` and `routes` are JSON lists. */
export const keyMigrations: readonly Migration[] = [
  {
    id: 4,
    name: 'keys',
    sql: `
      create table virtual_keys (
        id text primary key, secret_hash text not null, name text not null, team text not null,
        scopes text not null, routes text, monthly_budget bigint, requests_per_minute bigint,
        created_at bigint not null, expires_at bigint, revoked_at bigint
      );`,
  },
];
