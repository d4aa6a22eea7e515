/**
 * Agents: programs that ask by themselves. A key has one, a token names one by a claim, or a backend's key names one in the header `AI-Agent`.
 *
 * An agent belongs to its team: the same name in two teams is two agents. It is a dimension of usage and has limits of its own, and changes
 * nothing of what its caller may see or do.
 */
import type { Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import type { AgentPolicy } from '../../storage/directory/directory.ts';
import { inTimeZone, policyLimits } from '../teams/policy-limits.ts';
import { agentAccount, type TeamStanding, teamAccount } from '../teams/team-book.ts';
import { narrowestSession } from '../teams/within-policies.ts';

/** In a team's policy: every agent that the policy does not name, each on its own account. */
export const everyOther = '*';

/** Visible ASCII. A comma is left out because proxies join two headers with it. */
const form = /^[!-~]{1,128}$/;
const refused = /[,;"\\]/;

export const isAgentName = (text: string): boolean => form.test(text) && !refused.test(text) && text !== everyOther;

export const agentForm =
  '1 to 128 visible ASCII characters without commas, semicolons, quotation marks and backslashes, such as "support-bot"';

/** Throws BAD_REQUEST; `where` names the header or the argument. */
export function agentNameOf(text: string, where: string): string {
  if (isAgentName(text)) return text;
  throw new GatewayError('BAD_REQUEST', `${where} names no agent: ${agentForm}, would be accepted. Leave it out where no agent asks.`);
}

/** The team's policy for the agent. Null: there is none. */
const agentPolicyIn = (agents: readonly AgentPolicy[], agent: string): AgentPolicy | null =>
  agents.find(({ name }) => name === agent) ?? agents.find(({ name }) => name === everyOther) ?? null;

/** Adds the limits of its agent to the principal, beside those of its credential and its team. */
export function withinAgent(principal: Principal, standing: TeamStanding | null): Principal {
  const { agent, team } = principal;
  if (agent === undefined || team === null || standing === null) return principal;
  const policy = standing.accounts.find(({ name }) => name === teamAccount(team))?.policy;
  const own = policy === undefined ? null : agentPolicyIn(policy.agents, agent);
  if (own === null) return principal;
  return {
    ...principal,
    limits: [...principal.limits, ...inTimeZone(policyLimits(agentAccount(team, agent), own), standing.timeZone)],
    ...narrowestSession([principal.sessionCaps ?? null, own.session]),
  };
}
