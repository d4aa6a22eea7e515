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

it('a user who was noted is in the database when that resolves, and users of one moment are written together', async () => {
  const database = openSqlite(':memory:', migrations);
  onTestFinished(() => database.close());
  let transactions = 0;
  const counted: typeof database = {
    ...database,
    tx(run) {
      transactions += 1;
      return database.tx(run);
    },
  };
  const identities = openIdentities({ database: counted, seal: sealWith(masterKey(null)), now });
  const named = (name: string) => ({ id: identities.pseudonymOf('team:web', name), realm: 'team:web', name });
  await identities.note(named('first'));
  expect(await database.all('select name from end_users')).toEqual([{ name: 'first' }]);
  const many = Array.from({ length: 500 }, (_, index) => named(`user-${index}`));
  await Promise.all([...many, ...many].map((user) => identities.note(user)));
  expect(await database.all('select count(*) as users from end_users')).toEqual([{ users: 501 }]);
  expect(transactions).toBeLessThanOrEqual(3);
  expect(identities.note(named('first'))).toBeUndefined();
});

it('a name that the database refuses is kept when the user comes again', async () => {
  const database = openSqlite(':memory:', migrations);
  onTestFinished(() => database.close());
  let fails = true;
  const failing: typeof database = {
    ...database,
    tx: (run) => (fails ? Promise.reject(new Error('The disk is full.')) : database.tx(run)),
  };
  const identities = openIdentities({ database: failing, seal: sealWith(masterKey(null)), now });
  const ann = { id: identities.pseudonymOf('team:web', 'ann'), realm: 'team:web', name: 'ann' };
  await identities.note(ann);
  expect(await identities.findUser(ann.id)).toBeNull();
  fails = false;
  await identities.note(ann);
  expect(await identities.findUser(ann.id)).toMatchObject({ name: 'ann' });
});
