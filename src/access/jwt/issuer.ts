/** An issuer of JWTs as the configuration describes it: whose tokens are accepted, and how their claims are read. */
import type { SessionCaps } from '../../core/call/call.ts';
import type { Limit } from '../../core/call/hold.ts';

export interface Issuer {
  /** Name of the issuer in the configuration. A principal is `jwt:<name>:<pseudonym of the user>`. */
  readonly name: string;
  /** The `iss` of its tokens, character by character. */
  readonly issuer: string;
  /** A token must have one of these as `aud`. */
  readonly audiences: readonly string[];
  /** Address of its keys. Null: the address in its discovery document (OpenID Connect Discovery 1.0 §4). */
  readonly jwksUrl: string | null;
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly clockSkewSeconds: number;
  readonly claims: ClaimRules;
}

/** How claims are read. A claim is named as it stands in the token, or with dots when it is a member of another claim: `realm_access.roles`. */
export interface ClaimRules {
  readonly userClaim: string;
  /** Scopes of every caller, independent of the token. */
  readonly scopes: readonly string[];
  /** Null: `scope`, and without that `scp`. */
  readonly scopesClaim: string | null;
  /** Scopes by value of that claim. Null: the values are scopes. */
  readonly scopesByValue: Readonly<Record<string, readonly string[]>> | null;
  /** The team of callers whose token names none. Null: they have no team. */
  readonly team: string | null;
  readonly teamClaim: string | null;
  /** Teams by value of that claim. Null: the value is the team. */
  readonly teamByValue: Readonly<Record<string, string>> | null;
  /** The organisation of callers whose token names none. Null: the organisation of their team. */
  readonly organisation: string | null;
  readonly organisationClaim: string | null;
  /** Organisations by value of that claim. Null: the value is the organisation. */
  readonly organisationByValue: Readonly<Record<string, string>> | null;
  /** Null: all routes. */
  readonly routes: readonly string[] | null;
  /** Limits of one user, by the name of the user's account. */
  readonly limitsOf: (account: string) => readonly Limit[];
  /** Claim that names the agent which asks for the user. */
  readonly agentClaim: string;
  /** Agents by value of that claim. Null: the value is the agent. */
  readonly agentByValue: Readonly<Record<string, string>> | null;
  /** Claim that names the session. Null: the caller names it. */
  readonly sessionClaim: string | null;
  /** Limits of one session. Null: none. */
  readonly session: SessionCaps | null;
}

/**
 * Only signatures with a public key (RFC 7518 §3.1, RFC 9864). With a shared secret (HS256), whoever checks tokens could make them, and a public
 * key could be presented as the secret.
 */
export const signatureAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];
