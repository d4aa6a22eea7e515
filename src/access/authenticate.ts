import type { Authenticate, Principal } from '../core/call/call.ts';
import type { Limit } from '../core/call/hold.ts';
import { GatewayError } from '../core/errors.ts';
import type { KeyRecord, Keys } from '../storage/keys/keys.ts';
import type { Tokens } from './jwt/accept-tokens.ts';
import { makersOf, principalIdOf, verifyKey } from './virtual-key.ts';

export interface AuthenticateOptions {
  readonly keys: Pick<Keys, 'find'>;
  /** The principal of callers without credentials. Null: they are refused. Set in development on loopback only. */
  readonly anonymous: Principal | null;
  /** What the keys of a team may use together. */
  readonly teams: Readonly<Record<string, readonly Limit[]>>;
  /** JWTs of other issuers. Default: none is accepted. */
  readonly tokens?: Pick<Tokens, 'isToken' | 'verify'> | null;
  /** Whether keys of development are accepted. Default: they are not. */
  readonly development?: boolean;
  readonly now?: () => number;
}

/** Authentication refuses credentials that are not valid; it never takes them for an anonymous caller. */
export function authenticator({
  keys,
  anonymous,
  teams,
  tokens = null,
  development = false,
  now = Date.now,
}: AuthenticateOptions): Authenticate {
  return async ({ authorization }) => {
    if (authorization === null) return anonymous ?? refuseNobody(tokens !== null);
    const [, token] = /^bearer +(\S+) *$/i.exec(authorization) ?? [];
    if (token === undefined) {
      throw new GatewayError(
        'UNAUTHENTICATED',
        'The Authorization header is not understood. "Authorization: Bearer fg_…" would be accepted.',
      );
    }
    if (tokens?.isToken(token) === true) return tokens.verify(token);
    const key = await verifyKey(token, keys, now());
    if (key.development && !development) throw developmentIsOver();
    return principalOf(key, key.madeBy === null ? [] : await makersOf(key, keys, now()), teams);
  };
}

function refuseNobody(takesTokens: boolean): never {
  const accepted = takesTokens
    ? 'A key, sent as "Authorization: Bearer fg_…", or a token of an issuer that is configured here would be accepted.'
    : 'A key, sent as "Authorization: Bearer fg_…", would be accepted.';
  throw new GatewayError('UNAUTHENTICATED', `Credentials are missing. ${accepted}`);
}

export const developmentIsOver = (): GatewayError =>
  new GatewayError(
    'UNAUTHENTICATED',
    'This is the key of development, or was made with it, and this gateway does not run in development. A key that `fieldgate keys create` makes would be accepted.',
  );

/** A call is charged to the key's own accounts, to those of the keys that it comes from, and to those of its team. */
function principalOf(key: KeyRecord, makers: readonly KeyRecord[], teams: AuthenticateOptions['teams']): Principal {
  const lineage = [key, ...makers];
  const ofTeam = Object.hasOwn(teams, key.team) ? (teams[key.team] ?? []) : [];
  const expiries = lineage.flatMap(({ expiresAt }) => (expiresAt === null ? [] : [expiresAt]));
  return {
    id: principalIdOf(key.id),
    kind: 'key',
    team: key.team,
    scopes: key.scopes,
    routes: key.routes,
    limits: [...lineage.flatMap(limitsOf), ...ofTeam],
    ...(expiries.length === 0 ? {} : { expiresAt: Math.min(...expiries) }),
  };
}

function limitsOf({ id, monthlyBudget, ...rates }: KeyRecord): readonly Limit[] {
  const name = principalIdOf(id);
  return [
    ...(monthlyBudget === null ? [] : [{ kind: 'budget', name, per: 'month', most: monthlyBudget } as const]),
    ...rateLimits(name, rates),
  ];
}

/** A team with `requestsPerMinute` alone is limited by it in both ways, as before `callsPerMinute` existed. */
export function rateLimits(
  name: string,
  { requestsPerMinute, callsPerMinute }: Pick<KeyRecord, 'requestsPerMinute' | 'callsPerMinute'>,
): readonly Limit[] {
  const calls = callsPerMinute ?? requestsPerMinute;
  return [
    ...(requestsPerMinute === null ? [] : [{ kind: 'requests', name, perMinute: requestsPerMinute } as const]),
    ...(calls === null ? [] : [{ kind: 'calls', name, perMinute: calls } as const]),
  ];
}
