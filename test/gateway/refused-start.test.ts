import { expect, it } from 'vitest';
import { createGateway } from '../../src/gateway.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { plainConfig, temporaryFolder, whenOver } from '../harness.ts';

it('a gateway that cannot be put together gives its state folder back', async () => {
  const folder = temporaryFolder();
  const config = { ...plainConfig, storage: { folder }, collections: { 'index:Product': {} } };
  await expect(createGateway(config, { folder, loopback: true, log: silentLog })).rejects.toThrow('has the name of an index of entities');
  const storage = await openStorage({ folder });
  whenOver(() => storage.close());
  await expect(storage.database.all('select id from owners')).resolves.toHaveLength(1);
});
