/** Deletes usage rows that are older than the configured retention, in small steps between which other requests are served. */
import { setImmediate as letOthers } from 'node:timers/promises';
import type { Database, SqlValue } from '../database/database.ts';

const atOnce = 500;

/** Deletes rows and roll-ups before that UTC day, and the keys that no row uses any more. Returns the number of rows. */
export async function deleteOldUsage(database: Database, before: number): Promise<number> {
  const inPieces = async (sql: string, ...values: readonly SqlValue[]): Promise<number> => {
    let all = 0;
    for (let deleted = atOnce; deleted === atOnce; all += deleted) {
      deleted = await database.run(sql, [...values, atOnce]);
      await letOthers();
    }
    return all;
  };
  const rows = await inPieces(deleteRows, before);
  for (const table of ['usage_quarters', 'usage_eighths', 'usage_days']) await inPieces(deleteFrom(table), before);
  await deleteUnusedKeys(database);
  return rows;
}

const deleteRows =
  'delete from usage_rows where (call_id, use) in (select call_id, use from usage_rows where time < $1 order by time limit $2)';
const deleteFrom = (table: string): string =>
  `delete from ${table} where (start, key_id) in (select start, key_id from ${table} where start < $1 order by start, key_id limit $2)`;

/** Every row's day is in the daily roll-up, which is faster to search. */
async function deleteUnusedKeys(database: Database): Promise<void> {
  for (let behind: bigint | null = -(2n ** 63n); behind !== null; ) {
    const [last] = await database.all('select cast(id as text) as its_id from usage_keys where id > $1 order by id limit 1 offset $2', [
      behind,
      atOnce - 1,
    ]);
    const until: bigint | null = last === undefined ? null : BigInt(String(last['its_id']));
    await database.run(
      `delete from usage_keys where id >= $1 and id <= $2 and not exists (select 1 from usage_days where usage_days.key_id = usage_keys.id)`,
      [behind, until ?? 2n ** 63n - 1n],
    );
    behind = until;
    await letOthers();
  }
}
