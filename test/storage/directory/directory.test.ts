import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { migrations } from '../../../src/storage/database/migrate.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { openPolicy } from '../../../src/storage/directory/directory.ts';
import { openDirectory } from '../../../src/storage/directory/sql-directory.ts';
import { directoryContract } from '../../contracts/directory.ts';
import { temporaryFolder } from '../state.ts';

directoryContract(async () => {
  const database = openSqlite(':memory:', migrations);
  onTestFinished(() => database.close());
  return openDirectory(database);
});

it('the directory has another version when another process has changed a team', async () => {
  const file = join(temporaryFolder(), 'shared.db');
  const [here, elsewhere] = [openSqlite(file, migrations), openSqlite(file, migrations)];
  onTestFinished(async () => {
    await here.close();
    await elsewhere.close();
  });
  const directory = openDirectory(here);
  const before = await directory.version();
  expect(await directory.version()).toBe(before);
  const times = { createdAt: 1, createdBy: 'shell', updatedAt: 1, updatedBy: 'shell', version: 1, archivedAt: null };
  await openDirectory(elsewhere).teams.add({ name: 'search', description: null, organisation: null, policy: openPolicy, ...times });
  expect(await directory.version()).not.toBe(before);
});
