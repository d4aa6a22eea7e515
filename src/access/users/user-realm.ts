import type { Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import { realmOfIssuer, realmOfTeam } from './end-user.ts';

/**
 * The realm whose user a caller revokes or erases: the own team's keys, or the issuer that the caller names. `done`: the act in words, such as
 * "revoked". Throws FORBIDDEN, and BAD_REQUEST for an unknown issuer.
 */
export function realmFor(issuer: string | null, by: Principal, issuers: readonly string[], done: string): string {
  if (issuer !== null) {
    if (!by.scopes.includes('ai:keys:all'))
      throw new GatewayError(
        'FORBIDDEN',
        `Users of an issuer are ${done} with the scope ai:keys:all, which you do not have. Without \`issuer\`, the users of your team are meant.`,
      );
    return realmOfKnownIssuer(issuer, issuers);
  }
  if (by.team !== null && by.token === undefined && by.user === undefined && by.kind === 'key') return realmOfTeam(by.team);
  throw new GatewayError(
    'FORBIDDEN',
    `The users of a team are ${done} by a virtual key of the team with the scope ai:act-as. You do not show one.`,
  );
}

/** Throws BAD_REQUEST. */
export function realmOfKnownIssuer(issuer: string, issuers: readonly string[]): string {
  if (issuers.includes(issuer)) return realmOfIssuer(issuer);
  throw new GatewayError('BAD_REQUEST', `There is no issuer "${issuer.slice(0, 64)}". Issuers: ${issuers.join(', ') || 'none'}.`);
}
