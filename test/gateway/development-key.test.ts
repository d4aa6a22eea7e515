import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyDesk } from '../../src/access/issue-keys.ts';
import { startGateway, type TestGateway, temporaryFolder } from '../harness.ts';
import { newKey } from './asking.ts';

const statusFor = async (gateway: TestGateway, key: string): Promise<number> =>
  (await gateway.ask('{ aiRoutes { name } }', {}, { key })).status;

describe('the development key', () => {
  it('the development key does not work outside development, nor do keys that were made with it; in development they work again', async () => {
    const folder = temporaryFolder();
    const state = { storage: { folder } };
    const first = await startGateway(state);
    const key = first.developmentKey ?? '';
    const made = await newKey(first, {});
    const shell = await keyDesk(first.storage.keys).issue({
      name: 'web',
      team: 'web',
      scopes: ['ai:use'],
      routes: null,
      monthlyBudget: null,
      requestsPerMinute: null,
      expiresAt: null,
    });
    expect(await statusFor(first, key)).toBe(200);
    await first.close();

    const production = await startGateway({ ...state, server: { drainMs: 500, development: false } });
    expect(production.developmentKey).toBeNull();
    for (const secret of [key, made.secret]) {
      expect(await production.ask('{ aiRoutes { name } }', {}, { key: secret })).toMatchObject({
        status: 401,
        errors: [
          {
            message: expect.stringMatching(/^This is the key of development, or was made with it/),
            extensions: { code: 'UNAUTHENTICATED' },
          },
        ],
      });
    }
    expect(await statusFor(production, shell.secret)).toBe(200);
    await production.close();

    const again = await startGateway(state);
    expect(again.developmentKey).toBe(key);
    expect(await statusFor(again, made.secret)).toBe(200);
  });

  it('the development key is in a file that says where it works', async () => {
    const folder = temporaryFolder();
    const { developmentKey } = await startGateway({ storage: { folder } });
    expect(readFileSync(join(folder, 'development-key'), 'utf8').split('\n')).toEqual([
      developmentKey,
      '# For development alone: a gateway in production refuses this key, and every key that was made with it.',
      '',
    ]);
  });
});
