import type { Principal } from '../../core/call/call.ts';
import type { Identities } from '../../storage/identities/identities.ts';
import { type LimitsOfUser, realmOfIssuer } from '../users/end-user.ts';
import { refused } from './verify-token.ts';

/**
 * The principal of a verified token, with the stored data of its user. Throws UNAUTHENTICATED for a token that was issued before its user was
 * revoked.
 */
export async function userOfIssuer(
  principal: Principal,
  identities: Pick<Identities, 'findUser' | 'note'>,
  limitsOfUser: LimitsOfUser,
): Promise<Principal> {
  const { id, user, team, issuedAt } = principal;
  if (user === undefined || user.name === null) return principal;
  const known = await identities.findUser(user.id);
  const revokedAt = known?.revokedAt ?? null;
  if (revokedAt !== null && (issuedAt === undefined || issuedAt <= revokedAt))
    throw refused(`was issued before its user was revoked at ${new Date(revokedAt).toISOString()}`);
  const issuer = id.slice('jwt:'.length, id.length - user.id.length - 1);
  await identities.note({ id: user.id, realm: realmOfIssuer(issuer), name: user.name });
  return { ...principal, user: { ...user, revokedAt }, limits: [...principal.limits, ...(await limitsOfUser(team, `user:${user.id}`))] };
}
