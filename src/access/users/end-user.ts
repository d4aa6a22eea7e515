/** End users: which names are allowed, what a user may do, and the principal of a user. */
import type { EndUser, Principal } from '../../core/call/call.ts';
import type { Limit } from '../../core/call/hold.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Identities, NamedUser } from '../../storage/identities/identities.ts';

/** Scopes of the gateway that a key passes on to its users. Scopes of other teams' subgraphs are passed on too. */
const userScopes: readonly string[] = ['ai:use', 'ai:ingest', 'ai:usage'];

export const isUserScope = (scope: string): boolean => !scope.startsWith('ai:') || userScopes.includes(scope);

/** Visible ASCII. A comma is left out because proxies join two headers with it. */
const form = /^[!-~]{1,255}$/;
const refused = /[,;"\\]/;

/** The name of a user as a backend gives it. Throws BAD_REQUEST. `where` names the header or the argument. */
export function userNameOf(text: string, where: string): string {
  if (form.test(text) && !refused.test(text)) return text;
  const problem = text === '' ? 'is empty' : text.length > 255 ? `has ${text.length} characters` : 'has characters that are not accepted';
  throw new GatewayError(
    'BAD_REQUEST',
    `${where} ${problem}. The id of one user is accepted: 1 to 255 visible ASCII characters without commas, semicolons, quotation marks and backslashes, such as "42" or "ann@example.com". Leave it out where you ask for nobody.`,
  );
}

/** Realm of the users of a team's keys. All keys of one team know the same users. */
export const realmOfTeam = (team: string): string => `team:${team}`;
export const realmOfIssuer = (issuer: string): string => `jwt:${issuer}`;

export const namedUser = (realm: string, name: string, { pseudonymOf }: Pick<Identities, 'pseudonymOf'>): NamedUser => ({
  id: pseudonymOf(realm, name),
  realm,
  name,
});

/** Limits of one user of a team, by the name of the user's account. */
export type LimitsOfUser = (team: string | null, account: string) => readonly Limit[] | Promise<readonly Limit[]>;

/** The principal of a user, with its own id and accounts in addition to those of the credential. */
export const principalOfUser = async (credential: Principal, user: EndUser, limitsOfUser: LimitsOfUser): Promise<Principal> => ({
  ...credential,
  id: `${credential.id}:${user.id}`,
  user,
  limits: [...credential.limits, ...(await limitsOfUser(credential.team, `user:${user.id}`))],
});

/**
 * Budgets that a user shares with others (of the key, the agent, the team, the organisation) refuse the user without numbers, because these would
 * reveal what the others did. A user of a login sees those that the user's scopes allow.
 */
export function withOthersHidden(principal: Principal): Principal {
  const { user, token, limits } = principal;
  if (user === undefined) return principal;
  const seen = sharedAccountsOf(principal);
  const isTold = ({ name }: Limit): boolean =>
    name.includes(user.id) || (token !== undefined && name === `token:${token}`) || seen.includes(name.split(':', 1)[0] ?? '');
  return {
    ...principal,
    limits: limits.map((limit) => (limit.kind === 'budget' && !isTold(limit) ? { ...limit, isShared: true } : limit)),
  };
}

/** Kinds of shared accounts whose usage the principal may see. */
function sharedAccountsOf({ kind, scopes }: Principal): readonly string[] {
  if (kind !== 'jwt') return [];
  if (['ai:usage:all', 'ai:teams', 'ai:teams:all'].some((scope) => scopes.includes(scope))) return ['team', 'agent', 'organisation'];
  return scopes.includes('ai:usage') ? ['team', 'agent'] : [];
}
