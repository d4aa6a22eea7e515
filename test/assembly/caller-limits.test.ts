import { describe, expect, it } from 'vitest';
import { doorOf, teamLimits } from '../../src/assembly/caller-limits.ts';
import { plainConfig } from '../plain-config.ts';

describe('what callers without a key may ask', () => {
  const doorWith = (server: object, open: boolean) => doorOf({ ...plainConfig, server }, open);

  it('is bounded by address, unless the gateway is open on loopback or the operator said otherwise', () => {
    expect(doorWith({}, false).anonymousRate).toEqual({ requestsPerMinute: 60 });
    expect(doorWith({}, true)).not.toHaveProperty('anonymousRate');
    expect(doorWith({ requestsPerMinutePerAddress: 5 }, true).anonymousRate).toEqual({ requestsPerMinute: 5 });
    expect(doorWith({ requestsPerMinutePerAddress: false }, false)).not.toHaveProperty('anonymousRate');
  });

  it('is more on loopback in development', () => {
    const [open, shut] = [true, false].map((is) => doorWith({}, is).limits?.maxConnectionsWithoutKey ?? 0);
    expect(open).toBeGreaterThan(shut ?? 0);
  });
});

describe('the limits of a team', () => {
  it('are one of each kind that the configuration names, all under the name of the team', () => {
    const { search = [], quiet } = teamLimits({
      search: { dailyBudget: '1.5', monthlyBudget: '20', requestsPerMinute: 60, concurrency: 4 },
      quiet: {},
    });
    expect(quiet).toEqual([]);
    expect(new Set(search.map(({ name }) => name))).toEqual(new Set(['team:search']));
    expect(search).toEqual(
      expect.arrayContaining([
        { kind: 'budget', name: 'team:search', per: 'day', most: 1_500_000_000 },
        { kind: 'budget', name: 'team:search', per: 'month', most: 20_000_000_000 },
        { kind: 'concurrency', name: 'team:search', most: 4 },
      ]),
    );
  });
});
