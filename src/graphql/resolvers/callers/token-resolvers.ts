/** Short-lived tokens, and users who are signed out. Who may do what is judged by `access/tokens/token-desk.ts`. */
import { usableRoutes } from '../../../operations/route-choice.ts';
import type { Resolvers } from '../../generated.ts';
import { refuse } from '../../refuse.ts';
import { dateTimeOf } from '../../scalars.ts';
import type { Services } from '../../services.ts';

export function tokenResolvers(services: Services): Resolvers {
  return {
    Mutation: {
      createAiToken: (_, { input: { ttlSeconds, user, scopes, routes } }, { principal }) => {
        if (routes != null) {
          const yours = usableRoutes(services.routes(), principal).map(({ name }) => name);
          const strange = routes.find((name) => !yours.includes(name));
          if (strange !== undefined) refuse(`There is no route "${strange}" that you can give. Routes: ${yours.join(', ')}.`);
        }
        return services.tokens.issue(principal, { ttlSeconds, user: user ?? null, scopes: scopes ?? null, routes: routes ?? null });
      },
      revokeAiToken: (_, { id }, { principal }) => services.tokens.revokeToken(id, principal),
      revokeAiUser: async (_, { input: { user, issuer } }, { principal }) => ({
        id: await services.tokens.revokeUser(user, issuer ?? null, principal),
      }),
    },
    CreatedAiToken: { expiresAt: ({ expiresAt }) => new Date(expiresAt).toISOString() },
    AiToken: {
      key: ({ keyId }) => keyId,
      expiresAt: ({ expiresAt }) => new Date(expiresAt).toISOString(),
      revokedAt: ({ revokedAt }) => dateTimeOf(revokedAt),
    },
  };
}
