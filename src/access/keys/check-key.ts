/** Refuses impossible parts of a key with a sentence. */
import { GatewayError } from '../../core/errors.ts';
import type { KeyRecord } from '../../storage/keys/keys.ts';
import { agentNameOf } from '../agents/agent.ts';
import { allScopes } from '../scopes.ts';
import { checkSession } from '../teams/check-session.ts';
import type { TeamStanding } from '../teams/team-book.ts';

const maxNameLength = 100;

/** Parts of a key that are given when it is made. All but the team may be changed later. */
export type KeyParts = Pick<
  KeyRecord,
  'name' | 'team' | 'scopes' | 'routes' | 'monthlyBudget' | 'requestsPerMinute' | 'callsPerMinute' | 'agent' | 'session' | 'expiresAt'
>;

/** Checks the parts that are present. `routes`: names of the existing routes; null accepts every name. */
export function checkKey(key: Partial<KeyParts>, routes: readonly string[] | null, now: number): void {
  for (const [what, text] of [
    ['name', key.name],
    ['team', key.team],
  ] as const) {
    if (text !== undefined && (text.trim() === '' || text.length > maxNameLength))
      refuse(`The ${what} of a key has between 1 and ${maxNameLength} characters.`);
  }
  if (key.scopes !== undefined) checkScopes('A key', key.scopes);
  checkRoutes(key.routes ?? [], routes);
  const budget = key.monthlyBudget ?? null;
  if (budget !== null && !(Number.isSafeInteger(budget) && budget >= 0))
    refuse('A monthly budget is an amount of US dollars from 0 on, with at most nine decimal places.');
  for (const [what, perMinute] of [
    ['Requests', key.requestsPerMinute ?? null],
    ['Calls', key.callsPerMinute ?? null],
  ] as const) {
    if (perMinute !== null && !(Number.isSafeInteger(perMinute) && perMinute > 0))
      refuse(`${what} per minute are a whole number from 1 on; leave it out for no limit.`);
  }
  if (key.agent !== undefined && key.agent !== null) agentNameOf(key.agent, 'The agent of the key');
  if (key.session !== undefined && key.session !== null) checkSession(key.session);
  if (key.expiresAt !== undefined && key.expiresAt !== null && !(key.expiresAt > now))
    refuse('The expiry of a key lies in the future; leave it out for a key that does not expire.');
}

/** `whose`: the owner of the scopes, at the beginning of a sentence. */
export function checkScopes(whose: string, scopes: readonly string[]): void {
  const unknown = scopes.filter(
    (scope) => !/^[!-~]+$/.test(scope) || (scope.startsWith('ai:') && !allScopes.some((known) => known === scope)),
  );
  if (unknown.length > 0)
    refuse(
      `There is no scope "${unknown.join('", "')}". Scopes of the gateway: ${allScopes.join(', ')}; those of other teams' subgraphs do not begin with "ai:".`,
    );
  if (scopes.length === 0) refuse(`${whose} without scopes may do nothing. Scopes: ${allScopes.join(', ')}.`);
}

export function checkRoutes(asked: readonly string[], routes: readonly string[] | null): void {
  const missing = routes === null ? [] : asked.filter((route) => !routes.includes(route));
  if (missing.length > 0) refuse(`There is no route "${missing.join('", "')}". Routes: ${routes?.join(', ')}.`);
}

/** The key could never use a scope or a route that its team does not have, so it is refused at once. */
export function checkWithinTeam({ scopes, routes }: Partial<KeyParts>, team: string, standing: TeamStanding | null): void {
  if (standing === null) return;
  if (standing.ended !== null) refuse(`${standing.ended} Keys of a team that is in force would be accepted.`);
  for (const { name, policy } of standing.accounts) {
    const strangeScopes = (scopes ?? []).filter((scope) => policy.scopes !== null && !policy.scopes.includes(scope));
    if (strangeScopes.length > 0)
      refuse(`A key of the team "${team}" cannot have the scope ${strangeScopes.join(', ')}: "${name}" has ${policy.scopes?.join(', ')}.`);
    const strangeRoutes = (routes ?? []).filter((route) => policy.routes !== null && !policy.routes.includes(route));
    if (strangeRoutes.length > 0)
      refuse(
        `A key of the team "${team}" cannot use the route ${strangeRoutes.join(', ')}: "${name}" has ${policy.routes?.join(', ') || 'none'}.`,
      );
  }
}

function refuse(sentence: string): never {
  throw new GatewayError('BAD_REQUEST', sentence);
}
