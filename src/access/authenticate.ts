import type { Authenticate, Principal } from '../core/call/call.ts';
import { GatewayError } from '../core/errors.ts';
import type { Identities } from '../storage/identities/identities.ts';
import type { KeyRecord, Keys } from '../storage/keys/keys.ts';
import { withinAgent } from './agents/agent.ts';
import type { Tokens } from './jwt/accept-tokens.ts';
import { userOfIssuer } from './jwt/user-of-issuer.ts';
import { keyLimits } from './keys/key-accounts.ts';
import { inTimeZone } from './teams/policy-limits.ts';
import type { TeamBook, TeamStanding } from './teams/team-book.ts';
import { commonTo, narrowestSession, withinTeam } from './teams/within-policies.ts';
import { principalOfToken } from './tokens/principal-of-token.ts';
import { looksShortLived, refused, verifyShortLived } from './tokens/short-lived-token.ts';
import { type LimitsOfUser, withOthersHidden } from './users/end-user.ts';
import { endOf, makersOf, principalIdOf, secretEndOf, verifyKey } from './virtual-key.ts';

export interface AuthenticateOptions {
  readonly keys: Pick<Keys, 'find'>;
  /** The principal of callers without credentials. Null: they are refused. Only set in development on loopback, or by `anonymous`. */
  readonly anonymous: Principal | null;
  /** Limits of the callers of a team, together and for each. Default: no team has a policy. */
  readonly teams?: Pick<TeamBook, 'standingOf' | 'timeZone'> & Partial<Pick<TeamBook, 'teamOfMember' | 'standingOfOrganisation'>>;
  /** Users of JWTs, and short-lived tokens. Default: no short-lived token is accepted. */
  readonly identities?: Pick<Identities, 'findToken' | 'findUser' | 'note'> | null;
  /** Limits of one user of a team. Default: there are none. */
  readonly limitsOfUser?: LimitsOfUser;
  /** JWTs of other issuers. Default: none is accepted. */
  readonly tokens?: Pick<Tokens, 'isToken' | 'verify'> | null;
  /** Whether development keys are accepted. Default: they are not. */
  readonly development?: boolean;
  readonly now?: () => number;
}

/** Refuses invalid credentials; never treats them as an anonymous caller. */
export function authenticator({
  keys,
  anonymous,
  teams = { standingOf: () => null },
  identities = null,
  limitsOfUser = () => [],
  tokens = null,
  development = false,
  now = Date.now,
}: AuthenticateOptions): Authenticate {
  const principalOfKey = keyPrincipals({ keys, development, now });

  async function ofKey(token: string): Promise<Principal> {
    const key = await verifyKey(token, keys, now());
    const principal = await principalOfKey(key);
    const secretEndsAt = secretEndOf(token, key);
    return secretEndsAt === null ? principal : { ...principal, credentialEndsAt: secretEndsAt };
  }

  return async ({ authorization }) => {
    if (authorization === null) return anonymous ?? refuseNobody(tokens !== null);
    const [, token] = /^bearer +(\S+) *$/i.exec(authorization) ?? [];
    if (token === undefined) {
      throw new GatewayError(
        'UNAUTHENTICATED',
        'The Authorization header is not understood. "Authorization: Bearer fg_…" would be accepted.',
      );
    }
    return boundByTeam(await shownBy(token), teams);
  };

  /** The team in the token counts before the team that the user was added to. */
  async function inOwnTeam(principal: Principal): Promise<Principal> {
    if (principal.team !== null || teams.teamOfMember === undefined) return principal;
    return { ...principal, team: await teams.teamOfMember(principal.id) };
  }

  async function shownBy(token: string): Promise<Principal> {
    if (tokens?.isToken(token) === true) {
      const principal = await inOwnTeam(await tokens.verify(token));
      return identities === null ? principal : userOfIssuer(principal, identities, limitsOfUser);
    }
    if (identities === null || !looksShortLived(token)) return ofKey(token);
    const record = await verifyShortLived(token, identities, now());
    const maker = await keys.find(record.keyId);
    const ended = maker === null ? 'is not known here' : endOf(maker, now());
    if (maker === null || ended !== null) throw refused(`The key that made this token ${ended}`);
    return principalOfToken(record, await principalOfKey(maker), identities, limitsOfUser);
  }
}

