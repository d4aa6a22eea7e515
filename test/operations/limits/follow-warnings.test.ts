import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { warningFeed } from '../../../src/operations/limits/follow-warnings.ts';
import type { BudgetWarning } from '../../../src/storage/limits/warnings/budget-warnings.ts';

const warning = (id: string, reachedAt: number): BudgetWarning => ({
  id,
  reachedAt,
  ...{ name: 'team:s', per: 'day', timeZone: 'UTC', at: 0.5, limit: 10, spent: 5, periodBegin: 0, periodEnd: null },
});

/** A store that other processes write, and a feed that looks at it when the test says so. */
function opened() {
  const stored: BudgetWarning[] = [];
  const reads: number[] = [];
  const clock = { time: 100_000 };
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const feed = warningFeed({
    warnings: {
      async reachedSince(time, most) {
        reads.push(time);
        return stored.filter(({ reachedAt }) => reachedAt >= time).slice(0, most);
      },
    },
    now: () => clock.time,
  });
  const look = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1_000);
  return { stored, reads, clock, feed, look };
}

describe('a feed of warnings', () => {
  it('a feed of warnings tells those since a time in their order, however many, and then each that comes, once', async () => {
    const { stored, feed, look } = opened();
    const client = new AbortController();
    stored.push(...Array.from({ length: 1_800 }, (_, index) => warning(`w${index}`, 50_000 + Math.floor(index / 600))));
    const events = feed.follow(50_000, client.signal);
    for (let index = 0; index < 1_800; index += 1) expect((await events.next()).value?.id).toBe(`w${index}`);
    const next = events.next();
    await look();
    stored.push(warning('late', 99_990));
    await look();
    expect((await next).value?.id).toBe('late');
    const another = events.next();
    await look();
    stored.push(warning('later', 100_000));
    await look();
    expect((await another).value?.id).toBe('later');
    client.abort();
  });

  it('a feed of warnings tells nothing that was reached before, and asks the store once for all who follow', async () => {
    const { stored, reads, feed, look } = opened();
    const client = new AbortController();
    stored.push(warning('before', 99_000));
    const all = [1, 2, 3].map(() => feed.follow(99_001, client.signal));
    const firsts = all.map((events) => events.next());
    await look();
    stored.push(warning('after', 100_000));
    reads.length = 0;
    await look();
    expect(reads).toHaveLength(1);
    expect((await Promise.all(firsts)).map(({ value }) => value?.id)).toEqual(['after', 'after', 'after']);
    client.abort();
  });

  it('a feed of warnings ends at once when its reader leaves, and asks nothing while nobody follows', async () => {
    const { reads, feed, look } = opened();
    const events = feed.follow(0, new AbortController().signal);
    const waiting = events.next();
    await look();
    expect(feed.followers()).toBe(1);
    await events.return?.();
    expect(await waiting).toMatchObject({ done: true });
    await look();
    expect(feed.followers()).toBe(0);
    reads.length = 0;
    await look();
    expect(reads).toEqual([]);
  });

  it('a feed of warnings ends a reader for whom too many wait, with what to ask next', async () => {
    const { stored, feed, look } = opened();
    const events = feed.follow(100_000, new AbortController().signal);
    const refused = expect(events.next()).rejects.toMatchObject({ code: 'RESUME_EXPIRED' });
    await look();
    stored.push(...Array.from({ length: 2_500 }, (_, index) => warning(`w${index}`, 100_000)));
    await look();
    await refused;
  });
});
