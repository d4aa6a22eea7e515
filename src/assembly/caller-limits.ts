/** Reads from the configuration what callers may ask: by their address, by their connections, and by their team. */
import { rateLimits } from '../access/authenticate.ts';
import type { GatewayConfig, TeamConfig } from '../config/config.ts';
import { withDefaults } from '../config/kinds/section.ts';
import { serverSection } from '../config/sections/server-section.ts';
import type { Limit } from '../core/call/hold.ts';
import { nanoUsdOf } from '../core/money.ts';
import type { ServerOptions } from '../server/server.ts';
import { serverLimits } from '../server/server-limits.ts';

/** What clients may ask, those without a key in force above all: see `ServerConfig`. `open`: in development on loopback. */
export function doorOf({ server }: GatewayConfig, open: boolean): Pick<ServerOptions, 'anonymousRate' | 'trustedProxies' | 'limits'> {
  const { trustedProxies, requestsPerMinutePerAddress = open ? false : 60, limits = {} } = withDefaults(serverSection, server);
  return {
    limits: serverLimits(limits, open),
    trustedProxies,
    ...(requestsPerMinutePerAddress === false ? {} : { anonymousRate: { requestsPerMinute: requestsPerMinutePerAddress } }),
  };
}

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
