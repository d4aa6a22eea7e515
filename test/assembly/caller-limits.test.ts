import { describe, expect, it } from 'vitest';
import { anonymousRateOf, teamLimits } from '../../src/assembly/caller-limits.ts';
import { serverLimits } from '../../src/server/server-limits.ts';

describe('what callers without a key may ask', () => {
  it('what callers without a key may ask is bounded by address, unless the gateway is open on loopback or the operator said otherwise', () => {
    expect(anonymousRateOf(undefined, false)).toEqual({ requestsPerMinute: 60 });
    expect(anonymousRateOf(undefined, true)).toBeUndefined();
    expect(anonymousRateOf(5, true)).toEqual({ requestsPerMinute: 5 });
    expect(anonymousRateOf(false, false)).toBeUndefined();
  });

  it('what callers without a key may ask is more on loopback in development', () => {
    expect(serverLimits({}, true).maxConnectionsWithoutKey).toBeGreaterThan(serverLimits({}, false).maxConnectionsWithoutKey);
  });
});

describe('the limits of a team', () => {
  it('the limits of a team are one of each kind that the configuration names, all under the name of the team', () => {
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
