import { spawn } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Migration } from '../../../src/storage/database/database.ts';
import { migrations } from '../../../src/storage/database/migrate.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { databaseContract, itemsMigration } from '../../contracts/database.ts';
import { temporaryFolder } from '../state.ts';

const opened = (file: string, list: readonly Migration[] = [itemsMigration]) => {
  const database = openSqlite(file, list);
  onTestFinished(() => database.close());
  return database;
};

describe('SQLite in a file', () => databaseContract(async () => opened(join(temporaryFolder(), 'a', 'state.db'))));
describe('SQLite in memory', () => databaseContract(async () => opened(':memory:')));

describe('migrations', () => {
  it('migrations are applied once, in the order of their numbers, also when some come later', async () => {
    const file = join(temporaryFolder(), 'state.db');
    const second = { id: 2, name: 'more', sql: 'alter table items add column more text' };
    await openSqlite(file, [itemsMigration]).close();
    const database = opened(file, [second, itemsMigration]);
    await database.run('insert into items (id, n, more) values ($1, $2, $3)', ['a', 1, 'x']);
    expect(await database.all('select id from migrations order by id')).toMatchObject([{ id: 1 }, { id: 2 }]);
  });

  it('migrations make every database in memory the same as a file, without the rows of another', async () => {
    const made = [];
    for (const file of [':memory:', ':memory:', ':memory:', join(temporaryFolder(), 'state.db')]) {
      const database = opened(file, migrations);
      made.push({
        shape: await database.all('select type, name, sql from sqlite_schema order by name'),
        applied: await database.all('select id, name from migrations order by id'),
        seals: await database.all('select * from seals'),
      });
      await database.run("insert into seals (fingerprint) values ('a')");
    }
    expect(made[0]).toMatchObject({ applied: { length: migrations.length }, seals: [] });
    for (const other of made.slice(1)) expect(other).toEqual(made[0]);
  });

  it('migrations leave the file as it was when one fails', async () => {
    const file = join(temporaryFolder(), 'state.db');
    const broken = { id: 2, name: 'broken', sql: 'create table fine (id text); create nonsense' };
    expect(() => openSqlite(file, [itemsMigration, broken])).toThrow();
    const database = opened(file, []);
    expect(await database.all(`select name from sqlite_master where name in ('items', 'fine')`)).toEqual([]);
  });

  it('migrations refuse a file that a newer version wrote, in a sentence', async () => {
    const file = join(temporaryFolder(), 'state.db');
    await openSqlite(file, [itemsMigration, { id: 99, name: 'future', sql: 'create table future (id text)' }]).close();
    expect(() => openSqlite(file, [itemsMigration])).toThrow(/newer version.*99/);
  });

  it('migrations have numbers of their own', () => {
    const ids = migrations.map((migration) => migration.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

it('a SQLite database is opened by many processes at the same moment, and loses nothing that any of them wrote', async () => {
  const folder = temporaryFolder();
  const script = join(folder, 'writer.ts');
  writeFileSync(
    script,
    `import { openSqlite } from ${JSON.stringify(join(import.meta.dirname, '../../../src/storage/database/sqlite.ts'))};
     const database = openSqlite(${JSON.stringify(join(folder, 'state.db'))}, [${JSON.stringify(itemsMigration)}]);
     for (let n = 0; n < 50; n += 1) await database.run('insert into items (id, n) values ($1, $2)', [process.pid + ' ' + n, n]);
     await database.close();`,
  );
  const endings = await Promise.all(
    Array.from({ length: 4 }, () => {
      const child = spawn(process.execPath, [script], { stdio: ['ignore', 'ignore', 'inherit'] });
      return new Promise((resolve) => child.once('exit', resolve));
    }),
  );
  expect(endings).toEqual([0, 0, 0, 0]);
  expect(await opened(join(folder, 'state.db')).all('select count(*) as n from items')).toMatchObject([{ n: 200 }]);
});

it('a SQLite database is opened while another connection of the process is in the middle of a transaction', async () => {
  const file = join(temporaryFolder(), 'state.db');
  const one = opened(file);
  await one.tx(async (tx) => {
    await tx.run('insert into items (id, n) values ($1, $2)', ['a', 1]);
    expect(await opened(file).all('select id from items')).toEqual([]);
  });
});

it('a SQLite database waits for a transaction of another connection without holding up the event loop', async () => {
  const file = join(temporaryFolder(), 'state.db');
  const [one, other] = [opened(file), opened(file)];
  let otherDone: Promise<number> | null = null;
  await one.tx(async (tx) => {
    await tx.run('insert into items (id, n) values ($1, $2)', ['a', 1]);
    otherDone = other.run('insert into items (id, n) values ($1, $2)', ['b', 2]);
    await new Promise((resolve) => setImmediate(resolve));
  });
  expect(await otherDone).toBe(1);
  expect(await one.all('select id from items order by id')).toMatchObject([{ id: 'a' }, { id: 'b' }]);
});

describe('a file that is lost under its connections', () => {
  const ids = async (database: ReturnType<typeof opened>) => (await database.all('select id from items')).map((row) => row['id']);

  it.each([
    ['emptied', (file: string) => truncateSync(file, 0)],
    ['overwritten', (file: string, content: Buffer) => writeFileSync(file, Buffer.from(content).fill(7, 4_096))],
    ['another database', (file: string) => writeFileSync(file, otherDatabase())],
  ])(
    'a file that is lost under its connections (%s) is told in words for the caller, and serves again at the next question when it has been put back',
    async (_, lose) => {
      const file = join(temporaryFolder(), 'state.db');
      const database = opened(file);
      await database.run('insert into items (id, n) values ($1, $2)', ['a', 1]);
      await database.exec('pragma wal_checkpoint(truncate); pragma shrink_memory');
      const content = readFileSync(file);
      lose(file, content);
      const lost = { code: 'MODEL_UNAVAILABLE', retryable: false, details: { about: 'gateway' } };
      for (let asked = 0; asked < 3; asked += 1) {
        await expect(database.run('insert into items (id, n) values ($1, $2)', [`lost ${asked}`, 1])).rejects.toMatchObject(lost);
        await expect(database.all('select id from items')).rejects.toMatchObject(lost);
      }
      writeFileSync(file, content);
      expect(await ids(database)).toEqual(['a']);
      await database.tx((tx) => tx.run('insert into items (id, n) values ($1, $2)', ['b', 1]));
      expect(await ids(database)).toEqual(['a', 'b']);
    },
  );

  it('a file that is lost under its connections keeps its log while it is empty: what was written last is there when it has been put back', async () => {
    const file = join(temporaryFolder(), 'state.db');
    const database = opened(file);
    await database.exec('pragma wal_checkpoint(truncate); pragma shrink_memory');
    const content = readFileSync(file);
    await database.run('insert into items (id, n) values ($1, $2)', ['in the log', 1]);
    const log = readFileSync(`${file}-wal`);
    truncateSync(file, 0);
    await database.all('select id from items').catch(() => {});
    await database.exec('vacuum').catch(() => {});
    await database.all('select id from items').catch(() => {});
    expect(readFileSync(`${file}-wal`).subarray(0, log.length).equals(log)).toBe(true);
    writeFileSync(file, content);
    expect(await ids(database)).toEqual(['in the log']);
  });

  it('a file that is lost under its connections ends no transaction that is under way on the old connections', async () => {
    const file = join(temporaryFolder(), 'state.db');
    const database = opened(file);
    await database.exec('pragma wal_checkpoint(truncate); pragma shrink_memory');
    const content = readFileSync(file);
    truncateSync(file, 0);
    await expect(database.run('insert into items (id, n) values ($1, $2)', ['a', 1])).rejects.toThrow();
    writeFileSync(file, content);
    const [inserted, read] = await Promise.all([
      database.tx(async (tx) => {
        await tx.run('insert into items (id, n) values ($1, $2)', ['b', 1]);
        await new Promise((resolve) => setImmediate(resolve));
        return tx.run('insert into items (id, n) values ($1, $2)', ['c', 1]);
      }),
      ids(database),
    ]);
    expect([inserted, read.length === 0 || read.length === 2]).toEqual([1, true]);
    expect(await ids(database)).toEqual(['b', 'c']);
  });
});

function otherDatabase(): Buffer {
  const file = join(temporaryFolder(), 'other.db');
  const other = new DatabaseSync(file);
  other.exec('pragma journal_mode = wal; create table others (id text)');
  other.close();
  return readFileSync(file);
}
