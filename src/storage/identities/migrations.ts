import type { Migration } from '../database/database.ts';

/** `scopes` and `routes` are JSON lists. */
export const identityMigrations: readonly Migration[] = [
  {
    id: 71,
    name: 'end users and short-lived tokens',
    sql: `
      create table end_users (
        id text primary key, realm text not null, name text not null, seen_at bigint not null, revoked_at bigint
      );
      create index end_users_name on end_users (name);
      create table short_lived_tokens (
        id text primary key, secret_hash text not null, key_id text not null, end_user text, scopes text not null, routes text,
        created_at bigint not null, expires_at bigint not null, revoked_at bigint
      );
      create index short_lived_tokens_key on short_lived_tokens (key_id, expires_at);
      create index short_lived_tokens_user on short_lived_tokens (end_user) where end_user is not null;
      create index short_lived_tokens_expiry on short_lived_tokens (expires_at);`,
  },
  {
    id: 72,
    name: 'budgets of tokens',
    sql: 'alter table short_lived_tokens add column budget bigint;',
  },
  {
    id: 154,
    name: 'erased users',
    // The name of an erased user is '' until the user comes back. The times of erasure and revocation stay.
    sql: `
      alter table end_users add column erased_at bigint;
      create index end_users_erased on end_users (erased_at) where erased_at is not null;`,
  },
];
