import { commitOrRefuse } from '../database/commit-or-refuse.ts';
import type { Database, Row } from '../database/database.ts';
import { type ChangeAction, type ChangedPart, type ChangeRecord, type Changes, maxKeptChanges } from './changes.ts';

export function openChanges(database: Database): Changes {
  const commit = commitOrRefuse(database, 'The change was made, and could not be noted in the list of changes.');
  return {
    async note({ on, at, by, action, parts, reason }, isLogged) {
      await commit(async (tx) => {
        await tx.run(insert, [on, at, by, action, JSON.stringify(parts), reason, isLogged ? 1 : 0]);
        await tx.run(deleteOldest, [on, maxKeptChanges]);
      });
    },
    async of(on, first) {
      return (await database.all('select * from changes where target = $1 order by seq desc limit $2', [on, first])).map(changeOf);
    },
    async takeUnlogged(max) {
      // Asked every second or two by every gateway: nobody waits for a lock to learn that there is nothing.
      if ((await database.all('select seq from changes where logged = 0 limit 1')).length === 0) return [];
      return database.tx(async (tx) => {
        const rows = await tx.all('select * from changes where logged = 0 order by seq limit $1', [max]);
        for (const row of rows) await tx.run(hasList.test(String(row['target'])) ? setLogged : deleteOne, [Number(row['seq'])]);
        return rows.map(changeOf);
      });
    },
    async deleteBefore(time) {
      for (let deleted = rowsPerDelete; deleted === rowsPerDelete; ) deleted = await database.run(deleteSome, [time, rowsPerDelete]);
    },
  };
}

/** What was done to users and tokens is in the log alone from then on: a user who is erased leaves nothing here. */
const hasList = /^(?:key|team|organisation):/;

const rowsPerDelete = 500;

const insert = `insert into changes (target, at, done_by, action, parts, reason, logged) values ($1, $2, $3, $4, $5, $6, $7)`;

const setLogged = 'update changes set logged = 1 where seq = $1';
const deleteOne = 'delete from changes where seq = $1';

/** What no log has is kept. */
const deleteOldest = `delete from changes where target = $1 and logged = 1 and seq <=
  (select seq from changes where target = $1 order by seq desc limit 1 offset $2)`;

const deleteSome = `delete from changes where seq in (select seq from changes where at < $1 and logged = 1 limit $2)`;

const changeOf = (row: Row): ChangeRecord => ({
  on: String(row['target']),
  at: Number(row['at']),
  by: String(row['done_by']),
  action: String(row['action']) as ChangeAction,
  parts: JSON.parse(String(row['parts'])) as ChangedPart[],
  reason: row['reason'] === null ? null : String(row['reason']),
});
