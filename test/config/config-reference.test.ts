import { globSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import type { GatewayConfig } from '../../src/config/config.ts';
import { configReference } from './config-reference.ts';

/** `npm run codegen` writes it: vitest's `--update`. */
it('schema/CONFIG.md, the reference of all settings, is what the tables say today', async () => {
  await expect(configReference()).toMatchFileSnapshot('../../schema/CONFIG.md');
});

describe('the reference of all settings', () => {
  const text = configReference();

  it.each([
    [
      '`drainMs` | whole number, milliseconds | `10_000` | a whole number of milliseconds, 0 or more | How long streams may continue after SIGTERM. |',
    ],
    ['`provider` | text | *needed* | the name of a provider | The provider that serves the model. |'],
    ['`maxSocketsPerTeam` | whole number | half of `maxSockets` |'],
    ['`holdBackBytes` | whole number, bytes | `6_144` |'],
  ])('the reference of all settings says type, unit, default, what is accepted and what it is: %s', (row) => {
    expect(text).toContain(row);
  });

  it.each(globSync('test/config/examples/*.config.ts'))(
    'the reference of all settings has %s as an example, which compiles and has no mistake',
    async (file) => {
      for (const name of ['HIVE_CDN_KEY', 'PRODUCTS_KEY', 'BUDGET_WEBHOOK_SECRET']) vi.stubEnv(name, 'a-key');
      const { default: config } = (await import(pathToFileURL(resolve(file)).href)) as { readonly default: GatewayConfig };
      expect(checkConfig(config, dirname(resolve(file))).mistakes).toEqual([]);
      expect(text).toContain(readFileSync(file, 'utf8').slice(readFileSync(file, 'utf8').indexOf('defineConfig({')).split('\n')[1]?.trim());
    },
  );
});
