import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openChanges } from '../../../src/storage/changes/sql-changes.ts';
import { migrations } from '../../../src/storage/database/migrate.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { changesContract } from '../../contracts/changes.ts';
import { temporaryFolder } from '../state.ts';

changesContract(async () => {
  const database = openSqlite(':memory:', migrations);
  onTestFinished(() => database.close());
  return openChanges(database);
});

it('of two gateways on one folder, one alone is given what was done in the shell', async () => {
  const file = join(temporaryFolder(), 'shared.db');
  const databases = [openSqlite(file, migrations), openSqlite(file, migrations)];
  onTestFinished(async () => {
    for (const database of databases) await database.close();
  });
  const [one, other] = databases.map(openChanges);
  const act = { at: 1, by: 'shell', action: 'archived', parts: [], reason: null } as const;
  for (let at = 0; at < 20; at += 1) await one?.note({ on: `team:t${at}`, ...act }, false);
  const taken = await Promise.all([one, other, one, other].map((changes) => changes?.takeUnlogged(7)));
  expect(taken.flat().map((change) => change?.on)).toHaveLength(20);
  expect(new Set(taken.flat().map((change) => change?.on)).size).toBe(20);
});
