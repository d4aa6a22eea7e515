import type { Principal } from '../core/call.ts';
import { GatewayError } from '../core/errors.ts';
import type { Limit } from '../core/hold.ts';
import type { KeyRecord, Keys } from '../storage/keys.ts';
import { verifyKey } from './keys.ts';

interface Credentials {
  /** The header as it came, or its like in `connection_init`; null: none. */
  readonly authorization: string | null;
}

/** Throws UNAUTHENTICATED. */
export type Authenticate = (credentials: Credentials) => Promise<Principal>;

export interface AuthenticateOptions {
  readonly keys: Pick<Keys, 'find'>;
  /** Who asks without credentials; null: nobody may. Given in development on loopback only. */
  readonly anonymous: Principal | null;
  /** What the keys of a team may use together. */
  readonly teams: Readonly<Record<string, readonly Limit[]>>;
  readonly now?: () => number;
}

/** Credentials that do not hold are refused, never taken for anonymous. */
export function authenticator({ keys, anonymous, teams, now = Date.now }: AuthenticateOptions): Authenticate {
  return async ({ authorization }) => {
    if (authorization === null) return anonymous ?? refuseNobody();
    const [, token] = /^bearer +(\S+) *$/i.exec(authorization) ?? [];
    if (token === undefined) {
      throw new GatewayError(
        'UNAUTHENTICATED',
        'The Authorization header is not understood. "Authorization: Bearer fg_…" would be accepted.',
      );
    }
    return principalOf(await verifyKey(token, keys, now()), teams);
  };
}

function refuseNobody(): never {
  throw new GatewayError('UNAUTHENTICATED', 'Credentials are missing. A key, sent as "Authorization: Bearer fg_…", would be accepted.');
}

/** Charged are the key's own accounts and those of its team. */
function principalOf(key: KeyRecord, teams: AuthenticateOptions['teams']): Principal {
  const id = `key:${key.id}`;
  const own: Limit[] = [];
  if (key.monthlyBudget !== null) own.push({ kind: 'budget', name: id, per: 'month', most: key.monthlyBudget });
  if (key.requestsPerMinute !== null) own.push({ kind: 'requests', name: id, perMinute: key.requestsPerMinute });
  const ofTeam = Object.hasOwn(teams, key.team) ? (teams[key.team] ?? []) : [];
  return { id, kind: 'key', team: key.team, scopes: key.scopes, routes: key.routes, limits: [...own, ...ofTeam] };
}
