/** Principals that no key makes: whoever tries the gateway on a laptop, and the gateway itself. */
import { rateLimits } from '../access/authenticate.ts';
import type { GatewayConfig, TeamConfig } from '../config/config.ts';
import { withDefaults } from '../config/kinds/section.ts';
import { serverSection } from '../config/sections/server-section.ts';
import type { Principal } from '../core/call/call.ts';
import type { Limit } from '../core/call/hold.ts';
import { nanoUsdOf } from '../core/money.ts';
import type { Route } from '../routing/route.ts';
import type { ServerOptions } from '../server/server.ts';
import { serverLimits } from '../server/server-limits.ts';

/**
 * Anyone on loopback in development: routes of the embedded provider alone, because every other one costs somebody money
 * or sends text away.
 */
export function anonymousOf(routes: ReadonlyMap<string, Route>): Principal {
  const embedded = [...routes.values()].filter(({ deployments }) => deployments.every(({ provider }) => provider.name === 'embedded'));
  return {
    id: 'anonymous',
    kind: 'anonymous',
    team: null,
    scopes: ['ai:use', 'ai:ingest', 'ai:usage', 'ai:metrics'],
    routes: embedded.map(({ name }) => name),
    limits: [],
  };
}

/** What clients may ask, those without a key in force above all: see `ServerConfig`. `open`: in development on loopback. */
export function doorOf({ server }: GatewayConfig, open: boolean): Pick<ServerOptions, 'anonymousRate' | 'trustedProxies' | 'limits'> {
  const { trustedProxies, requestsPerMinutePerAddress = open ? false : 60, limits = {} } = withDefaults(serverSection, server);
  return {
    limits: serverLimits(limits, open),
    trustedProxies,
    ...(requestsPerMinutePerAddress === false ? {} : { anonymousRate: { requestsPerMinute: requestsPerMinutePerAddress } }),
  };
}

/** The gateway's own work: documents of the configuration, indexes of entities. */
export const serviceOf = (name: string): Principal => ({
  id: `service:${name}`,
  kind: 'service',
  team: null,
  scopes: ['ai:use', 'ai:ingest'],
  routes: null,
  limits: [],
});

export function teamLimits(teams: Readonly<Record<string, TeamConfig>>): Readonly<Record<string, readonly Limit[]>> {
  return Object.fromEntries(Object.entries(teams).map(([team, config]) => [team, limitsOf(`team:${team}`, config)]));
}

function limitsOf(name: string, { dailyBudget, monthlyBudget, requestsPerMinute, callsPerMinute, concurrency }: TeamConfig): Limit[] {
  const budget = (per: 'day' | 'month', amount: string | undefined): Limit[] => {
    const most = amount === undefined ? null : nanoUsdOf(amount);
    return most === null ? [] : [{ kind: 'budget', name, per, most }];
  };
  return [
    ...budget('day', dailyBudget),
    ...budget('month', monthlyBudget),
    ...rateLimits(name, { requestsPerMinute: requestsPerMinute ?? null, callsPerMinute: callsPerMinute ?? null }),
    ...(concurrency === undefined ? [] : [{ kind: 'concurrency' as const, name, most: concurrency }]),
  ];
}
