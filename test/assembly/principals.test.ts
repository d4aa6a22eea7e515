import { describe, expect, it } from 'vitest';
import { anonymousOf, doorOf, serviceOf, teamLimits } from '../../src/assembly/principals.ts';
import { embeddedProvider } from '../../src/providers/embedded/embedded.ts';
import { route, says } from '../doubles.ts';
import { plainConfig } from '../plain-config.ts';

describe('the caller without a key in development', () => {
  it('may use the routes of the embedded provider alone: every other one costs somebody money or sends text away', () => {
    const free = route('free', [embeddedProvider()]);
    const paid = route('paid', [says('Hi.')]);
    const mixed = route('mixed', [embeddedProvider(), says('Hi.')]);
    const anonymous = anonymousOf(new Map([free, paid, mixed].map((one) => [one.name, one])));
    expect(anonymous).toMatchObject({ kind: 'anonymous', team: null, routes: ['free'] });
    expect(anonymous.scopes).not.toContain('ai:admin');
  });
});

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

it('the gateway does its own work under a name that no key can have, and may not make keys', () => {
  expect(serviceOf('index')).toMatchObject({ id: 'service:index', kind: 'service', scopes: ['ai:use', 'ai:ingest'] });
});
