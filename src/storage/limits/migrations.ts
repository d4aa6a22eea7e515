import type { Migration } from '../database/database.ts';

/**
 * - `accounts`: a budget in one window, or slots (`per` slots).
 * - `holdings`: how much of an account each process holds, and what its settlements have booked and freed. So everything that a dead process
 *   held is given back at once.
 * - `draws`: draws of dead processes that are being ended. `cost` is null when the draw had not settled, and `input_cost` when an earlier
 *   version made it.
 * - `lost_draws`: draws that had not settled, with what their LOST row booked and what is still held.
 * - `recalls`: requests to all processes to give back what is left of their leases.
 * - `budget_warnings`: due until somebody outside was told. `part` is the part of the budget that is spent.
 */
export const limitMigrations: readonly Migration[] = [
  {
    id: 3,
    name: 'limits',
    sql: `
      create table accounts (
        name text not null, per text not null, window_start bigint not null,
        spent bigint not null, held bigint not null,
        primary key (name, per, window_start)
      );
      create table holdings (
        owner text not null, name text not null, per text not null, window_start bigint not null, amount bigint not null,
        primary key (owner, name, per, window_start)
      );
      create table draws (
        id text primary key, owner text not null, call_id text not null, most bigint not null, cost bigint,
        accounts text not null, usage_rows text not null, began_at bigint not null
      );
      create index draws_call on draws (call_id);
      create index draws_owner on draws (owner);
      create table slots (name text not null, id text not null, owner text not null, primary key (name, id));
      create index slots_owner on slots (owner);`,
  },
  {
    id: 20,
    name: 'lost draws',
    sql: `
      alter table draws add column input_cost bigint;
      create table lost_draws (
        id text primary key, call_id text not null, booked bigint not null, held bigint not null,
        accounts text not null, lost_at bigint not null, held_until bigint not null
      );
      create index lost_draws_until on lost_draws (held_until);`,
  },
  {
    id: 46,
    name: 'rates that processes share',
    sql: 'create table rate_levels (bucket text primary key, tokens double precision not null, at bigint not null);',
  },
  {
    id: 51,
    name: 'settlements in memory',
    sql: 'alter table holdings add column freed bigint not null default 0;',
  },
  {
    id: 52,
    name: 'leases of accounts',
    sql: `
      create table recalls (
        name text not null, per text not null, window_start bigint not null, ask bigint not null,
        primary key (name, per, window_start)
      );
      create index recalls_ask on recalls (ask);
      create index holdings_account on holdings (name, per, window_start);
      drop table slots;`,
  },
  {
    id: 80,
    name: 'rates in whole units',
    // The table before it stays: a process of an older version may run beside.
    sql: 'create table rate_units (bucket text primary key, level bigint not null, at bigint not null);',
  },
  {
    id: 81,
    name: 'warnings of budgets',
    sql: `
      create table budget_warnings (
        id text primary key, name text not null, per text not null, window_start bigint not null, part double precision not null,
        time_zone text not null, amount bigint not null, spent bigint not null, period_begin bigint not null, period_end bigint,
        reached_at bigint not null, due_at bigint, failures bigint not null,
        unique (name, per, window_start, part)
      );
      create index budget_warnings_due on budget_warnings (due_at);`,
  },
  {
    id: 82,
    name: 'sessions',
    sql: `
      create table sessions (name text primary key, started_at bigint not null, ends_at bigint not null);
      create index sessions_end on sessions (ends_at);`,
  },
  {
    id: 152,
    name: 'warnings by the time at which they were reached',
    sql: 'create index budget_warnings_reached on budget_warnings (reached_at);',
  },
];
