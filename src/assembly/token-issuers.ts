/** Reads from the configuration whose JWTs are accepted. */

import { openTokens, type Tokens } from '../access/jwt/accept-tokens.ts';
import type { ClaimsContext } from '../access/jwt/claims.ts';
import { fetchJson } from '../access/jwt/fetch-json.ts';
import type { Issuer } from '../access/jwt/issuer.ts';
import type { GatewayConfig, IssuerConfig } from '../config/config.ts';
import { withDefaults } from '../config/kinds/section.ts';
import { issuerSection } from '../config/sections/callers-section.ts';
import type { Log } from '../telemetry/log.ts';
import { accountLimits, sessionCapsOf } from './caller-limits.ts';

/** Null: no issuer is configured. */
export function acceptedTokens({ issuers = {} }: GatewayConfig, of: ClaimsContext, log: Log, now: () => number): Tokens | null {
  const all = Object.entries(issuers).map(([name, config]) => issuerOf(name, config));
  if (all.length === 0) return null;
  return openTokens({
    issuers: all,
    ...of,
    fetchJson,
    now,
    onTrouble: (issuer, cause) =>
      cause === null
        ? log.info('the keys of an issuer can be fetched again', { issuer })
        : log.warn('the keys of an issuer cannot be fetched: its tokens are checked with those that are known', { issuer, err: cause }),
  });
}

function issuerOf(name: string, config: IssuerConfig): Issuer {
  const filled = withDefaults(issuerSection, config);
  return {
    name,
    issuer: filled.issuer,
    audiences: filled.audiences,
    jwksUrl: filled.jwksUrl ?? null,
    algorithms: filled.algorithms,
    clockSkewSeconds: filled.clockSkewSeconds,
    claims: {
      userClaim: filled.userClaim,
      scopes: filled.scopes,
      scopesClaim: filled.scopesClaim ?? null,
      scopesByValue: filled.scopesByValue ?? null,
      team: filled.team ?? null,
      teamClaim: filled.teamClaim ?? null,
      teamByValue: filled.teamByValue ?? null,
      organisation: filled.organisation ?? null,
      organisationClaim: filled.organisationClaim ?? null,
      organisationByValue: filled.organisationByValue ?? null,
      routes: filled.routes ?? null,
      agentClaim: filled.agentClaim,
      agentByValue: filled.agentByValue ?? null,
      session: sessionCapsOf(filled.session),
      sessionClaim: filled.sessionClaim ?? null,
      limitsOf: (account) =>
        accountLimits(account, {
          dailyBudget: filled.dailyBudgetPerUser,
          monthlyBudget: filled.monthlyBudgetPerUser,
          requestsPerMinute: filled.requestsPerMinutePerUser,
          budgets: filled.budgetsPerUser,
          callsPerMinute: filled.callsPerMinutePerUser,
          tokensPerMinute: filled.tokensPerMinutePerUser,
          concurrency: filled.concurrencyPerUser,
        }),
    },
  };
}
