/** Reads from the configuration what callers may ask: by their address, by their team, and as users of an issuer. */
import { rateLimits } from '../access/authenticate.ts';
import { issuerIn } from '../access/jwt/accept-tokens.ts';
import type { GatewayConfig, TeamConfig } from '../config/config.ts';
import { withDefaults } from '../config/kinds/section.ts';
import { anonymousSection } from '../config/sections/anonymous-section.ts';
import type { Principal } from '../core/call/call.ts';
import type { Limit } from '../core/call/hold.ts';
import { GatewayError } from '../core/errors.ts';
import { nanoUsdOf } from '../core/money.ts';
import { namedAnonymous } from '../operations/keyless-principals.ts';
import type { AnonymousRateOptions } from '../server/client/anonymous-rate.ts';
import type { ServerOptions } from '../server/server.ts';

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

/** What the server asks of the configuration of the moment about a caller. */
export const callerRules = (config: () => GatewayConfig): Required<Pick<ServerOptions, 'contracts' | 'contractOf' | 'isForeignToken'>> => ({
  contracts: () => Object.keys(config().graph?.contracts ?? {}),
  contractOf: (principal, asked) => contractOf(config(), principal, asked),
  isForeignToken: (authorization) => isForeignToken(config(), authorization),
});

/** The contract that the caller is held to: that of its team, or of anonymous callers; else the one that it asks by. Throws FORBIDDEN for another one. */
function contractOf(
  { anonymous, teams = {} }: Pick<GatewayConfig, 'anonymous' | 'teams'>,
  { kind, team }: Pick<Principal, 'kind' | 'team'>,
  asked: string | null,
): string | null {
  const ofTeam = team !== null && Object.hasOwn(teams, team) ? teams[team]?.contract : undefined;
  const held = (kind === 'anonymous' ? anonymous?.contract : undefined) ?? ofTeam ?? null;
  if (held === null || asked === null || asked === held) return held ?? asked;
  throw new GatewayError('FORBIDDEN', `You may see the graph of the contract "${held}" alone: ask /graphql, or /graphql/${held}.`);
}

/** Whether the header has a bearer token that is no key of a gateway and of no issuer that is trusted here, where the configuration accepts such. */
function isForeignToken({ anonymous, issuers = {} }: Pick<GatewayConfig, 'anonymous' | 'issuers'>, authorization: string): boolean {
  if (anonymous?.acceptForeignTokens !== true) return false;
  const [, token] = /^bearer +(?!fg_)(\S+) *$/i.exec(authorization) ?? [];
  if (token === undefined) return false;
  const named = Object.values(issuers);
  return named.length === 0 || !named.some(({ issuer }) => issuer === issuerIn(token));
}

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
