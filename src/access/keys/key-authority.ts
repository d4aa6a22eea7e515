/**
 * Who may change a key, and how. A caller who rotates a key gets its secret, and a caller who changes a key may use it. So nobody may do that to a
 * key with more than the caller has: that would be a way around the caller's own budget.
 */
import type { Principal, SessionCaps } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import type { KeyRecord } from '../../storage/keys/keys.ts';
import type { KeyChange } from '../issue-keys.ts';
import { keyIdOf } from '../virtual-key.ts';

/**
 * A principal may take over its own key, keys that it made, and keys with no more than it has. `lineage`: ids of the key and of the keys above it.
 * Throws FORBIDDEN.
 */
export function checkTakeOver(principal: Principal, key: KeyRecord, lineage: readonly string[]): void {
  const own = keyIdOf(principal);
  if (own !== null && lineage.includes(own)) return;
  const more = whatMore(principal, key);
  if (more === null) return;
  throw new GatewayError(
    'FORBIDDEN',
    `You may not change the key ${key.id}: ${more}. You may change your own key, keys that it has made, and keys that have no more than you.`,
  );
}

function whatMore(principal: Principal, key: KeyRecord): string | null {
  const scopes = key.scopes.filter((scope) => !principal.scopes.includes(scope));
  if (scopes.length > 0) return `it has the scope ${scopes.join(', ')}, and you have not`;
  const { routes } = principal;
  if (routes !== null && (key.routes === null || key.routes.some((route) => !routes.includes(route))))
    return 'it may use routes that you may not use';
  const own = principal.limits.find(({ name }) => !/^(team|organisation):/.test(name));
  if (own !== undefined) return `it does not draw on ${own.name}, which you draw on`;
  return principal.kind === 'key' && outlives(key.expiresAt, principal.expiresAt ?? null) ? 'it outlives yours' : null;
}

/**
 * A caller may not give a key more than the caller has, and may not give the own key more than it has. Throws FORBIDDEN. `key`: before the change.
 * `lineage`: as for `checkTakeOver`.
 */
export function checkGift(principal: Principal, key: KeyRecord, change: KeyChange, lineage: readonly string[]): void {
  const scopes = (change.scopes ?? []).filter((scope) => !principal.scopes.includes(scope));
  if (scopes.length > 0)
    throw new GatewayError('FORBIDDEN', `You cannot give the scope ${scopes.join(', ')}. You can give: ${principal.scopes.join(', ')}.`);
  const { expiresAt } = change;
  const ends = principal.kind === 'key' ? (principal.expiresAt ?? null) : null;
  const own = keyIdOf(principal);
  // Without an expiry, only a key that comes from the caller's key ends with it.
  const endsWithHis = expiresAt === null && own !== null && lineage.includes(own);
  if (expiresAt !== undefined && !endsWithHis && outlives(expiresAt, ends))
    throw new GatewayError(
      'FORBIDDEN',
      `You cannot have a key outlive yours, which expires at ${new Date(ends ?? 0).toISOString()}. An earlier expiry would be accepted.`,
    );
  if (key.id !== own) return;
  const wider = widened(key, change);
  if (wider !== null)
    throw new GatewayError(
      'FORBIDDEN',
      `You cannot give your own key more than it has: ${wider}. Less would be accepted; the key that made yours, an administrator or the shell can give more.`,
    );
}

/** The part of the change that gives more, in words. */
function widened(key: KeyRecord, change: KeyChange): string | null {
  const after = { ...key, ...change };
  if (exceeds(after.monthlyBudget, key.monthlyBudget)) return 'its monthlyBudget would rise';
  if (exceeds(after.requestsPerMinute, key.requestsPerMinute)) return 'its requestsPerMinute would rise';
  if (exceeds(after.callsPerMinute ?? after.requestsPerMinute, key.callsPerMinute ?? key.requestsPerMinute))
    return 'its callsPerMinute would rise';
  if (key.agent !== null && after.agent !== key.agent) return `it would no longer be that of the agent "${key.agent}"`;
  if (key.session !== null && isWiderSession(after.session, key.session)) return 'its sessions could use more';
  if (outlives(after.expiresAt, key.expiresAt)) return 'it would live longer';
  if (after.scopes.some((scope) => !key.scopes.includes(scope))) return 'it would have more scopes';
  if (key.routes !== null && (after.routes === null || after.routes.some((route) => key.routes?.includes(route) === false)))
    return 'it could use more routes';
  return null;
}

/** A shorter session is wider, because it begins again sooner. */
const isWiderSession = (caps: SessionCaps | null, before: SessionCaps): boolean =>
  caps === null ||
  caps.minutes < before.minutes ||
  (['amount', 'tokens', 'turns', 'calls'] as const).some((part) => exceeds(caps[part], before[part]));

/** Null: no limit. */
const exceeds = (amount: number | null, bound: number | null): boolean => bound !== null && (amount === null || amount > bound);

/** Null: never. */
const outlives = exceeds;
