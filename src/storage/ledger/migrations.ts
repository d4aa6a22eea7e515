import type { Migration } from '../database/database.ts';

/**
 * Rows are narrow: what repeats (the dimensions) stands once in `usage_keys`, where '' means null, so that keys compare
 * and sort, and `id` is 64 bits of their digest. `usage_hours` is the roll-up, kept by the transaction that stores the rows. Times are milliseconds since 1970, UTC.
 */
export const ledgerMigrations: readonly Migration[] = [
  {
    id: 2,
    name: 'ledger',
    sql: `
      create table usage_keys (
        id bigint primary key,
        coordinate text not null, operation text not null, client text not null, principal text not null, team text not null,
        route text not null, deployment text not null, provider text not null, model text not null, outcome text not null, cache text not null
      );
      create table usage_rows (
        call_id text not null, use bigint not null, time bigint not null, key_id bigint not null, document_id text,
        fresh_input bigint not null, cache_read bigint not null, cache_write bigint not null, output bigint not null, reasoning bigint not null,
        estimated integer not null, cost bigint, saved_cost bigint not null, attempts bigint not null,
        latency_ms bigint not null, first_token_ms bigint, tags text not null,
        primary key (call_id, use)
      );
      create index usage_rows_time on usage_rows (time);
      create table usage_hours (
        hour bigint not null, key_id bigint not null, day bigint not null, month bigint not null,
        calls bigint not null, fresh_input bigint not null, cache_read bigint not null, cache_write bigint not null,
        output bigint not null, reasoning bigint not null, estimated bigint not null,
        priced bigint not null, cost bigint not null, saved_cost bigint not null,
        primary key (hour, key_id)
      );
      create table outboxes (file text primary key, position bigint not null);`,
  },
  {
    id: 21,
    name: 'hours of keys',
    sql: 'create index usage_hours_key on usage_hours (key_id);',
  },
  {
    id: 60,
    name: 'organisations in usage',
    sql: "alter table usage_keys add column organisation text not null default '';",
  },
  {
    id: 70,
    name: 'usage of end users',
    // A pseudonym; null: the credential had no user.
    sql: 'alter table usage_rows add column end_user text;',
  },
  {
    id: 150,
    name: 'usage of agents and sessions',
    // Agents are few; sessions are as many as callers like, so that they stand in the rows alone.
    sql: `
      alter table usage_keys add column agent text not null default '';
      alter table usage_rows add column session text;`,
  },
];
