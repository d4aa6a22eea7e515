import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Limit } from '../../../src/core/call/hold.ts';
import { type EmbeddedStorage, openStorage } from '../../../src/storage/open-storage.ts';
import { temporaryFolder, whenOver } from '../../when-over.ts';

const limit = (perMinute: number, kind: 'requests' | 'calls' = 'requests'): Limit => ({ kind, name: 'key:a', perMinute });

async function opened(folder: string): Promise<EmbeddedStorage> {
  const storage = await openStorage({ folder });
  whenOver(() => storage.close());
  return storage;
}
const passes = (storage: EmbeddedStorage, limits: readonly Limit[]): Promise<boolean> =>
  storage.limits.admit(limits).then(
    () => true,
    (error: { readonly code?: string }) => {
      expect(error.code).toBe('RATE_LIMITED');
      return false;
    },
  );
/** As long as a process takes to see that another has come or gone. What it does then needs turns, and no time. */
async function untilSeen(): Promise<void> {
  await vi.advanceTimersByTimeAsync(1_000);
  for (let turns = 0; turns < 20; turns += 1) await turn();
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

describe('the rates of two processes on one folder', () => {
  it('the rates of two processes on one folder are one: however a caller goes from one to the other, a minute’s worth passes', async () => {
    const folder = temporaryFolder();
    const [first, second] = [await opened(folder), await opened(folder)];
    await untilSeen();
    const found: boolean[] = [];
    for (let asked = 0; asked < 4; asked += 1) for (const storage of [first, second]) found.push(await passes(storage, [limit(3)]));
    expect(found).toEqual([true, true, true, false, false, false, false, false]);
  });

  it('the rates of two processes on one folder count what was taken before the other came', async () => {
    const folder = temporaryFolder();
    const first = await opened(folder);
    expect([await passes(first, [limit(3)]), await passes(first, [limit(3)])]).toEqual([true, true]);
    const second = await opened(folder);
    await untilSeen();
    expect(await passes(first, [limit(3)])).toBe(true);
    expect([await passes(second, [limit(3)]), await passes(first, [limit(3)])]).toEqual([false, false]);
  });

  it('the rates of two processes on one folder go on where they were when the other has gone', async () => {
    const folder = temporaryFolder();
    const first = await opened(folder);
    const second = await openStorage({ folder });
    await untilSeen();
    for (let asked = 0; asked < 3; asked += 1) expect(await passes(second, [limit(3)])).toBe(true);
    expect(await passes(first, [limit(3)])).toBe(false);
    await second.close();
    await untilSeen();
    expect(await passes(first, [limit(3)])).toBe(false);
  });

  it('the rates of two processes on one folder are never exceeded by many who ask both at once', async () => {
    const folder = temporaryFolder();
    const both = [await opened(folder), await opened(folder)];
    await untilSeen();
    const asked = Array.from({ length: 40 }, (_, index) => passes(both[index % 2] as EmbeddedStorage, [limit(7, 'calls')]));
    expect((await Promise.all(asked)).filter((passed) => passed)).toHaveLength(7);
  });

  it('the rates of two processes on one folder refuse one limit without taking of another', async () => {
    const folder = temporaryFolder();
    const [first, second] = [await opened(folder), await opened(folder)];
    await untilSeen();
    const team: Limit = { kind: 'requests', name: 'team:t', perMinute: 2 };
    expect(await passes(first, [limit(1), team])).toBe(true);
    expect(await passes(second, [limit(1), team])).toBe(false);
    expect(await passes(second, [team])).toBe(true);
    expect(await passes(first, [team])).toBe(false);
  });
});
