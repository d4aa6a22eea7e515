/** Virtual keys: listed, made, changed, rotated and revoked by callers, none of whom hands on more than he has. */

import type { KeyChange } from '../../../access/issue-keys.ts';
import { checkGift, checkTakeOver } from '../../../access/keys/key-authority.ts';
import { checkPresentSecret, keyIdOf, type NewKey, principalIdOf } from '../../../access/virtual-key.ts';
import { hasToken, type Principal } from '../../../core/call/call.ts';
import { GatewayError } from '../../../core/errors.ts';
import { decimalOf } from '../../../core/money.ts';
import { usableRoutes } from '../../../operations/route-choice.ts';
import type { KeyRecord } from '../../../storage/keys/keys.ts';
import type { CreateAiKeyInput, Resolvers, UpdateAiKeyInput } from '../../generated.ts';
import { checkWhole, refuse } from '../../refuse.ts';
import { dateTimeOf } from '../../scalars.ts';
import type { Services } from '../../services.ts';
import { accountAmount } from './account-amount.ts';
import { changeFields, changesOn } from './change-list.ts';
import { sessionCapsOf } from './policy-input.ts';

export function keyResolvers(services: Services): Resolvers {
  return {
    Query: {
      aiKeys: async (_, __, { principal }) => (await keysOf(principal, services)).toSorted((a, b) => b.createdAt - a.createdAt),
    },
    Mutation: {
      createAiKey: async (_, { input, reason }, { principal }) =>
        services.keys.issue(newKeyOf(input, principal, await teamsOf(principal, services), services), reason ?? null),
      async updateAiKey(_, { id, input, expectVersion, reason }, { principal }) {
        checkPresentSecret(principal);
        const all = await keysOf(principal, services);
        const change = changeOf(input, principal, services);
        if (!all.some((key) => key.id === id)) return null;
        const lineage = lineageIn(all, id);
        const permit = (key: KeyRecord): void => {
          checkTakeOver(principal, key, lineage);
          checkGift(principal, key, change, lineage);
        };
        return services.keys.update(id, change, { by: principal.id, reason: reason ?? null, expectVersion: expectVersion ?? null, permit });
      },
      async rotateAiKey(_, { id, overlapSeconds, reason }, { principal }) {
        checkMayIssue(principal);
        const all = await keysOf(principal, services);
        if (!all.some((key) => key.id === id)) return null;
        const lineage = lineageIn(all, id);
        const permit = (key: KeyRecord): void => checkTakeOver(principal, key, lineage);
        return services.keys.rotate(id, overlapSeconds, { by: principal.id, reason: reason ?? null, permit });
      },
      async revokeAiKey(_, { id, reason }, { principal }) {
        checkPresentSecret(principal);
        if (!(await keysOf(principal, services)).some((key) => key.id === id)) return null;
        return services.keys.revoke(id, { by: principal.id, reason: reason ?? null });
      },
    },
    AiKey: {
      monthlyBudget: ({ monthlyBudget }) => (monthlyBudget === null ? null : decimalOf(monthlyBudget)),
      budgets: async (key) => services.limits.budgets(await services.keyAccounts(key)),
      formerSecretEndsAt: ({ former }) => (former === null || former.until <= services.now() ? null : dateTimeOf(former.until)),
      createdAt: ({ createdAt }) => new Date(createdAt).toISOString(),
      updatedAt: ({ updatedAt }) => dateTimeOf(updatedAt),
      expiresAt: ({ expiresAt }) => dateTimeOf(expiresAt),
      revokedAt: ({ revokedAt }) => dateTimeOf(revokedAt),
      lastUsedAt: ({ lastUsedAt }) => dateTimeOf(lastUsedAt),
      changes: ({ id }, { first }) => changesOn(principalIdOf(id), first, services),
    },
    AiChange: changeFields,
  };
}

/** Teams that a refusal names. */
const maxNamed = 20;

const ofEveryTeam = ({ scopes }: Principal): boolean => scopes.includes('ai:keys:all');

/** Those that a principal administers. */
async function keysOf(principal: Principal, services: Services): Promise<readonly KeyRecord[]> {
  const [keys, teams] = await Promise.all([services.keys.list(), teamsOf(principal, services)]);
  return teams === null ? keys : keys.filter(({ team }) => teams.has(team));
}

/** Whose keys a principal administers, by name: its own team's, and with `ai:teams` those of its organisation; null: every team's. */
async function teamsOf(principal: Principal, services: Services): Promise<ReadonlySet<string> | null> {
  if (ofEveryTeam(principal)) return null;
  const { team, organisation = null, scopes } = principal;
  const own = team === null ? [] : [team];
  if (organisation === null || !scopes.includes('ai:teams')) return new Set(own);
  const all = await services.directory.teams.list();
  return new Set([...own, ...all.flatMap(({ record }) => (record.organisation === organisation ? [record.name] : []))]);
}

/**
 * A key never has more than the one that issues it: scopes, routes and the team are handed on, not invented. Its budget and rates are its own,
 * beside those of the key that makes it, which its calls draw on too (`access/authenticate.ts`).
 */
