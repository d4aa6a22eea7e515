/**
 * Lets a backend's key act for one of its users, or as one of its agents: the headers `AI-User` and `AI-Agent` name them, and the key must
 * have the scope `ai:act-as`.
 *
 * The user has completions, idempotency keys, rates and budgets of his own, and never more than `ai:use`, `ai:ingest`, `ai:usage` and
 * the subgraphs' scopes of the key.
 */
import type { Authenticate, Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Identities } from '../../storage/identities/identities.ts';
import { agentNameOf, withinAgent } from '../agents/agent.ts';
import type { TeamBook } from '../teams/team-book.ts';
import { isUserScope, type LimitsOfUser, namedUser, principalOfUser, realmOfTeam, userNameOf, withOthersHidden } from './end-user.ts';

export interface ActingUsersOptions {
  readonly identities: Pick<Identities, 'pseudonymOf' | 'note' | 'findUser'>;
  readonly limitsOfUser: LimitsOfUser;
  /** Limits of the agents of a team. */
  readonly standingOf: TeamBook['standingOf'];
}

/** Maximum per key. Further users are made again, which costs a read each. */
const maxRememberedUsers = 5_000;

/** `authenticate` remembers principals. Those of users are remembered as long as the principal of their key. */
export function actForUsers(authenticate: Authenticate, { identities, limitsOfUser, standingOf }: ActingUsersOptions): Authenticate {
  const usersOf = new WeakMap<Principal, Map<string, Principal>>();

  async function asAgent(key: Principal, team: string, agent: string | null): Promise<Principal> {
    return agent === null || agent === key.agent ? key : withinAgent({ ...key, agent }, await standingOf(team));
  }

  async function asUser(key: Principal, team: string, name: string | null): Promise<Principal> {
    if (name === null) return key;
    const user = namedUser(realmOfTeam(team), name, identities);
    const known = await identities.findUser(user.id);
    await identities.note(user);
    const acting = { ...key, scopes: key.scopes.filter(isUserScope) };
    return withOthersHidden(await principalOfUser(acting, { id: user.id, name, revokedAt: known?.revokedAt ?? null }, limitsOfUser));
  }

  function actingFor(key: Principal, sent: Sent): Principal | Promise<Principal> {
    const team = teamOf(key, sent);
    const name = sent.user === null ? null : userNameOf(sent.user, 'The header AI-User');
    const agent = sent.agent === null ? null : agentOf(key, sent.agent);
    const users = usersOf.get(key) ?? new Map<string, Principal>();
    usersOf.set(key, users);
    // Names contain no comma.
    const id = `${name ?? ''},${agent ?? ''}`;
    const known = users.get(id);
    if (known !== undefined) return known;
    return asAgent(key, team, agent)
      .then((as) => asUser(as, team, name))
      .then((principal) => {
        if (users.size >= maxRememberedUsers) users.clear();
        users.set(id, principal);
        return principal;
      });
  }

  return (credentials) => {
    const { user = null, agent = null } = credentials;
    const principal = authenticate(credentials);
    if (user === null && agent === null) return principal;
    const sent = { user, agent };
    return principal instanceof Promise ? principal.then((key) => actingFor(key, sent)) : actingFor(principal, sent);
  };
}

/** Throws FORBIDDEN for a credential that may not act for others. */
function teamOf({ kind, token, team, scopes }: Principal, { user }: Sent): string {
  if (kind === 'key' && token === undefined && team !== null && scopes.includes('ai:act-as')) return team;
  const [header, acts] = user === null ? ['AI-Agent', 'name its agent'] : ['AI-User', 'act for users'];
  throw new GatewayError(
    'FORBIDDEN',
    `The header ${header} was sent with a credential that may not ${acts}. A virtual key with the scope ai:act-as would be accepted; without the header you ask for yourself.`,
  );
}

/** Throws FORBIDDEN for another agent than the key's own. */
function agentOf({ agent: own }: Principal, header: string): string {
  const agent = agentNameOf(header, 'The header AI-Agent');
  if (own === undefined || own === agent) return agent;
  throw new GatewayError(
    'FORBIDDEN',
    `Your key is that of the agent "${own}", so that it names no other. Without the header it is that one.`,
  );
}

interface Sent {
  readonly user: string | null;
  readonly agent: string | null;
}
