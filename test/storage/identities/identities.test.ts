import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { migrations } from '../../../src/storage/database/migrate.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { openIdentities } from '../../../src/storage/identities/sql-identities.ts';
import { masterKey, sealWith } from '../../../src/storage/state/seal.ts';
import { identitiesContract } from '../../contracts/identities.ts';
import { temporaryFolder } from '../state.ts';

const now = (): number => 2_000;

identitiesContract(async () => {
  const database = openSqlite(':memory:', migrations);
  onTestFinished(() => database.close());
  return openIdentities({ database, seal: sealWith(masterKey(null)), now });
});

it('two processes on one folder have the same pseudonyms and see what the other revoked; with another master key, users are others', async () => {
  const folder = temporaryFolder();
  const opened = (keyFile: string) => {
    const database = openSqlite(join(folder, 'shared.db'), migrations);
    onTestFinished(() => database.close());
    return openIdentities({ database, seal: sealWith(masterKey(join(folder, keyFile))), now });
  };
  const [here, elsewhere, stranger] = [opened('key'), opened('key'), opened('another-key')];
  const id = here.pseudonymOf('team:web', 'ann');
  expect(elsewhere.pseudonymOf('team:web', 'ann')).toBe(id);
  expect(stranger.pseudonymOf('team:web', 'ann')).not.toBe(id);
  await elsewhere.revokeUser({ id, realm: 'team:web', name: 'ann' }, 5);
  expect(await here.revocations('user', [id])).toEqual([{ id, revokedAt: 5 }]);
});
