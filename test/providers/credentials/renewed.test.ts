import { describe, expect, it } from 'vitest';
import { keepRenewed, type Renewed } from '../../../src/providers/credentials/renewed.ts';

interface Ticket {
  readonly id: number;
  readonly until: number | null;
}

/** Tickets with rising numbers, at a clock that the test sets. */
function ticketOffice(lifeMs: number | null) {
  const office = { now: 1_000_000, timeOfDay: 1_800_000_000_000, asked: 0, open: true, signals: [] as AbortSignal[] };
  const tickets: Renewed<Ticket> = keepRenewed({
    ask: async (signal) => {
      office.signals.push(signal);
      await new Promise(setImmediate);
      if (!office.open) throw new Error('Closed.');
      office.asked += 1;
      return { id: office.asked, until: lifeMs === null ? null : office.timeOfDay + lifeMs };
    },
    expiresAt: ({ until }) => until,
    now: () => office.timeOfDay,
    monotonicMs: () => office.now,
  });
  return { office, tickets, get: (signal = new AbortController().signal) => tickets.get(signal).then(({ id }) => id) };
}

describe('what expires', () => {
  it('what expires is kept until a minute before its end', async () => {
    const { office, get } = ticketOffice(3_600_000);
    expect(await get()).toBe(1);
    office.now += 3_600_000 - 60_001;
    expect(await get()).toBe(1);
    office.now += 1;
    expect(await get()).toBe(2);
  });

  it('what expires is good to its end where nothing new is to be had, and no longer', async () => {
    const { office, get } = ticketOffice(3_600_000);
    await get();
    office.open = false;
    office.now += 3_600_000 - 1;
    expect(await get()).toBe(1);
    office.now += 1;
    await expect(get()).rejects.toThrow('Closed.');
  });

  it.each([-6, 6])('what expires is good for as long as it was told to be when the system time is set by %i hours', async (hours) => {
    const { office, get } = ticketOffice(3_600_000);
    await get();
    office.timeOfDay += hours * 3_600_000;
    office.now += 3_600_000 - 60_001;
    expect(await get()).toBe(1);
    office.now += 1;
    expect(await get()).toBe(2);
  });

  it('what expires is asked for once by callers who wait at the same time', async () => {
    const { office, get } = ticketOffice(null);
    expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1]);
    expect(office.asked).toBe(1);
    expect(await get()).toBe(2);
  });

  it('what expires is asked for anew once it was refused', async () => {
    const { tickets, get } = ticketOffice(3_600_000);
    await get();
    tickets.forget();
    expect(await get()).toBe(2);
  });

  it('what expires is still asked for when one of two callers leaves, and no longer when both have', async () => {
    const { office, get } = ticketOffice(null);
    const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
    const staying = get(second.signal);
    const leaving = get(first.signal);
    first.abort();
    await expect(leaving).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(office.signals[0]?.aborted).toBe(false);
    expect(await staying).toBe(1);
    const left = get(third.signal);
    third.abort();
    await expect(left).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(office.signals[1]?.aborted).toBe(true);
  });
});
