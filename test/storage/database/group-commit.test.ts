import { expect, it, onTestFinished, vi } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import { groupCommit } from '../../../src/storage/database/group-commit.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { itemsMigration } from '../../contracts/database.ts';

function open() {
  const database = openSqlite(':memory:', [itemsMigration]);
  onTestFinished(() => database.close());
  let transactions = 0;
  const commit = groupCommit({
    ...database,
    tx: (work) => {
      transactions += 1;
      return database.tx(work);
    },
  });
  const insert = (id: string) => commit((tx) => tx.run('insert into items (id, n) values ($1, $2)', [id, 1]));
  const ids = async () => (await database.all('select id from items order by id')).map((row) => row['id']);
  return { database, commit, insert, ids, transactions: () => transactions };
}

it('the group commit commits together what is asked for in one turn, in order', async () => {
  const { commit, insert, ids, transactions } = open();
  const seen = commit(async (tx) => (await tx.all('select id from items')).length);
  const [, , then] = await Promise.all([insert('a'), insert('b'), commit(async (tx) => (await tx.all('select id from items')).length)]);
  expect(await seen).toBe(0);
  expect(then).toBe(2);
  expect(await ids()).toEqual(['a', 'b']);
  expect(transactions()).toBe(1);
});

it('the group commit refuses one without the others', async () => {
  const { commit, insert, ids, transactions } = open();
  const no = new GatewayError('BUDGET_EXCEEDED', 'No.');
  const endings = await Promise.allSettled([insert('a'), commit(() => Promise.reject(no)), insert('b')]);
  expect(endings.map((ending) => ending.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(endings[1]).toMatchObject({ reason: no });
  expect(await ids()).toEqual(['a', 'b']);
  expect(transactions()).toBe(1);
});

it('the group commit lets one that the database refuses fail alone, and does the others once', async () => {
  const { insert, ids } = open();
  const endings = await Promise.allSettled([insert('a'), insert('a'), insert('b')]);
  expect(endings.map((ending) => ending.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await ids()).toEqual(['a', 'b']);
});

it('the group commit refuses what a database lets nobody begin, all at once, and does nothing of it later', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { insert: stored, ids, database } = open();
  await stored('before');
  const free = Promise.withResolvers<void>();
  const begun: Promise<unknown>[] = [];
  const commit = groupCommit({
    ...database,
    tx(work) {
      const turn = free.promise.then(() => database.tx(work));
      begun.push(turn);
      return turn;
    },
  });
  const insert = (id: string) => commit((tx) => tx.run('insert into items (id, n) values ($1, $2)', [id, 1]));
  const endings = Promise.allSettled([insert('a'), insert('b')]);
  await new Promise((resolve) => setImmediate(resolve));
  const later = Promise.allSettled([insert('c')]);
  await new Promise((resolve) => setImmediate(resolve));
  vi.advanceTimersByTime(1_000);
  expect([...(await endings), ...(await later)].map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  free.resolve();
  await Promise.all(begun);
  expect(await ids()).toEqual(['before']);
});

it('the group commit asks a database that refuses to begin once for all, not once for each', async () => {
  const { database } = open();
  let transactions = 0;
  const commit = groupCommit({
    ...database,
    tx() {
      transactions += 1;
      return Promise.reject(new Error('database is locked'));
    },
  });
  const endings = await Promise.allSettled([1, 2, 3].map(() => commit(async () => {})));
  expect(endings.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(transactions).toBe(1);
});
