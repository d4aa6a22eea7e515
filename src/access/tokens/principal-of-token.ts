import type { Principal } from '../../core/call/call.ts';
import type { Limit } from '../../core/call/hold.ts';
import type { NanoUsd } from '../../core/money.ts';
import type { Identities, TokenRecord } from '../../storage/identities/identities.ts';
import { commonTo } from '../teams/within-policies.ts';
import { type LimitsOfUser, principalOfUser } from '../users/end-user.ts';

/** The principal of a token: what the token was given, as far as its key has it now. It draws on the accounts of the key and of its user. */
export async function principalOfToken(
  { id: token, user, scopes, routes, budget, createdAt, expiresAt }: TokenRecord,
  key: Principal,
  { findUser }: Pick<Identities, 'findUser'>,
  limitsOfUser: LimitsOfUser,
): Promise<Principal> {
  const held: Principal = {
    ...key,
    token,
    scopes: commonTo([key.scopes, scopes]) ?? [],
    routes: commonTo([key.routes, routes]),
    limits: budget === null ? key.limits : [budgetOf(token, budget, createdAt, expiresAt), ...key.limits],
    issuedAt: createdAt,
    credentialEndsAt: expiresAt,
  };
  if (user === null) return held;
  const known = await findUser(user);
  return principalOfUser(held, { id: user, name: known?.name || null, revokedAt: known?.revokedAt ?? null }, limitsOfUser);
}

/** A budget for the lifetime of the token. Work that it began may continue later and still draws on it. */
const budgetOf = (id: string, most: NanoUsd, start: number, end: number): Limit => ({
  kind: 'budget',
  name: `token:${id}`,
  per: 'session',
  session: { start, end },
  most,
});
