import { onTestFinished } from 'vitest';
import { openKeys } from '../../src/storage/keys-sql.ts';
import { migrations } from '../../src/storage/migrations.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';
import { keysContract } from '../contracts/keys.ts';

keysContract(async () => {
  const database = openSqlite(':memory:', migrations);
  onTestFinished(() => database.close());
  return openKeys(database);
});
