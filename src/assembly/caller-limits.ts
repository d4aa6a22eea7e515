/** Reads from the configuration what callers may ask: by their address, by their team, and as users of an issuer. */
import { rateLimits } from '../access/authenticate.ts';
import type { CallerRules } from '../access/caller-rules.ts';
import type { GatewayConfig, TeamConfig } from '../config/config.ts';
import { withDefaults } from '../config/kinds/section.ts';
import { anonymousSection } from '../config/sections/anonymous-section.ts';
import type { Principal } from '../core/call/call.ts';
import type { Limit } from '../core/call/hold.ts';
import { nanoUsdOf } from '../core/money.ts';
import { namedAnonymous } from '../operations/keyless-principals.ts';
import type { AnonymousRateOptions } from '../server/client/anonymous-rate.ts';

/** What an address may ask without a key in force; undefined: anything. `open`: in development on loopback. See `ServerConfig`. */
export function anonymousRateOf(requestsPerMinute: number | false | undefined, open: boolean): AnonymousRateOptions | undefined {
  const perMinute = requestsPerMinute ?? (open ? false : defaultPerMinute);
  return perMinute === false ? undefined : { requestsPerMinute: perMinute };
}

const defaultPerMinute = 60;

type AccountSettings = { readonly [K in keyof TeamConfig]?: TeamConfig[K] | undefined };

export function teamLimits(teams: Readonly<Record<string, TeamConfig>>): Readonly<Record<string, readonly Limit[]>> {
  return Object.fromEntries(Object.entries(teams).map(([team, config]) => [team, accountLimits(`team:${team}`, config)]));
}

/** Null: the configuration does not name them. */
export function configuredAnonymous({ anonymous, teams = {} }: Pick<GatewayConfig, 'anonymous' | 'teams'>): Principal | null {
  if (anonymous === undefined) return null;
  const { scopes, routes, team = null } = withDefaults(anonymousSection, anonymous);
  return namedAnonymous({ scopes, routes, team, limits: team === null ? [] : (teamLimits(teams)[team] ?? []) });
}

/** What the doors ask about callers, as the configuration has it. */
export const callerRulesOf = ({ graph, teams = {}, anonymous, issuers = {} }: GatewayConfig): CallerRules => ({
  contracts: Object.keys(graph?.contracts ?? {}),
  contractOfTeam: new Map(Object.entries(teams).flatMap(([team, { contract }]) => (contract === undefined ? [] : [[team, contract]]))),
  contractOfAnonymous: anonymous?.contract ?? null,
  acceptForeignTokens: anonymous?.acceptForeignTokens ?? false,
  issuers: new Set(Object.values(issuers).map(({ issuer }) => issuer)),
});

/** Of an account, such as `team:search`. */
export function accountLimits(
  name: string,
  { dailyBudget, monthlyBudget, requestsPerMinute, callsPerMinute, concurrency }: AccountSettings,
): Limit[] {
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
