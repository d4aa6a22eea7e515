/** Short-lived tokens, and users who are signed out. Who may do what is judged by `access/tokens/token-desk.ts`. */
import { decimalOf } from '../../../core/money.ts';
import { usableRoutes } from '../../../operations/route-choice.ts';
import type { Resolvers } from '../../generated.ts';
import { refuse } from '../../refuse.ts';
import { dateTimeOf } from '../../scalars.ts';
import type { Services } from '../../services.ts';
import { accountAmount } from './account-amount.ts';

export function tokenResolvers(services: Services): Resolvers {
  return {
    Mutation: {
      createAiToken: (_, { input: { ttlSeconds, user, scopes, routes, budget } }, { principal }) => {
        if (routes != null) {
          const yours = usableRoutes(services.routes(), principal).map(({ name }) => name);
          const strange = routes.find((name) => !yours.includes(name));
          if (strange !== undefined) refuse(`There is no route "${strange}" that you can give. Routes: ${yours.join(', ')}.`);
        }
        const asked = { ttlSeconds, user: user ?? null, scopes: scopes ?? null, routes: routes ?? null };
        return services.tokens.issue(principal, { ...asked, budget: accountAmount('budget', budget) });
      },
      revokeAiToken: (_, { id }, { principal }) => services.tokens.revokeToken(id, principal),
      revokeAiUser: async (_, { input: { user, issuer } }, { principal }) => ({
        id: await services.tokens.revokeUser(user, issuer ?? null, principal),
      }),
      eraseAiUser: (_, { input: { user, issuer } }, { principal }) => services.users.erase(user, issuer ?? null, principal),
    },
    CreatedAiToken: { secret: ({ token }) => token, expiresAt: ({ expiresAt }) => new Date(expiresAt).toISOString() },
    AiToken: {
      key: ({ keyId }) => keyId,
      budget: ({ budget }) => (budget === null ? null : decimalOf(budget)),
      expiresAt: ({ expiresAt }) => new Date(expiresAt).toISOString(),
      revokedAt: ({ revokedAt }) => dateTimeOf(revokedAt),
    },
  };
}
