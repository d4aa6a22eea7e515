/**
 * Lets a backend's key act for one of its users: the header `AI-User` names him, and the key must have the scope `ai:act-as`.
 *
 * The user has completions, idempotency keys, rates and budgets of his own, and never more than `ai:use`, `ai:ingest`, `ai:usage` and
 * the subgraphs' scopes of the key.
 */
import type { Authenticate, Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Identities } from '../../storage/identities/identities.ts';
import { isUserScope, type LimitsOfUser, namedUser, principalOfUser, realmOfTeam, userNameOf, withOthersHidden } from './end-user.ts';

export interface ActingUsersOptions {
  readonly identities: Pick<Identities, 'pseudonymOf' | 'note' | 'findUser'>;
  readonly limitsOfUser: LimitsOfUser;
}

/** Of one key. Beyond it they are made again, which costs a read each. */
const maxRememberedUsers = 5_000;

/** `authenticate` remembers principals: those of users are remembered for as long as the principal of their key is. */
export function actForUsers(authenticate: Authenticate, { identities, limitsOfUser }: ActingUsersOptions): Authenticate {
  const usersOf = new WeakMap<Principal, Map<string, Principal>>();

  async function made(key: Principal, team: string, name: string): Promise<Principal> {
    const user = namedUser(realmOfTeam(team), name, identities);
    const known = await identities.findUser(user.id);
    identities.note(user);
    const acting = { ...key, scopes: key.scopes.filter(isUserScope) };
    return withOthersHidden(await principalOfUser(acting, { id: user.id, name, revokedAt: known?.revokedAt ?? null }, limitsOfUser));
  }

  function actingFor(key: Principal, header: string): Principal | Promise<Principal> {
    const team = teamOf(key);
    const name = userNameOf(header, 'The header AI-User');
    const users = usersOf.get(key) ?? new Map<string, Principal>();
    usersOf.set(key, users);
    const known = users.get(name);
    if (known !== undefined) return known;
    return made(key, team, name).then((principal) => {
      if (users.size >= maxRememberedUsers) users.clear();
      users.set(name, principal);
      return principal;
    });
  }

  return (credentials) => {
    const { user = null } = credentials;
    const principal = authenticate(credentials);
    if (user === null) return principal;
    return principal instanceof Promise ? principal.then((key) => actingFor(key, user)) : actingFor(principal, user);
  };
}

/** Throws FORBIDDEN for a credential that acts for nobody. */
function teamOf({ kind, token, team, scopes }: Principal): string {
  if (kind === 'key' && token === undefined && team !== null && scopes.includes('ai:act-as')) return team;
  throw new GatewayError(
    'FORBIDDEN',
    'The header AI-User was sent with a credential that may not act for users. A virtual key with the scope ai:act-as would be accepted; without the header you ask for yourself.',
  );
}
