/** `storage` is the settings of the embedded storage, `embedded({ ... })`, or a storage of the operator's own. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import type { GatewayConfig } from '../../src/config/config.ts';
import { embedded } from '../../src/config/embedded-storage.ts';
import { createGateway } from '../../src/gateway.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { plainConfig, startGateway, temporaryFolder } from '../harness.ts';
import { mapStorage } from '../map-storage/map-storage.ts';

const mistakesOf = (storage: unknown): readonly string[] =>
  checkConfig({ ...plainConfig, storage: storage as NonNullable<GatewayConfig['storage']> }, process.cwd()).mistakes;

describe('a storage of the operator’s own', () => {
  it('a storage of the operator’s own holds the keys, completions and work of the gateway', async () => {
    const storage = mapStorage();
    const gateway = await startGateway({ storage });
    expect((await storage.opened()?.keys.list())?.map(({ name }) => name)).toEqual(['development']);
    const { data } = await gateway.ask(
      'mutation { startCompletion(input: { prompt: { text: "The cat sat on the mat." } }) { ... on Completion { id } } }',
    );
    const [key] = (await storage.opened()?.keys.list()) ?? [];
    const kept = await storage.opened()?.completions.find(data.startCompletion.id, `key:${key?.id}`);
    expect(kept).toMatchObject({ id: data.startCompletion.id });
  });

  it('a storage of the operator’s own is answered for by itself: its problem makes the gateway not ready, in its own words', async () => {
    const storage = mapStorage();
    const gateway = await startGateway({ storage });
    const ready = async () => {
      const response = await fetch(new URL('/health/ready', gateway.url));
      return { status: response.status, text: await response.text() };
    };
    expect(await ready()).toMatchObject({ status: 200 });
    storage.hasProblem('The maps are on fire.');
    expect(await ready()).toMatchObject({ status: 503, text: expect.stringContaining('The maps are on fire.') });
  });

  it('a storage of the operator’s own is closed once, after all others, however often the gateway is', async () => {
    const storage = mapStorage();
    const gateway = await startGateway({ storage });
    await Promise.all([gateway.close(), gateway.close()]);
    expect(storage.closings()).toBe(1);
  });

  it('a storage of the operator’s own is closed when the gateway cannot be put together', async () => {
    const storage = mapStorage();
    const config = { ...plainConfig, storage, collections: { 'index:Product': {} } };
    const gateway = createGateway(config, { folder: temporaryFolder(), loopback: true, log: silentLog });
    await expect(gateway).rejects.toThrow('has the name of an index of entities');
    expect(storage.closings()).toBe(1);
  });

  it('a storage of the operator’s own has files of this machine beside it in its state folder, and none where it names none', async () => {
    const folder = temporaryFolder();
    await startGateway({ storage: mapStorage() }, { folder });
    await startGateway({ storage: mapStorage({ stateFolder: 'mine' }) }, { folder });
    expect([existsSync(join(folder, '.fieldgate')), existsSync(join(folder, 'mine', 'development-key'))]).toEqual([false, true]);
  });

  it('a storage of the operator’s own tells `fieldgate check` what it cannot be opened with', () => {
    expect(mistakesOf(mapStorage())).toEqual([]);
    expect(mistakesOf(mapStorage({ mistakes: ['storage: The address of the maps is missing.'] }))).toEqual([
      'storage: The address of the maps is missing.',
    ]);
  });
});

describe('embedded()', () => {
  it('embedded() is the same storage that its settings alone are', async () => {
    const folder = temporaryFolder();
    const gateway = await startGateway({ storage: embedded({ folder: 'state' }) }, { folder });
    await gateway.close();
    const again = await startGateway({ storage: { folder: 'state' } }, { folder });
    expect(again.developmentKey).toBe(gateway.developmentKey);
  });

  it('embedded() has its mistakes told as those of the settings are', () => {
    const wrong = { folder: 7, usageDays: 0, folders: 'x' } as never;
    expect(mistakesOf(embedded(wrong))).toEqual(mistakesOf(wrong));
    expect(mistakesOf(wrong)).toHaveLength(3);
  });
});

it.each([7, '.fieldgate', [], null])('`fieldgate check` says what storage may be where it is %j', (storage) => {
  expect(mistakesOf(storage)).toEqual([
    `storage is ${JSON.stringify(storage)}. It must be an object with settings: folder, usageDays, conversationDays, acceptLostMasterKey, lostHoldHours, or a storage with open(), such as embedded({ folder: "/var/lib/fieldgate" }).`,
  ]);
});
