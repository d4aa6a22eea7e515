import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type HeldToken, openSession, type SessionParts } from '../../src/console/session/console-session.ts';
import { forgetTab, leaveTab } from '../../src/console/session/forget-tab.ts';

const hour = 3_600_000;
const tokenOf = (name: string, expiresAt = Date.now() + 8 * hour): HeldToken => ({
  id: name,
  secret: `fgt_${name}`,
  expiresAt: new Date(expiresAt).toISOString(),
});

function storage() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
}

/** Messages reach the other tabs at once. */
class Channel extends EventTarget {
  static open: Channel[] = [];
  constructor() {
    super();
    Channel.open.push(this);
  }
  postMessage(data: unknown): void {
    for (const other of Channel.open) if (other !== this) other.dispatchEvent(new MessageEvent('message', { data: structuredClone(data) }));
  }
}

function tab(changes: Partial<SessionParts> = {}) {
  const own = storage();
  const revoked: string[] = [];
  let left = 0;
  const session = openSession({
    exchange: async (key) => tokenOf(key),
    isAccepted: async () => true,
    revoke: async ({ id }) => void revoked.push(id),
    leave: () => {
      left += 1;
    },
    storage: own,
    tabs: new Channel() as unknown as BroadcastChannel,
    ...changes,
  });
  return { session, storage: own, revoked, left: () => left };
}

describe('a session of the console', () => {
  beforeEach(() => void vi.useFakeTimers({ now: Date.now() }));
  afterEach(() => {
    vi.useRealTimers();
    Channel.open = [];
  });

  it('a session of the console exchanges the key for a token, and keeps no key', async () => {
    const { session, storage } = tab();
    const waiting = session.token();
    await session.logIn('key');
    expect(await waiting).toBe('fgt_key');
    expect(session.snapshot()).toBe('in');
    expect([...storage.kept.values()].join()).not.toContain('"key"}');
    expect([...storage.kept.values()].join()).toContain('fgt_key');
  });

  it('a session of the console is that of the tabs that are open', async () => {
    const first = tab();
    await first.session.logIn('key');
    const second = tab();
    expect(second.session.snapshot()).toBe('in');
    expect(await second.session.token()).toBe('fgt_key');
  });

  it('a session of the console asks for a key where no other tab has a token', async () => {
    const { session } = tab();
    expect(session.snapshot()).toBe('opening');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(session.snapshot()).toBe('out');
  });

  it('a session of the console whose token is refused asks once, and all that wait go on with the next', async () => {
    const { session } = tab({ isAccepted: async () => false });
    await session.logIn('first');
    expect(await session.token()).toBe('fgt_first');
    const waiting = [session.token(), session.token(), session.token()];
    await vi.advanceTimersByTimeAsync(0);
    expect(session.snapshot()).toBe('ended');
    await session.logIn('second');
    expect(await Promise.all(waiting)).toEqual(['fgt_second', 'fgt_second', 'fgt_second']);
  });

  it('a session of the console whose connection was lost goes on with its token', async () => {
    const { session } = tab();
    await session.logIn('key');
    expect([await session.token(), await session.token()]).toEqual(['fgt_key', 'fgt_key']);
    expect(session.snapshot()).toBe('in');
  });

  it('a session of the console ends with its token, and after an hour without a hand on it', async () => {
    const idle = tab();
    await idle.session.logIn('idle');
    vi.setSystemTime(Date.now() + hour + 1);
    idle.session.touch();
    expect(idle.session.snapshot()).toBe('ended');
    expect(idle.revoked).toEqual(['idle']);

    const busy = tab({ tabs: null });
    await busy.session.logIn('busy');
    for (let minutes = 0; minutes < 7 * 60; minutes += 30) {
      vi.setSystemTime(Date.now() + hour / 2);
      busy.session.touch();
    }
    expect(busy.session.snapshot()).toBe('in');
    vi.setSystemTime(Date.now() + hour + 1);
    busy.session.touch();
    expect(busy.session.snapshot()).toBe('ended');
  });

  it('a session of the console that is logged out is revoked, and forgotten in all tabs', async () => {
    const [first, second] = [tab(), tab()];
    await first.session.logIn('key');
    expect(second.session.snapshot()).toBe('in');
    await second.session.logOut();
    expect(second.revoked).toEqual(['key']);
    expect([first.left(), second.left()]).toEqual([1, 1]);
    expect([first, second].flatMap(({ storage }) => [...storage.kept.values()]).join()).not.toContain('fgt_');
  });

  it('what pages of the console kept for a tab is gone when it is loaded after a logout, and stays for a mere reload', () => {
    const own = storage();
    const of = { ...own, key: (index: number) => [...own.kept.keys()][index] ?? null, length: 0 };
    const loaded = (): void => forgetTab({ ...of, length: own.kept.size });
    own.setItem('fieldgate-console:playground', 'a question');
    own.setItem('of another page', 'stays');
    loaded();
    expect(own.kept.size).toBe(2);
    leaveTab(own);
    // A stream that was open says its last word before the page goes.
    own.setItem('fieldgate-console:playground', 'an answer');
    loaded();
    expect([...own.kept.keys()]).toEqual(['of another page']);
  });
});
