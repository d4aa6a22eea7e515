import { describe, expect, it, vi } from 'vitest';
import { deadPid, processOn, temporaryFolder } from '../state.ts';

describe('a process that others took for dead', () => {
  it('a process that others took for dead goes on under one new name, however many ask at once whether it is ready', async () => {
    const { database, owner } = await processOn(temporaryFolder(), { clock: { time: 1_000_000 } });
    const before = owner.id();
    await database.run('delete from owners');
    await Promise.all([owner.renew(), owner.renew(), owner.renew()]);
    expect(owner.id()).not.toBe(before);
    expect(await database.all('select id from owners')).toEqual([{ id: owner.id() }]);
  });
});

describe('the lease of a process', () => {
  it('the lease of a process is written once for all who ask at once whether it is ready', async () => {
    const { database, owner } = await processOn(temporaryFolder(), { clock: { time: 1_000_000 } });
    const run = vi.spyOn(database, 'run');
    await Promise.all(Array.from({ length: 100 }, () => owner.renew()));
    expect(run).toHaveBeenCalledTimes(1);
    await owner.renew();
    expect(run).toHaveBeenCalledTimes(2);
  });
});

describe('leases and a clock that somebody sets', () => {
  const minuteMs = 60_000;

  it.each([-60 * minuteMs, 60 * minuteMs])('nobody is taken for dead who goes on renewing, when it is set by %i ms', async (stepMs) => {
    const folder = temporaryFolder();
    const clock = { time: 1_000_000_000 };
    const mine = { setMs: 0 };
    const [one, other] = [await processOn(folder, { clock, wall: mine }), await processOn(folder, { clock })];
    const both = new Set([one.owner.id(), other.owner.id()]);
    expect(await one.owner.living()).toEqual(both);
    mine.setMs = stepMs;
    for (let turn = 0; turn < 6; turn += 1) {
      clock.time += 10_000;
      await Promise.all([one.owner.renew(), other.owner.renew()]);
      expect(await one.owner.living()).toEqual(both);
      expect(await other.owner.living()).toEqual(both);
    }
  });

  it.each([-60 * minuteMs, 60 * minuteMs])(
    'a process in another container is not taken for dead between two renewals, when the clock is set by %i ms',
    async (stepMs) => {
      const folder = temporaryFolder();
      const clock = { time: 1_000_000_000 };
      const wall = { setMs: 0 };
      const [one, other] = [
        await processOn(folder, { clock, wall }),
        await processOn(folder, { clock, wall, host: 'other', pid: deadPid }),
      ];
      expect(await one.owner.living()).toContain(other.owner.id());
      wall.setMs = stepMs;
      expect(await one.owner.census()).toMatchObject({ dead: [] });
      await other.owner.renew();
      for (const passedMs of [0, 29_000]) {
        clock.time += passedMs;
        expect(await one.owner.census()).toMatchObject({ dead: [] });
      }
      clock.time += 2_000;
      expect(await one.owner.census()).toMatchObject({ dead: [other.owner.id()] });
    },
  );

  it('who does not renew is dead after the lease, whatever the clock was set to', async () => {
    const folder = temporaryFolder();
    const clock = { time: 1_000_000_000 };
    const wall = { setMs: 0 };
    const [one, silent] = [await processOn(folder, { clock, wall }), await processOn(folder, { clock, wall })];
    expect((await one.owner.living()).has(silent.owner.id())).toBe(true);
    wall.setMs = -60 * minuteMs;
    clock.time += 29_000;
    expect((await one.owner.living()).has(silent.owner.id())).toBe(true);
    clock.time += 2_000;
    expect((await one.owner.living()).has(silent.owner.id())).toBe(false);
  });
});
