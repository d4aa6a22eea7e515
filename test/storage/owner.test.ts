import { describe, expect, it, vi } from 'vitest';
import { processOn, temporaryFolder } from './state.ts';

describe('a process that others took for dead', () => {
  it('goes on under one new name, however many ask at once whether it is ready', async () => {
    const { database, owner } = await processOn(temporaryFolder(), { clock: { time: 1_000_000 } });
    const before = owner.id();
    await database.run('delete from owners');
    await Promise.all([owner.renew(), owner.renew(), owner.renew()]);
    expect(owner.id()).not.toBe(before);
    expect(await database.all('select id from owners')).toEqual([{ id: owner.id() }]);
  });
});

describe('the lease of a process', () => {
  it('is written once for all who ask at once whether it is ready', async () => {
    const { database, owner } = await processOn(temporaryFolder(), { clock: { time: 1_000_000 } });
    const run = vi.spyOn(database, 'run');
    await Promise.all(Array.from({ length: 100 }, () => owner.renew()));
    expect(run).toHaveBeenCalledTimes(1);
    await owner.renew();
    expect(run).toHaveBeenCalledTimes(2);
  });
});
