/** Refuses impossible names and policies of teams and organisations with a sentence. */
import { GatewayError } from '../../core/errors.ts';
import type { OrganisationRecord, Policy, UserPolicy } from '../../storage/directory/directory.ts';
import { isTimeZone } from '../../storage/limits/calendar.ts';
import { agentNameOf, everyOther } from '../agents/agent.ts';
import { checkRoutes, checkScopes } from '../keys/check-key.ts';
import { checkSession } from './check-session.ts';
import { organisationAccount } from './team-book.ts';
import { sharings } from './within-policies.ts';

/** Names in the configuration. Null accepts every name. */
export interface KnownNames {
  readonly routes: readonly string[] | null;
  readonly guardrails: readonly string[] | null;
  /** Default: every name is accepted. */
  readonly contracts?: readonly string[];
}

export type Kind = 'team' | 'organisation';

const maxDescriptionLength = 1_000;
const maxPerMinute = 50_000_000;
const maxWarnings = 10;

const forms: Readonly<Record<Kind, readonly [form: RegExp, accepted: string]>> = {
  team: [/^[\w.-]{1,64}$/, 'letters, digits, ., _ and -, at most 64'],
  // Names of an organisation's teams begin with its name and a dot, so a dot in its name would be ambiguous.
  organisation: [/^[\w-]{1,64}$/, 'letters, digits, _ and -, at most 64'],
};

export function checkName(kind: Kind, name: string): void {
  const [form, accepted] = forms[kind];
  if (!form.test(name)) refuse(`The name "${name.slice(0, 64)}" of the ${kind} is refused: ${accepted}, are accepted.`);
}

export function checkDescription(description: string | null | undefined): void {
  const length = description?.length ?? 0;
  if (length > maxDescriptionLength) refuse(`The description has ${length} characters. At most ${maxDescriptionLength} are accepted.`);
}

/** Checks the parts that are present. */
export function checkPolicy(kind: Kind, policy: Partial<Policy>, known: KnownNames): void {
  if (policy.scopes !== undefined && policy.scopes !== null) checkScopes(kind === 'team' ? 'A team' : 'An organisation', policy.scopes);
  checkRoutes(policy.routes ?? [], known.routes);
  for (const name of policy.guardrails ?? []) {
    if (known.guardrails !== null && !known.guardrails.includes(name))
      refuse(`There is no guardrail "${name}". Guardrails of the configuration: ${known.guardrails.join(', ') || 'none'}.`);
  }
  const { contract = null } = policy;
  if (contract !== null && known.contracts?.includes(contract) === false)
    refuse(`There is no contract "${contract.slice(0, 64)}". Contracts of the configuration: ${known.contracts.join(', ') || 'none'}.`);
  checkAmounts(policy, '');
  if (policy.perUser !== undefined && policy.perUser !== null) checkAmounts(policy.perUser, 'perUser.');
  if (policy.agents !== undefined) checkAgents(policy.agents);
  if (policy.session !== undefined && policy.session !== null) checkSession(policy.session);
  if (policy.timeZone !== undefined && policy.timeZone !== null && !isTimeZone(policy.timeZone))
    refuse(`timeZone is "${policy.timeZone.slice(0, 64)}". A time zone such as Europe/Berlin or UTC would be accepted.`);
  if (policy.cacheSharing !== undefined && policy.cacheSharing !== null && !sharings.includes(policy.cacheSharing))
    refuse(`cacheSharing is "${policy.cacheSharing}". Sharings: ${sharings.join(', ')}.`);
}

const maxAgents = 100;

function checkAgents(agents: Policy['agents']): void {
  if (agents.length > maxAgents)
    refuse(`agents has ${agents.length} entries. At most ${maxAgents} are accepted; \`*\` stands for all others.`);
  const names = agents.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`agents names "${twice}" twice. One entry for each agent is accepted.`);
  for (const { name, session, ...limits } of agents) {
    if (name !== everyOther) agentNameOf(name, `agents: "${name.slice(0, 128)}"`);
    checkAmounts(limits, `agents.${name}.`);
    if (session !== null) checkSession(session, `agents.${name}.session`);
  }
}

/** `path` stands before the names of the parts in refusals. */
function checkAmounts(policy: Partial<UserPolicy>, path: string): void {
  checkBudgets(policy.budgets ?? []);
  for (const part of ['requestsPerMinute', 'callsPerMinute', 'tokensPerMinute', 'concurrency'] as const) {
    const number = policy[part] ?? null;
    if (number !== null && !(Number.isSafeInteger(number) && number > 0 && number <= maxPerMinute))
      refuse(`${path}${part} is ${number}. It must be a whole number from 1 to ${maxPerMinute}; leave it out for no limit.`);
  }
}

function checkBudgets(budgets: Policy['budgets']): void {
  const periods = budgets.map(({ per }) => per);
  const twice = periods.find((per, index) => periods.indexOf(per) !== index);
  if (twice !== undefined) refuse(`There are two budgets for a ${twice}. One for each period is accepted.`);
  for (const { per, most, warnAt = [] } of budgets) {
    if (!(Number.isSafeInteger(most) && most >= 0))
      refuse(`The budget for a ${per} is no amount. US dollars from 0 on, with at most nine decimal places, are accepted.`);
    const odd = warnAt.find((part) => !(part >= 0.01 && part <= 1));
    if (odd !== undefined) refuse(`warnAt of the budget for a ${per} has ${odd}. Parts from 0.01 to 1 are accepted.`);
    if (warnAt.length > maxWarnings)
      refuse(`warnAt of the budget for a ${per} has ${warnAt.length} parts. At most ${maxWarnings} are accepted.`);
  }
}

/** Refuses what the team could never have, because its organisation does not have it. Null: it belongs to none. */
export function checkWithinOrganisation({ scopes, routes, cacheSharing }: Partial<Policy>, above: OrganisationRecord | null): void {
  const widest = above?.policy.cacheSharing ?? 'team';
  const known = cacheSharing === undefined || cacheSharing === null ? -1 : sharings.indexOf(cacheSharing);
  if (known >= 0 && known < sharings.indexOf(widest)) {
    const whose = above === null ? 'a team without an organisation' : `the organisation "${above.name}"`;
    refuse(
      `cacheSharing is "${cacheSharing}", and ${whose} shares kept answers within "${widest}". That or a narrower one would be accepted.`,
    );
  }
  if (above === null) return;
  const account = organisationAccount(above.name);
  const strangeScopes = (scopes ?? []).filter((scope) => above.policy.scopes !== null && !above.policy.scopes.includes(scope));
  if (strangeScopes.length > 0)
    refuse(`The team cannot have the scope ${strangeScopes.join(', ')}: "${account}" has ${above.policy.scopes?.join(', ')}.`);
  const strangeRoutes = (routes ?? []).filter((route) => above.policy.routes !== null && !above.policy.routes.includes(route));
  if (strangeRoutes.length > 0)
    refuse(`The team cannot use the route ${strangeRoutes.join(', ')}: "${account}" has ${above.policy.routes?.join(', ') || 'none'}.`);
}

export function refuse(sentence: string): never {
  throw new GatewayError('BAD_REQUEST', sentence);
}
