import type { Migration } from '../database/database.ts';

/** `policy` is the JSON of a `Policy`. Columns that both tables have are in the same order at the beginning. */
export const directoryMigrations: readonly Migration[] = [
  {
    id: 61,
    name: 'organisations and teams',
    sql: `
      create table organisations (
        name text primary key, description text, policy text not null, created_at bigint not null, created_by text not null,
        updated_at bigint not null, updated_by text not null, archived_at bigint
      );
      create table teams (
        name text primary key, description text, policy text not null, created_at bigint not null, created_by text not null,
        updated_at bigint not null, updated_by text not null, archived_at bigint, organisation text
      );`,
  },
  {
    id: 63,
    name: 'members of teams',
    sql: `
      create table team_members (principal text primary key, team text not null, added_at bigint not null, added_by text not null);
      create index team_members_team on team_members (team, added_at);`,
  },
  {
    id: 222,
    name: 'versions of organisations and teams',
    sql: `
      alter table organisations add column version bigint not null default 1;
      alter table teams add column version bigint not null default 1;`,
  },
];
