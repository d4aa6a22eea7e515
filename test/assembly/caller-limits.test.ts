import { describe, expect, it } from 'vitest';
import { anonymousRateOf, declaredLimits } from '../../src/assembly/caller-limits.ts';
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

describe('the limits of teams', () => {
  it('the limits of teams and organisations are one of each kind that the configuration names, each under its own name', () => {
    const limits = declaredLimits({
      organisations: { acme: { monthlyBudget: '90' } },
      teams: { search: { dailyBudget: '1.5', monthlyBudget: '20', requestsPerMinute: 60, concurrency: 4 }, quiet: {} },
    });
    expect(limits).toEqual([
      { kind: 'budget', name: 'organisation:acme', per: 'month', most: 90_000_000_000 },
      { kind: 'budget', name: 'team:search', per: 'day', most: 1_500_000_000 },
      { kind: 'budget', name: 'team:search', per: 'month', most: 20_000_000_000 },
      { kind: 'requests', name: 'team:search', perMinute: 60 },
      { kind: 'calls', name: 'team:search', perMinute: 60 },
      { kind: 'concurrency', name: 'team:search', most: 4 },
    ]);
  });
});
