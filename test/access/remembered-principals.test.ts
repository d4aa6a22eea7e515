import { describe, expect, it } from 'vitest';
import { authenticator } from '../../src/access/authenticate.ts';
import { rememberPrincipals } from '../../src/access/remembered-principals.ts';
import { issueKey } from '../../src/access/virtual-key.ts';
import type { Keys } from '../../src/storage/keys/keys.ts';
import { mapKeys } from '../map-storage/map-keys.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function asking(expiresAt: number | null = null) {
  const stored = mapKeys();
  const reads: string[] = [];
  const keys: Keys = {
    ...stored,
    find: (id) => {
      reads.push('key');
      return stored.find(id);
    },
    version: async () => {
      reads.push('version');
      if (store.broken) throw new Error('The store does not answer.');
      return stored.version();
    },
  };
  const clock = { now: 1_000 };
  const store = { broken: false };
  const { record, secret } = issueKey(
    { name: 'web', team: 'search', scopes: ['ai:use'], routes: null, monthlyBudget: null, requestsPerMinute: null, expiresAt },
    clock.now,
  );
  const now = (): number => clock.now;
  const authenticate = rememberPrincipals(authenticator({ keys, anonymous: null, now }), keys, now);
  return { keys, record, reads, clock, store, ask: (key = secret) => authenticate({ authorization: `Bearer ${key}` }) };
}

describe('a principal that is remembered', () => {
  it('a principal that is remembered is the same while the store stands still: its key is read once, the version once a turn', async () => {
    const { keys, record, reads, ask } = asking();
    await keys.put(record);
    const first = await ask();
    expect(await Promise.all([ask(), ask()])).toEqual([first, first]);
    expect(reads).toEqual(['version', 'key']);
    await turn();
    expect(await ask()).toBe(first);
    expect(reads).toEqual(['version', 'key', 'version']);
  });

  it('a principal that is remembered is refused from the turn after the revocation of its key on', async () => {
    const { keys, record, ask } = asking();
    await keys.put(record);
    await ask();
    await keys.revoke(record.id, 2_000);
    await turn();
    await expect(ask()).rejects.toThrow('This key was revoked');
    await turn();
    await expect(ask()).rejects.toThrow('This key was revoked');
  });

  it('a principal that is remembered has what its key says now', async () => {
    const { keys, record, ask } = asking();
    await keys.put(record);
    expect((await ask()).scopes).toEqual(['ai:use']);
    await keys.put({ ...record, scopes: ['ai:usage'] });
    await turn();
    expect((await ask()).scopes).toEqual(['ai:usage']);
  });

  it('a principal that is remembered is refused once its key has expired, although nothing was written', async () => {
    const { keys, record, ask, clock } = asking(5_000);
    await keys.put(record);
    await ask();
    clock.now = 5_000;
    await expect(ask()).rejects.toThrow('This key expired');
  });

  it('a principal that is remembered is nobody else: another secret is refused although the key is known', async () => {
    const { keys, record, ask } = asking();
    await keys.put(record);
    await ask();
    await expect(ask(`fg_${record.id}_${'x'.repeat(43)}`)).rejects.toThrow('This key is not known here');
  });

  it('a principal that is remembered is not given while the store cannot say whether it still holds', async () => {
    const { keys, record, ask, store } = asking();
    await keys.put(record);
    await ask();
    store.broken = true;
    await turn();
    await expect(ask()).rejects.toThrow('The store does not answer.');
  });
});
