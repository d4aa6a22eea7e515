import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
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

it('knows the development key of an older version for what it is, and takes no other key for one', async () => {
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
