import type { Migration } from '../database/database.ts';

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
  {
    id: 41,
    name: 'keys that keys make',
    // Until this migration the development key was an ordinary key. It is recognised by what `developmentKey` wrote.
    sql: `
      alter table virtual_keys add column calls_per_minute bigint;
      alter table virtual_keys add column made_by text;
      alter table virtual_keys add column development integer not null default 0;
      create index virtual_keys_made_by on virtual_keys (made_by);
      update virtual_keys set development = 1
        where name = 'development' and team = 'development' and scopes like '%"ai:keys:all"%'
          and routes is null and monthly_budget is null and requests_per_minute is null and expires_at is null;`,
  },
  {
    id: 62,
    name: 'keys that change',
    sql: `
      alter table virtual_keys add column former_hash text;
      alter table virtual_keys add column former_until bigint;
      alter table virtual_keys add column created_by text;
      alter table virtual_keys add column updated_at bigint;
      alter table virtual_keys add column updated_by text;
      alter table virtual_keys add column last_used_at bigint;
      update virtual_keys set created_by = 'key:' || made_by where made_by is not null;`,
  },
  {
    id: 151,
    name: 'agents and session caps of keys',
    // `session_caps` is JSON: see `SessionCaps`.
    sql: `
      alter table virtual_keys add column agent text;
      alter table virtual_keys add column session_caps text;`,
  },
  {
    id: 221,
    name: 'versions of keys',
    sql: 'alter table virtual_keys add column version bigint not null default 1;',
  },
];
