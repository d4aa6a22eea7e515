import { describe, expect, it, vi } from 'vitest';
import { openLastUses } from '../../../src/access/keys/last-uses.ts';

const key = { kind: 'key', id: 'key:a' } as const;

function noting() {
  const written: (readonly [string, number])[][] = [];
  const clock = { now: 1_000_000 };
  const store = { fails: false };
  const uses = openLastUses({
    keys: {
      async used(times) {
        if (store.fails) throw new Error('The disk is full.');
        written.push([...times]);
      },
    },
    now: () => clock.now,
    writeAfterMs: 1_000,
  });
  return { uses, written, clock, store };
}

describe('last uses', () => {
  it('last uses are written a moment later, all together, once a minute for each key', async () => {
    vi.useFakeTimers();
    try {
      const { uses, written, clock } = noting();
      uses.note(key);
      uses.note({ kind: 'key', id: 'key:b' });
      uses.note({ kind: 'jwt', id: 'jwt:okta' });
      expect(written).toEqual([]);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(written).toEqual([
        [
          ['a', 1_000_000],
          ['b', 1_000_000],
        ],
      ]);
      clock.now += 59_999;
      uses.note(key);
      await vi.advanceTimersByTimeAsync(5_000);
      expect(written).toHaveLength(1);
      clock.now += 1;
      uses.note(key);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(written.at(-1)).toEqual([['a', 1_060_000]]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('last uses that the store refused are written with the next use, and a clock that was set back silences no key', async () => {
    const { uses, written, clock, store } = noting();
    store.fails = true;
    uses.note(key);
    await uses.flush();
    store.fails = false;
    clock.now += 1;
    uses.note(key);
    await uses.flush();
    clock.now -= 3_600_000;
    uses.note(key);
    await uses.flush();
    expect(written).toEqual([[['a', 1_000_001]], [['a', 1_000_001 - 3_600_000]]]);
  });

  it('last uses are written when the gateway ends, and nothing is where nothing waits', async () => {
    const { uses, written } = noting();
    await uses.flush();
    uses.note(key);
    await uses.flush();
    await uses.flush();
    expect(written).toEqual([[['a', 1_000_000]]]);
  });
});
