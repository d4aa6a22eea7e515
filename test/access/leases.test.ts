import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openLeases } from '../../src/access/leases.ts';
import type { Principal } from '../../src/core/call/call.ts';
import type { KeyStanding } from '../../src/storage/keys/keys.ts';

const owner = (id: string, changes: Partial<Principal> = {}): Principal => ({
  id: `key:${id}`,
  kind: 'key',
  team: null,
  scopes: [],
  routes: null,
  limits: [],
  ...changes,
});
const forever = new AbortController().signal;
const inForce = (id: string): KeyStanding => ({ id, team: 'search', expiresAt: null, revokedAt: null, development: false });

/** A store of keys, by what it says of each, which counts its reads. */
function store(say: (id: string) => KeyStanding | null | Promise<never> = inForce) {
  const reads: (readonly string[])[] = [];
  const rules = { say };
  return {
    reads,
    rules,
    async standing(ids: readonly string[]) {
      reads.push(ids);
      const found = await Promise.all(ids.map((id) => rules.say(id)));
      return found.filter((standing) => standing !== null);
    },
  };
}

const fired = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener('abort', () => resolve(signal.reason), { once: true });
  });

describe('leases', () => {
  it('leases end when their key is revoked by the signal of the work itself, where it may be fired', async () => {
    const keys = store();
    const leases = openLeases({ keys, lookEveryMs: 5 });
    const work = new AbortController();
    const lease = leases.take(owner('a'), 'work', work.signal, (reason) => work.abort(reason));
    expect(lease.signal).toBe(work.signal);
    keys.rules.say = (id) => ({ ...inForce(id), revokedAt: 1 });
    expect(await fired(work.signal)).toMatchObject({ code: 'UNAUTHENTICATED' });
    lease.release();
    expect(leases.counts()).toEqual({ keys: 0, leases: 0 });
  });

  it('leases end when their key is revoked, each with an error of its own, and leave those of other keys', async () => {
    const keys = store();
    const leases = openLeases({ keys, lookEveryMs: 5 });
    const [work, delivery, other] = [
      leases.take(owner('a'), 'work', forever),
      leases.take(owner('a'), 'delivery', forever),
      leases.take(owner('b'), 'work', forever),
    ];
    keys.rules.say = (id) => ({ ...inForce(id), revokedAt: id === 'a' ? 1 : null });
    const [first, second] = await Promise.all([fired(work.signal), fired(delivery.signal)]);
    expect(first).toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringMatching(/^The key was revoked, /) });
    expect(second).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(first).not.toBe(second);
    expect(other.signal.aborted).toBe(false);
    expect(leases.take(owner('a'), 'work', forever).signal.aborted).toBe(true);
  });

  it('leases end when a look finds no such key', async () => {
    const leases = openLeases({ keys: store(() => null), lookEveryMs: 5 });
    expect(await fired(leases.take(owner('a'), 'work', forever).signal)).toMatchObject({
      message: expect.stringMatching(/^The key was removed, /),
    });
  });

  it('leases go on while the store fails, and end when it answers again', async () => {
    const keys = store(() => Promise.reject(new Error('The disk is gone.')));
    const leases = openLeases({ keys, lookEveryMs: 1 });
    const { signal } = leases.take(owner('a'), 'work', forever);
    while (keys.reads.length < 5) await wait(1);
    expect(signal.aborted).toBe(false);
    keys.rules.say = (id) => ({ ...inForce(id), revokedAt: 1 });
    expect(await fired(signal)).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('leases end at the expiry of their key, also while the store does not answer at all', async () => {
    const clock = { time: 1_000 };
    const leases = openLeases({ keys: store(() => new Promise(() => {})), now: () => clock.time, lookEveryMs: 1 });
    const { signal } = leases.take(owner('a', { expiresAt: 2_000 }), 'work', forever);
    await wait(5);
    expect(signal.aborted).toBe(false);
    clock.time = 2_000;
    expect(await fired(signal)).toMatchObject({ message: expect.stringMatching(/^The key expired at 1970-01-01T00:00:02/) });
    expect(leases.take(owner('a', { expiresAt: 2_000 }), 'work', forever).signal.aborted).toBe(true);
  });

  it('leases end at an expiry that the store has learned of later', async () => {
    const leases = openLeases({ keys: store((id) => ({ ...inForce(id), expiresAt: 5 })), now: () => 10, lookEveryMs: 1 });
    expect(await fired(leases.take(owner('a'), 'work', forever).signal)).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('leases end at once when somebody revokes here, also while an older look is under way', async () => {
    const slow = Promise.withResolvers<never>();
    const keys = store(() => slow.promise);
    const leases = openLeases({ keys, lookEveryMs: 1 });
    const { signal } = leases.take(owner('a'), 'work', forever);
    while (keys.reads.length === 0) await wait(1);
    keys.rules.say = (id) => ({ ...inForce(id), revokedAt: 1 });
    const looked = leases.look();
    slow.reject(new Error('Too late.'));
    await looked;
    expect(signal.aborted).toBe(true);
  });

  it('leases fire with the reason of what they belong to, when that ends first', () => {
    const client = new AbortController();
    const { signal } = openLeases({ keys: store() }).take(owner('a'), 'delivery', client.signal);
    client.abort(new Error('The client left.'));
    expect(signal.reason).toMatchObject({ message: 'The client left.' });
  });

  it('leases are counted while they are held, and leave nothing behind: no key, no reads', async () => {
    const keys = store();
    const leases = openLeases({ keys, lookEveryMs: 1 });
    const taken = ['a', 'a', 'b'].map((id) => leases.take(owner(id), 'work', forever));
    expect(leases.counts()).toEqual({ keys: 2, leases: 3 });
    while (keys.reads.length < 3) await wait(1);
    for (const lease of [...taken, ...taken]) lease.release();
    expect(leases.counts()).toEqual({ keys: 0, leases: 0 });
    await wait(5);
    const reads = keys.reads.length;
    await wait(20);
    expect(keys.reads.length).toBe(reads);
  });

  it('leases ask nothing for a lease: a thousand of them cost the store one read a look', async () => {
    const keys = store();
    const leases = openLeases({ keys, lookEveryMs: 60_000 });
    for (let use = 0; use < 1_000; use += 1) leases.take(owner('a'), 'work', forever);
    expect(keys.reads).toHaveLength(0);
    await leases.look();
    expect(keys.reads).toEqual([['a']]);
  });

  it('leases of many keys are looked at in slices, between which others have their turn', async () => {
    const keys = store();
    const leases = openLeases({ keys, lookEveryMs: 60_000 });
    for (let key = 0; key < 640; key += 1) leases.take(owner(`k${key}`), 'work', forever);
    let turns = 0;
    let looking = true;
    const tick = (): void => {
      turns += 1;
      if (looking) setImmediate(tick);
    };
    setImmediate(tick);
    await leases.look();
    looking = false;
    expect(keys.reads.map((ids) => ids.length)).toEqual(Array(10).fill(64));
    expect(turns).toBeGreaterThan(0);
  });

  it('leases cost callers without a key nothing: nobody can take their permission back', () => {
    const leases = openLeases({ keys: store() });
    const lease = leases.take(owner('a', { kind: 'service', id: 'service:documents' }), 'work', forever);
    expect(lease.signal).toBe(forever);
    expect(leases.counts()).toEqual({ keys: 0, leases: 0 });
  });
});
