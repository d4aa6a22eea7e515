import type { Resolvers } from '../../generated.ts';
import { dateTimeOf } from '../../scalars.ts';
import type { Services } from '../../services.ts';
import { breakers } from './activity-resolvers.ts';

export function healthResolvers(services: Services): Resolvers {
  return {
    Query: { aiHealth: () => services.health() },
    AiHealth: {
      startedAt: ({ startedAt }) => dateTimeOf(startedAt),
      storeProblems: ({ storeProblems }) => storeProblems(),
      graph: ({ graph }) => graph(),
      ledger: ({ ledger }) => ledger(),
    },
    AiGraphHealth: { since: ({ since }) => dateTimeOf(since) },
    AiSubgraphHealth: { breaker: ({ breaker }) => breakers[breaker] },
  };
}
