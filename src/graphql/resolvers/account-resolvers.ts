import { keyIdOf, type NewKey } from '../../access/virtual-key.ts';
import type { Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import { decimalOf, nanoUsdOf } from '../../core/money.ts';
import { usableRoutes } from '../../operations/route-choice.ts';
import type { KeyRecord } from '../../storage/keys/keys.ts';
import type { CreateAiKeyInput, Resolvers } from '../generated.ts';
import { checkWhole, refuse } from '../refuse.ts';
import { dateTimeOf } from '../scalars.ts';
import type { Services } from '../services.ts';

export function accountResolvers(services: Services): Resolvers {
  return {
    Query: {
      aiViewer: async (_, __, { principal }) => ({
        principal: principal.id,
        team: principal.team,
        organisation: principal.organisation ?? null,
        scopes: principal.scopes,
        routes: usableRoutes(services.routes(), principal).map(({ name }) => name),
        budgets: await services.limits.budgets(principal.limits),
      }),
      aiRoutes: (_, __, { principal }) => usableRoutes(services.routes(), principal),
      aiKeys: async (_, __, { principal }) => (await keysOf(principal, services)).toSorted((a, b) => b.createdAt - a.createdAt),
    },
    Mutation: {
      createAiKey: (_, { input }, { principal }) => services.keys.issue(newKeyOf(input, principal, services)),
      revokeAiKey: async (_, { id }, { principal }) =>
        (await keysOf(principal, services)).some((key) => key.id === id) ? services.keys.revoke(id) : null,
    },
    AiBudget: { resetsAt: ({ resetsAt }) => dateTimeOf(resetsAt) },
    AiDeployment: {
      inputPerMillion: ({ inputPerMillion }) => plainDecimal(inputPerMillion),
      outputPerMillion: ({ outputPerMillion }) => plainDecimal(outputPerMillion),
    },
    AiKey: {
      monthlyBudget: ({ monthlyBudget }) => (monthlyBudget === null ? null : decimalOf(monthlyBudget)),
      createdAt: ({ createdAt }) => new Date(createdAt).toISOString(),
      expiresAt: ({ expiresAt }) => dateTimeOf(expiresAt),
      revokedAt: ({ revokedAt }) => dateTimeOf(revokedAt),
    },
  };
}

function plainDecimal(dollars: number | null): string | null {
  return dollars === null ? null : dollars.toFixed(9).replace(/\.?0+$/, '');
}

const ofEveryTeam = ({ scopes }: Principal): boolean => scopes.includes('ai:keys:all');

/** Those that a principal administers. */
async function keysOf(principal: Principal, services: Services): Promise<readonly KeyRecord[]> {
  const keys = await services.keys.list();
  return ofEveryTeam(principal) ? keys : keys.filter(({ team }) => team === principal.team);
}

/**
 * A key never has more than the one that issues it: scopes, routes and the team are handed on, not invented. Its budget and rates are its own,
 * beside those of the key that makes it, which its calls draw on too (`access/authenticate.ts`).
 */
function newKeyOf(input: CreateAiKeyInput, principal: Principal, services: Services): NewKey {
  if (principal.kind === 'jwt') {
    throw new GatewayError(
      'FORBIDDEN',
      'A token makes no keys: they would outlive its user. A virtual key with the scope ai:keys would be accepted, or `fieldgate keys create`.',
    );
  }
  const name = input.name.trim();
  if (name === '' || name.length > 100) refuse('name must have 1 to 100 characters.');
  if (!/^[\w.-]{1,64}$/.test(input.team))
    refuse(`The team "${input.team.slice(0, 64)}" is refused: letters, digits, ., _ and -, at most 64, are accepted.`);
  if (input.team !== principal.team && !ofEveryTeam(principal)) {
    const yours = principal.team === null ? 'and you have no team' : `to yours: ${principal.team}`;
    throw new GatewayError(
      'FORBIDDEN',
      `With the scope ai:keys you can give keys to your own team alone, ${yours}. The scope ai:keys:all is for every team.`,
    );
  }
  const scopes = [...new Set(input.scopes)];
  if (scopes.length === 0) refuse(`scopes is empty. You can give: ${principal.scopes.join(', ')}.`);
  const strange = scopes.filter((scope) => !principal.scopes.includes(scope));
  if (strange.length > 0) {
    throw new GatewayError('FORBIDDEN', `You cannot give the scope ${strange.join(', ')}. You can give: ${principal.scopes.join(', ')}.`);
  }
  checkWhole('requestsPerMinute', input.requestsPerMinute, 1, 1_000_000);
  checkWhole('callsPerMinute', input.callsPerMinute, 1, 1_000_000);
  const monthlyBudget = input.monthlyBudget == null ? null : nanoUsdOf(input.monthlyBudget);
  if (input.monthlyBudget != null && monthlyBudget === null) {
    refuse(`monthlyBudget is "${input.monthlyBudget}". It must be US dollars from 0 on with at most nine places, such as "25.00".`);
  }
  const expiresAt = input.expiresAt == null ? null : Date.parse(input.expiresAt);
  if (expiresAt !== null && expiresAt <= services.now())
    refuse(`expiresAt is ${input.expiresAt}, which is past. It must lie in the future.`);
  return {
    name,
    team: input.team,
    scopes,
    routes: routesOf(input.routes, principal, services),
    monthlyBudget,
    requestsPerMinute: input.requestsPerMinute ?? null,
    callsPerMinute: input.callsPerMinute ?? null,
    madeBy: keyIdOf(principal),
    expiresAt,
  };
}

function routesOf(asked: CreateAiKeyInput['routes'], principal: Principal, services: Services): readonly string[] | null {
  if (asked == null) return principal.routes;
  const yours = usableRoutes(services.routes(), principal).map(({ name }) => name);
  const strange = asked.find((name) => !yours.includes(name));
  if (strange !== undefined) refuse(`There is no route "${strange}" that you can give. Routes: ${yours.join(', ')}.`);
  return [...new Set(asked)];
}
