/** `cache.store` is any Keyv: kept answers go to the operator's own store. */
import { Keyv } from 'keyv';
import { expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import type { GatewayConfig } from '../../src/config/config.ts';
import { flatPrice } from '../../src/core/money.ts';
import type { AnswerStore } from '../../src/pipeline/cache/cache-store.ts';
import { openLog, silentLog } from '../../src/telemetry/log.ts';
import { says } from '../doubles.ts';
import { plainConfig, startGateway, type TestGateway } from '../harness.ts';

/** An adapter that nobody has published. */
function foreignAdapter() {
  const rows = new Map<string, unknown>();
  return {
    rows,
    async get(key: string) {
      return rows.get(key);
    },
    async set(key: string, value: unknown) {
      rows.set(key, value);
    },
    async delete(key: string) {
      return rows.delete(key);
    },
    async clear() {
      rows.clear();
    },
  };
}

const caching = (store: AnswerStore): Partial<GatewayConfig> => ({
  providers: { ...plainConfig.providers, model: says('From the model.') },
  deployments: { ...plainConfig.deployments, m: { provider: 'model', model: 'm', price: flatPrice({ input: 1, output: 1 }) } },
  routes: { ...plainConfig.routes, default: { deployments: ['m'], cacheSeconds: 60 } },
  cache: { store },
});

const query = `query ($text: String!) {
  completion(input: { prompt: { text: $text } }) { ... on Completion { text provenance { cache } } }
}`;

async function asked({ ask }: TestGateway, text: string): Promise<{ readonly text: string; readonly cache: string }> {
  const { data } = await ask(query, { text });
  return { text: data.completion.text, cache: data.completion.provenance.cache };
}

it('answers are kept in a Keyv of the operator’s, and another gateway on the same store is answered from it', async () => {
  const adapter = foreignAdapter();
  const first = await startGateway(caching(new Keyv({ store: adapter })));
  expect(await asked(first, 'Hi.')).toEqual({ text: 'From the model.', cache: 'MISS' });
  await expect.poll(() => adapter.rows.size).toBeGreaterThan(0);
  const second = await startGateway(caching(new Keyv({ store: adapter })));
  expect(await asked(second, 'Hi.')).toEqual({ text: 'From the model.', cache: 'HIT' });
});

it('a store whose methods throw at once counts as empty: every call is answered by the model', async () => {
  const broken = {
    get() {
      throw new Error('no store today');
    },
    set() {
      throw new Error('no store today');
    },
    on() {},
  };
  const gateway = await startGateway(caching(broken as unknown as AnswerStore));
  expect(await asked(gateway, 'Hi.')).toEqual({ text: 'From the model.', cache: 'MISS' });
  expect(await asked(gateway, 'Hi.')).toEqual({ text: 'From the model.', cache: 'MISS' });
});

it('what a store holds that is no answer of ours is not shown to anybody', async () => {
  const adapter = foreignAdapter();
  const gateway = await startGateway(caching(new Keyv({ store: adapter })));
  await asked(gateway, 'Hi.');
  await expect.poll(() => adapter.rows.size).toBeGreaterThan(0);
  for (const key of adapter.rows.keys()) adapter.rows.set(key, JSON.stringify({ value: '{"chunks":7}' }));
  expect(await asked(gateway, 'Hi.')).toEqual({ text: 'From the model.', cache: 'MISS' });
});

it('an error event of the store is in the log once, however often the configuration is read again', async () => {
  const logged: string[] = [];
  const store = new Keyv({ store: foreignAdapter() });
  const log = openLog({ destination: { write: (line) => void logged.push(line) } });
  const gateway = await startGateway(caching(store), { log });
  for (let times = 0; times < 3; times += 1) await gateway.reconfigure({ ...plainConfig, ...caching(store) });
  store.emit('error', new Error('connection lost'));
  expect(logged.filter((line) => line.includes('the answer cache failed'))).toHaveLength(1);
});

it('the store stays open when the gateway closes: it belongs to whoever made it', async () => {
  const closed: string[] = [];
  const store = new Keyv({ store: { ...foreignAdapter(), disconnect: async () => void closed.push('closed') } });
  const gateway = await startGateway(caching(store), { log: silentLog });
  await gateway.close();
  expect(closed).toEqual([]);
});

it.each([
  ['a map', new Map()],
  ['an address', 'redis://127.0.0.1'],
  ['an adapter alone', foreignAdapter()],
])('`fieldgate check` asks for a Keyv where cache.store is %s', (_, store) => {
  const { mistakes } = checkConfig({ ...plainConfig, cache: { store: store as unknown as AnswerStore } }, process.cwd());
  expect(mistakes).toEqual([
    expect.stringMatching(/^cache\.store is .*\. It must be a Keyv, such as new Keyv\(\{ store: new KeyvRedis\(address\) \}\)\.$/),
  ]);
});