function newKeyOf(input: CreateAiKeyInput, principal: Principal, teams: ReadonlySet<string> | null, services: Services): NewKey {
  checkMayIssue(principal);
  const name = nameOf(input.name);
  if (!/^[\w.-]{1,64}$/.test(input.team))
    refuse(`The team "${input.team.slice(0, 64)}" is refused: letters, digits, ., _ and -, at most 64, are accepted.`);
  if (teams?.has(input.team) === false) {
    const [only = null, ...more] = teams;
    const yours = only === null ? 'and you have no team' : `to yours: ${only}`;
    const sentence =
      more.length === 0
        ? `With the scope ai:keys you can give keys to your own team alone, ${yours}.`
        : `With the scopes ai:keys and ai:teams you can give keys to the teams of your organisation: ${[...teams].slice(0, maxNamed).join(', ')}.`;
    throw new GatewayError('FORBIDDEN', `${sentence} The scope ai:keys:all is for every team.`);
  }
  const scopes = scopesOf(input.scopes, principal);
  const strange = scopes.filter((scope) => !principal.scopes.includes(scope));
  if (strange.length > 0) {
    throw new GatewayError('FORBIDDEN', `You cannot give the scope ${strange.join(', ')}. You can give: ${principal.scopes.join(', ')}.`);
  }
  checkWhole('requestsPerMinute', input.requestsPerMinute, 1, 1_000_000);
  checkWhole('callsPerMinute', input.callsPerMinute, 1, 1_000_000);
  return {
    name,
    team: input.team,
    scopes,
    routes: routesOf(input.routes, principal, services),
    monthlyBudget: accountAmount('monthlyBudget', input.monthlyBudget),
    requestsPerMinute: input.requestsPerMinute ?? null,
    callsPerMinute: input.callsPerMinute ?? null,
    agent: agentOf(input.agent, principal),
    session: input.session == null ? null : sessionCapsOf(input.session),
    madeBy: keyIdOf(principal),
    expiresAt: expiryOf(input.expiresAt, services),
    createdBy: principal.id,
  };
}

function routesOf(asked: CreateAiKeyInput['routes'], principal: Principal, services: Services): readonly string[] | null {
  if (asked == null) return principal.routes;
  const yours = usableRoutes(services.routes(), principal).map(({ name }) => name);
  const strange = asked.find((name) => !yours.includes(name));
  if (strange !== undefined) refuse(`There is no route "${strange}" that you can give. Routes: ${yours.join(', ')}.`);
  return [...new Set(asked)];
}

/** What the input has; null removes. A name and scopes cannot be removed. */
function changeOf(input: UpdateAiKeyInput, principal: Principal, services: Services): KeyChange {
  const { name, scopes, routes, monthlyBudget, requestsPerMinute, callsPerMinute, agent, session, expiresAt } = input;
  if (name === null) refuse('name is null. A key always has one: leave it out, and it stays.');
  if (scopes === null) refuse('scopes is null. A key always has some: leave them out, and they stay.');
  checkWhole('requestsPerMinute', requestsPerMinute, 1, 1_000_000);
  checkWhole('callsPerMinute', callsPerMinute, 1, 1_000_000);
  return {
    ...(name === undefined ? {} : { name: nameOf(name) }),
    ...(scopes === undefined ? {} : { scopes: scopesOf(scopes, principal) }),
    ...(routes === undefined ? {} : { routes: routesOf(routes, principal, services) }),
    ...(monthlyBudget === undefined ? {} : { monthlyBudget: accountAmount('monthlyBudget', monthlyBudget) }),
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    ...(callsPerMinute === undefined ? {} : { callsPerMinute }),
    ...(agent === undefined ? {} : { agent: agentOf(agent, principal) }),
    ...(session === undefined ? {} : { session: session === null ? null : sessionCapsOf(session) }),
    ...(expiresAt === undefined ? {} : { expiresAt: expiryOf(expiresAt, services) }),
  };
}

/** The key of an agent makes and changes keys of that agent alone: with another name they would draw on other accounts. */
function agentOf(asked: string | null | undefined, { agent: own }: Principal): string | null {
  if (asked == null || own === undefined || asked === own) return asked ?? null;
  throw new GatewayError(
    'FORBIDDEN',
    `You are the agent "${own}", so you give keys to no other agent. Leave the agent out, or name that one.`,
  );
}

/** Ids of the key and of those that it comes from, as far as the caller administers them. */
function lineageIn(keys: readonly KeyRecord[], id: string): readonly string[] {
  const makers = new Map(keys.map((key) => [key.id, key.madeBy]));
  const lineage: string[] = [];
  for (let at: string | null | undefined = id; at != null && !lineage.includes(at); at = makers.get(at)) lineage.push(at);
  return lineage;
}

/** A secret outlives a token, of a login or of a backend. */
function checkMayIssue(principal: Principal): void {
  checkPresentSecret(principal);
  if (principal.kind === 'key' && !hasToken(principal)) return;
  throw new GatewayError(
    'FORBIDDEN',
    'A token makes no keys and rotates none: they would outlive its user. A virtual key with the scope ai:keys would be accepted, or `fieldgate keys create`.',
  );
}

function nameOf(text: string): string {
  const name = text.trim();
  if (name === '' || name.length > 100) refuse('name must have 1 to 100 characters.');
  return name;
}

function scopesOf(asked: readonly string[], principal: Principal): readonly string[] {
  if (asked.length === 0) refuse(`scopes is empty. You can give: ${principal.scopes.join(', ')}.`);
  return [...new Set(asked)];
}

function expiryOf(text: string | null | undefined, services: Services): number | null {
  const expiresAt = text == null ? null : Date.parse(text);
  if (expiresAt !== null && expiresAt <= services.now()) refuse(`expiresAt is ${text}, which is past. It must lie in the future.`);
  return expiresAt;
}
