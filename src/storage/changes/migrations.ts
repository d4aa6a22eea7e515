import type { Migration } from '../database/database.ts';

/** `parts` is JSON: see `ChangedPart`. */
export const changeMigrations: readonly Migration[] = [
  {
    id: 220,
    name: 'changes by administrators',
    sql: `
      create table changes (
        seq integer primary key, target text not null, at bigint not null, done_by text not null, action text not null, parts text not null,
        reason text, logged integer not null
      );
      create index changes_target on changes (target, seq);
      create index changes_at on changes (at);
      create index changes_unlogged on changes (seq) where logged = 0;`,
  },
];
