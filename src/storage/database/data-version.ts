/** A number that changes with the commits of other connections to the database, whatever they wrote. */
import type { Database } from './database.ts';

const readings = new WeakMap<Database, Promise<string>>();

/** Read once in a turn of the event loop, for all stores that ask. SQLite alone; a database that many write to needs a row for it. */
export function dataVersion(database: Database): Promise<string> {
  const known = readings.get(database);
  if (known !== undefined) return known;
  const reading = database.all('pragma data_version').then(([row]) => String(row?.['data_version']));
  readings.set(database, reading);
  setImmediate(() => readings.delete(database));
  return reading;
}
