import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { issueKey } from '../../../src/access/virtual-key.ts';
import { migrations } from '../../../src/storage/database/migrate.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { openKeys } from '../../../src/storage/keys/sql-keys.ts';
import { keysContract } from '../../contracts/keys.ts';
import { temporaryFolder } from '../state.ts';

keysContract(async () => {
  const database = openSqlite(':memory:', migrations);
  onTestFinished(() => database.close());
  return openKeys(database);
});

it('the store of keys has another version when another process has written to the same file', async () => {
  const file = join(temporaryFolder(), 'shared.db');
  const [here, elsewhere] = [openSqlite(file, migrations), openSqlite(file, migrations)];
  onTestFinished(async () => {
    await here.close();
    await elsewhere.close();
  });
  const keys = openKeys(here);
  const before = await keys.version();
  expect(await keys.version()).toBe(before);
  await openKeys(elsewhere).revoke('nobody', 1);
  expect(await keys.version()).toBe(before);
  const { record } = issueKey(
    { name: 'web', team: 'search', scopes: [], routes: null, monthlyBudget: null, requestsPerMinute: null, expiresAt: null },
    1,
  );
  await openKeys(elsewhere).put(record);
  const put = await keys.version();
  expect(put).not.toBe(before);
  await openKeys(elsewhere).revoke(record.id, 2);
  expect(await keys.version()).not.toBe(put);
});

it('the store of keys knows the development key of an older version for what it is, and takes no other key for one', async () => {
  const file = join(temporaryFolder(), 'old.db');
  const old = openSqlite(
    file,
    migrations.filter(({ id }) => id < 41),
  );
  const put = (id: string, name: string, scopes: string): Promise<number> =>
    old.run("insert into virtual_keys (id, secret_hash, name, team, scopes, created_at) values ($1, 'f', $2, 'development', $3, 1)", [
      id,
      name,
      scopes,
    ]);
  await put('made by npm start', 'development', '["ai:use","ai:keys","ai:keys:all"]');
  await put('of a team called so', 'web', '["ai:use","ai:keys:all"]');
  await put('of a name called so', 'development', '["ai:use"]');
  await old.close();
  const database = openSqlite(file, migrations);
  onTestFinished(() => database.close());
  const marked = (await openKeys(database).list()).filter(({ development }) => development);
  expect(marked.map(({ id }) => id)).toEqual(['made by npm start']);
});
