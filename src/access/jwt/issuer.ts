/** An issuer of JWTs, as the configuration describes it: whose tokens are accepted, and what their claims mean here. */
import type { SessionCaps } from '../../core/call/call.ts';
import type { Limit } from '../../core/call/hold.ts';

export interface Issuer {
  /** Its name in the configuration; a principal is `jwt:<name>:<pseudonym of the user>`. */
  readonly name: string;
  /** What its tokens have as `iss`, character by character. */
  readonly issuer: string;
  /** A token must have one of them as `aud`. */
  readonly audiences: readonly string[];
  /** Where its keys are; null: what its discovery document says (OpenID Connect Discovery 1.0 §4). */
  readonly jwksUrl: string | null;
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly clockSkewSeconds: number;
  readonly claims: ClaimRules;
}

/** What claims mean. A claim is named as it stands in the token, or with dots where it is a member of another: `realm_access.roles`. */
export interface ClaimRules {
  readonly userClaim: string;
  /** Scopes of every caller, whatever the token says. */
  readonly scopes: readonly string[];
  /** Null: `scope`, and where there is none `scp`. */
  readonly scopesClaim: string | null;
  /** By a value of that claim; null: its values are scopes. */
  readonly scopesByValue: Readonly<Record<string, readonly string[]>> | null;
  /** The team of callers whose token names none; null: they have no team. */
  readonly team: string | null;
  readonly teamClaim: string | null;
  /** By a value of that claim; null: its value is the team. */
  readonly teamByValue: Readonly<Record<string, string>> | null;
  /** The organisation of callers whose token names none; null: that of their team. */
  readonly organisation: string | null;
  readonly organisationClaim: string | null;
  /** By a value of that claim; null: its value is the organisation. */
  readonly organisationByValue: Readonly<Record<string, string>> | null;
  /** Null: all. */
  readonly routes: readonly string[] | null;
  /** What one user may use, by the name of his account. */
  readonly limitsOf: (account: string) => readonly Limit[];
  /** Names the agent that asks for the user. */
  readonly agentClaim: string;
  /** By a value of that claim; null: its value is the agent. */
  readonly agentByValue: Readonly<Record<string, string>> | null;
  /** Names the session; null: the caller does. */
  readonly sessionClaim: string | null;
  /** What one session may use; null: as much as it likes. */
  readonly session: SessionCaps | null;
}

/**
 * Signatures with a public key alone (RFC 7518 §3.1, RFC 9864). With a shared secret (HS256) whoever checks tokens could make them, and
 * a public key could be passed off as the secret.
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
