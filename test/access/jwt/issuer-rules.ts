/** Issuers as the configuration describes them. */
import { type Issuer, signatureAlgorithms } from '../../../src/access/jwt/issuer.ts';

export const audience = 'fieldgate';

/** An issuer as the configuration describes it, with what a test changes. */
export const issuerOf = (url: string, changes: Partial<Issuer> = {}): Issuer => ({
  name: 'login',
  issuer: url,
  audiences: [audience],
  jwksUrl: null,
  algorithms: signatureAlgorithms,
  clockSkewSeconds: 30,
  claims: claimRules(),
  ...changes,
});

export const claimRules = (changes: Partial<Issuer['claims']> = {}): Issuer['claims'] => ({
  userClaim: 'sub',
  scopes: ['ai:use'],
  scopesClaim: null,
  scopesByValue: null,
  team: null,
  teamClaim: null,
  teamByValue: null,
  organisation: null,
  organisationClaim: null,
  organisationByValue: null,
  routes: null,
  limitsOf: () => [],
  session: null,
  agentClaim: 'act.sub',
  agentByValue: null,
  sessionClaim: null,
  ...changes,
});
