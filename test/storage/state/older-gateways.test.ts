/** A state folder that a gateway of an older version uses, or used, when a newer one opens it. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Database } from '../../../src/storage/database/database.ts';
import { migrations } from '../../../src/storage/database/migrate.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { openStorage } from '../../../src/storage/open-storage.ts';
import { type OwnerOptions, openOwner } from '../../../src/storage/state/owner.ts';
import { deadPid, temporaryFolder } from '../state.ts';

/** The folder of a gateway that runs, and that knows no eighths of days. */
async function olderGateway(options: OwnerOptions = {}) {
  const folder = temporaryFolder();
  const older = migrations.filter(({ id }) => id < 220);
  const database = openSqlite(join(folder, 'fieldgate.db'), older);
  const owner = await openOwner(database, options);
  onTestFinished(() => database.close());
  onTestFinished(() => owner.close());
  return { folder, database, owner };
}

const opensIn = async (folder: string): Promise<void> => (await openStorage({ folder })).close();
const applied = async (database: Database): Promise<boolean> => (await database.all('select 1 from migrations where id = 240')).length > 0;

it.each([
  ['on this host', {}],
  ['in another container', { host: 'other', pid: deadPid }],
])('a folder that an older gateway uses %s is refused, in a sentence, and left as it is until that gateway stops', async (_, options) => {
  const { folder, database, owner } = await olderGateway(options);
  await expect(opensIn(folder)).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.stringMatching(/is used by a gateway of an older version.*Stop that gateway first/),
  });
  await expect(opensIn(folder)).rejects.toMatchObject({ message: expect.stringContaining(folder) });
  expect(await applied(database)).toBe(false);
  await owner.close();
  await opensIn(folder);
  expect(await applied(database)).toBe(true);
});

it.each<readonly [string, OwnerOptions]>([
  ['was killed on this host', { pid: deadPid }],
  ['was killed in another container, a lease ago', { host: 'other', now: () => Date.now() - 30_001 }],
  ['was killed in another container, before the clock was set back', { host: 'other', now: () => Date.now() + 3_600_000 }],
])('a folder whose older gateway %s is opened at once', async (_, options) => {
  const { folder, database } = await olderGateway(options);
  await opensIn(folder);
  expect(await applied(database)).toBe(true);
});

it('a folder whose older gateway was killed in a container of the same name is opened, where the new one has the same process number', async () => {
  const { folder, database, owner } = await olderGateway({ host: hostname() });
  await database.run('update owners set began_at = began_at - 60000 where id = $1', [owner.id()]);
  await opensIn(folder);
  expect(await applied(database)).toBe(true);
});

it('a folder that a gateway of the same version uses is opened by another', async () => {
  const folder = join(temporaryFolder(), 'state');
  const one = await openStorage({ folder });
  onTestFinished(() => one.close());
  await opensIn(folder);
});
