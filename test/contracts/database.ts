/** What every database keeps. The factory opens one on fresh storage, with a table `items (id text primary key, n bigint)`. */
import { expect, it } from 'vitest';
import type { Database } from '../../src/storage/database/database.ts';

export const itemsMigration = { id: 1, name: 'items', sql: 'create table items (id text primary key, n bigint)' };

export function databaseContract(open: () => Promise<Database>): void {
  const insert = 'insert into items (id, n) values ($1, $2)';
  const count = async (database: Database): Promise<number> => Number((await database.all('select count(*) as n from items'))[0]?.['n']);

  it('a database binds parameters by number, whatever their order in the text', async () => {
    const database = await open();
    expect(await database.run('insert into items (n, id) values ($2, $1)', ['a', 7])).toBe(1);
    expect(await database.all('select id, n from items where n = $1 and n = $1 and id = $2', [7, 'a'])).toMatchObject([{ id: 'a', n: 7 }]);
  });

  it('a database never takes a parameter for SQL', async () => {
    const database = await open();
    const evil = `'; drop table items; --`;
    await database.run(insert, [evil, 1]);
    expect(await database.all('select id from items where id = $1', [evil])).toMatchObject([{ id: evil }]);
  });

  it('a database keeps whole numbers up to 2^53 - 1 and nulls', async () => {
    const database = await open();
    await database.run(insert, ['most', Number.MAX_SAFE_INTEGER]);
    await database.run(insert, ['none', null]);
    const rows = await database.all('select n from items order by id');
    expect(rows.map((row) => row['n'])).toEqual([Number.MAX_SAFE_INTEGER, null]);
  });

  it('a database tells how many rows a statement changed', async () => {
    const database = await open();
    await database.run(insert, ['a', 1]);
    expect(await database.run(`${insert} on conflict do nothing`, ['a', 2])).toBe(0);
    await database.run(insert, ['b', 1]);
    expect(await database.run('update items set n = n + 1')).toBe(2);
  });

  it('a database does all of a transaction, or nothing', async () => {
    const database = await open();
    await database.tx(async (tx) => {
      await tx.run(insert, ['a', 1]);
      await tx.run(insert, ['b', 1]);
    });
    const failing = database.tx(async (tx) => {
      await tx.run(insert, ['c', 1]);
      await tx.run(insert, ['a', 1]);
    });
    await expect(failing).rejects.toThrow();
    expect(await count(database)).toBe(2);
  });

  it('a database goes on after a transaction whose work throws, and hands on what it threw', async () => {
    const database = await open();
    const thrown = new Error('no');
    await expect(database.tx(() => Promise.reject(thrown))).rejects.toBe(thrown);
    await database.run(insert, ['a', 1]);
    expect(await count(database)).toBe(1);
  });

  it('a database never interleaves two transactions, even when their work waits for something else', async () => {
    const database = await open();
    await database.run(insert, ['a', 0]);
    const increment = (): Promise<void> =>
      database.tx(async (tx) => {
        const [row] = await tx.all('select n from items where id = $1', ['a']);
        await new Promise((resolve) => setImmediate(resolve));
        await tx.run('update items set n = $1 where id = $2', [Number(row?.['n']) + 1, 'a']);
      });
    await Promise.all(Array.from({ length: 20 }, increment));
    expect(await database.all('select n from items')).toMatchObject([{ n: 20 }]);
  });

  it('a database shows nobody the half of a transaction', async () => {
    const database = await open();
    let seen: Promise<number> | null = null;
    await database
      .tx(async (tx) => {
        await tx.run(insert, ['a', 1]);
        seen = count(database);
        await new Promise((resolve) => setImmediate(resolve));
        throw new Error('changed its mind');
      })
      .catch(() => {});
    expect(await seen).toBe(0);
  });

  it('a database shows a write to the next read', async () => {
    const database = await open();
    for (let n = 1; n <= 20; n += 1) {
      await database.run(insert, [`row ${n}`, n]);
      expect(await count(database)).toBe(n);
    }
  });
}