type KeyOptions = Pick<AuthenticateOptions, 'keys' | 'development' | 'now'>;

function keyPrincipals({ keys, development = false, now = Date.now }: KeyOptions): (key: KeyRecord) => Promise<Principal> {
  return async (key) => {
    if (key.development && !development) throw developmentIsOver();
    return principalOf(key, key.madeBy === null ? [] : await makersOf(key, keys, now()));
  };
}

type Standings = Pick<TeamBook, 'standingOf' | 'timeZone'> & Partial<Pick<TeamBook, 'standingOfOrganisation'>>;

async function boundByTeam(principal: Principal, teams: Standings): Promise<Principal> {
  const standing = await standingOf(principal, teams);
  const limits = inTimeZone(principal.limits, standing?.timeZone ?? teams.timeZone ?? 'UTC');
  return withOthersHidden(withinAgent(withinTeam({ ...principal, limits }, standing), standing));
}

/** Throws FORBIDDEN for a team of another organisation than the token's, and for an unknown organisation. */
async function standingOf({ team, organisation = null }: Principal, teams: Standings): Promise<TeamStanding | null> {
  const ofTeam = team === null ? null : await teams.standingOf(team);
  if (organisation === null) return ofTeam;
  const found = team === null ? ((await teams.standingOfOrganisation?.(organisation)) ?? null) : ofTeam;
  if (found?.organisation === organisation) return found;
  const why = team === null ? 'which is not there' : `and its team "${team}" does not belong to that`;
  throw new GatewayError('FORBIDDEN', `This token is of the organisation "${organisation}", ${why}. A team of it would be accepted.`);
}

/**
 * The principal of the key with this public id, for the shell, which does not need the secret. Throws UNAUTHENTICATED when the key is not valid any
 * more.
 */
export async function principalOfKeyId(
  id: string,
  { teams, ...options }: KeyOptions & { readonly teams: Pick<TeamBook, 'standingOf' | 'timeZone'> },
): Promise<Principal> {
  const { keys, now = Date.now } = options;
  const key = await keys.find(id);
  const ended = key === null ? 'is not known here' : endOf(key, now());
  if (key === null || ended !== null) throw refused(`The key "${id}" ${ended}`);
  return boundByTeam(await keyPrincipals(options)(key), teams);
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

/**
 * A call is charged to the accounts of the key and of the keys above it. It has only the scopes and routes that all of these keys have now: if a
 * maker has lost a scope since it made the key, the key has lost it too.
 */
function principalOf(key: KeyRecord, makers: readonly KeyRecord[]): Principal {
  const lineage = [key, ...makers];
  const expiries = lineage.flatMap(({ expiresAt }) => (expiresAt === null ? [] : [expiresAt]));
  return {
    id: principalIdOf(key.id),
    kind: 'key',
    team: key.team,
    scopes: commonTo(lineage.map(({ scopes }) => scopes)) ?? [],
    routes: commonTo(lineage.map(({ routes }) => routes)),
    limits: lineage.flatMap(keyLimits),
    ...agentOf(lineage),
    ...narrowestSession(lineage.map(({ session }) => session)),
    ...(expiries.length === 0 ? {} : { expiresAt: Math.min(...expiries) }),
  };
}

/** A key that the key of an agent makes belongs to the same agent. */
function agentOf(lineage: readonly KeyRecord[]): Pick<Principal, 'agent'> {
  const agent = lineage.findLast((key) => key.agent !== null)?.agent ?? null;
  return agent === null ? {} : { agent };
}
