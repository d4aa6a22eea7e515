/** Makes a Principal from the claims of a verified token. */
import type { JWTPayload } from 'jose';
import type { Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Identities } from '../../storage/identities/identities.ts';
import { agentForm, isAgentName } from '../agents/agent.ts';
import { realmOfIssuer } from '../users/end-user.ts';
import type { Issuer } from './issuer.ts';

const maxUserLength = 255;
const maxSessionLength = 128;
const teamForm = /^[\w.-]{1,64}$/;
const organisationForm = /^[\w-]{1,64}$/;
const scopeForm = /^[!-~]+$/;

export interface ClaimsContext {
  readonly pseudonymOf: Identities['pseudonymOf'];
}

/**
 * The caller as its issuer describes it; its team may allow less. Throws UNAUTHENTICATED when the token does not name its user, and FORBIDDEN for
 * an impossible team.
 */
export function principalOfClaims(payload: JWTPayload, issuer: Issuer, { pseudonymOf }: ClaimsContext): Principal {
  const { claims, clockSkewSeconds } = issuer;
  const name = userOf(payload, claims.userClaim);
  const realm = realmOfIssuer(issuer.name);
  const user = pseudonymOf(realm, name);
  const id = `${realm}:${user}`;
  const team = teamOf(payload, issuer);
  return {
    id,
    kind: 'jwt',
    user: { id: user, name, revokedAt: null },
    team,
    ...organisationOf(payload, issuer),
    ...agentOf(payload, claims),
    scopes: [...new Set([...claims.scopes, ...scopesOf(payload, claims)])],
    routes: claims.routes,
    limits: claims.limitsOf(id),
    ...(claims.session === null ? {} : { sessionCaps: claims.session }),
    ...sessionOf(payload, claims.sessionClaim),
    // Uses the same tolerance as the verification, because otherwise an accepted token could end at once.
    ...(payload.iat === undefined ? {} : { issuedAt: payload.iat * 1_000 }),
    ...(payload.exp === undefined ? {} : { expiresAt: (payload.exp + clockSkewSeconds) * 1_000 }),
  };
}

function userOf(payload: JWTPayload, claim: string): string {
  const user = claimOf(payload, claim);
  const fits = typeof user === 'string' && user.length > 0 && user.length <= maxUserLength && !/\p{Cc}/u.test(user) && user.isWellFormed();
  if (fits) return user;
  throw new GatewayError(
    'UNAUTHENTICATED',
    `This token does not say who it is for: its claim "${claim}" must be a text of at most ${maxUserLength} characters without line breaks.`,
  );
}

/** Throws UNAUTHENTICATED for an impossible name, because the limits of the agent would be skipped. */
function agentOf(payload: JWTPayload, { agentClaim, agentByValue }: Issuer['claims']): Pick<Principal, 'agent'> {
  const value = claimOf(payload, agentClaim);
  if (typeof value !== 'string' || value === '') return {};
  if (agentByValue !== null) {
    const known = Object.hasOwn(agentByValue, value) ? agentByValue[value] : undefined;
    return known === undefined ? {} : { agent: known };
  }
  if (isAgentName(value)) return { agent: value };
  throw new GatewayError(
    'UNAUTHENTICATED',
    `The claim "${agentClaim}" of this token names no agent: ${agentForm}, would be accepted. The operator can translate others with agentByValue.`,
  );
}

/** A token without the claim uses the session of all such tokens, because the caller may not choose one. */
function sessionOf(payload: JWTPayload, claim: string | null): Pick<Principal, 'session'> {
  if (claim === null) return {};
  const session = claimOf(payload, claim);
  return { session: typeof session === 'string' && session.length <= maxSessionLength && session.isWellFormed() ? session : '' };
}

function scopesOf(payload: JWTPayload, { scopesClaim, scopesByValue }: Issuer['claims']): readonly string[] {
  const claim = scopesClaim ?? (claimOf(payload, 'scope') === undefined ? 'scp' : 'scope');
  const values = valuesOf(claimOf(payload, claim));
  if (scopesByValue === null) return values.filter((value) => scopeForm.test(value));
  return values.flatMap((value) => (Object.hasOwn(scopesByValue, value) ? (scopesByValue[value] ?? []) : []));
}

/** The first value that names a team. A claim with several teams and without a table is ambiguous and refused. */
function teamOf(payload: JWTPayload, { name, claims: { team, teamClaim, teamByValue } }: Issuer): string | null {
  if (teamClaim === null) return team;
  const claim = claimOf(payload, teamClaim);
  const values = Array.isArray(claim) ? valuesOf(claim) : typeof claim === 'string' && claim !== '' ? [claim] : [];
  if (teamByValue !== null) {
    const known = values.find((value) => Object.hasOwn(teamByValue, value));
    return known === undefined ? team : (teamByValue[known] ?? null);
  }
  const [only, ...others] = values;
  if (only === undefined) return team;
  if (others.length === 0 && teamForm.test(only)) return only;
  throw new GatewayError(
    'FORBIDDEN',
    `The claim "${teamClaim}" of this token must name one team: letters, digits, ., _ and -, at most 64. Where it holds several, the operator says with teamByValue of the issuer "${name}" which one counts.`,
  );
}

/**
 * The organisation that limits the team, or stands in its place. Throws FORBIDDEN for an unknown organisation: without it, the token would have
 * fewer limits than it says.
 */
function organisationOf(payload: JWTPayload, { name, claims }: Issuer): Pick<Principal, 'organisation'> {
  const { organisation, organisationClaim, organisationByValue } = claims;
  const value = organisationClaim === null ? undefined : claimOf(payload, organisationClaim);
  if (value === undefined || value === '') return organisation === null ? {} : { organisation };
  if (organisationByValue === null && typeof value === 'string' && organisationForm.test(value)) return { organisation: value };
  if (organisationByValue !== null && typeof value === 'string' && Object.hasOwn(organisationByValue, value))
    return { organisation: organisationByValue[value] ?? null };
  throw new GatewayError(
    'FORBIDDEN',
    `The claim "${organisationClaim}" of this token must name one organisation that is known here. The operator says with organisationByValue of the issuer "${name}" which ones are.`,
  );
}

/** Accepts a text of words with spaces between them (RFC 8693 §4.2), or a list of texts. */
function valuesOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((word) => word !== '');
  return Array.isArray(claim) ? claim.filter((value) => typeof value === 'string') : [];
}

/** Finds a claim by its whole name, which may be a URL with dots, otherwise member by member. */
function claimOf(payload: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  let value: unknown = payload;
  for (const member of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[member];
  }
  return value;
}
