import { noUsage } from '../../core/money.ts';
import type { EmbeddingRequest } from '../../core/request/request.ts';
import { checkLength, chooseRoute } from '../../operations/route-choice.ts';
import { askingField } from '../call/asker.ts';
import { cachePolicyOf, tagsOf } from '../call/call-input.ts';
import { embeddingsOf } from '../call/loaders.ts';
import type { EmbeddingInput, Resolvers } from '../generated.ts';
import { failureAsData } from '../graphql-errors.ts';
import { checkWhole, refuse } from '../refuse.ts';
import { encodeVector } from '../scalars.ts';
import type { Services } from '../services.ts';

const failures = ['BudgetExceeded', 'RateLimited', 'GuardrailBlocked', 'ModelUnavailable', 'OtherFailure'] as const;
const maxTexts = 512;

/** Throws BAD_REQUEST with what would have been accepted. */
export function embeddingRequestOf({ texts, dimensions }: Pick<EmbeddingInput, 'texts' | 'dimensions'>): EmbeddingRequest {
  if (texts.length === 0) refuse(`texts is empty. It must have 1 to ${maxTexts} texts.`);
  if (texts.length > maxTexts) refuse(`texts has ${texts.length} members. At most ${maxTexts} are embedded at once.`);
  const empty = texts.findIndex((text) => text.trim() === '');
  if (empty >= 0) refuse(`texts[${empty}] is empty. Every text must have something to embed.`);
  checkWhole('dimensions', dimensions, 1, 16_384);
  return { kind: 'embedding', texts, dimensions: dimensions ?? null };
}

export function embeddingResolvers(services: Services): Resolvers {
  return {
    Query: {
      embedding: async (_, { input }, context, info) => {
        try {
          const route = chooseRoute(services.routes(), context.principal, input.route ?? 'embedding', 'embedding');
          const request = embeddingRequestOf(input);
          const settings = { route: route.name, cache: cachePolicyOf(input.cache), tags: tagsOf(input.tags) };
          checkLength(request, route);
          return await embeddingsOf(services, context).load({ field: askingField(services, info), request, ...settings });
        } catch (error) {
          return failureAsData(error, failures, services, context.principal);
        }
      },
    },
    Embedding: {
      vectors: ({ vectors }) => vectors.map(encodeVector),
      floats: ({ vectors }) => vectors.map((vector) => [...vector]),
      dimensions: ({ vectors }) => vectors[0]?.length ?? 0,
      usage: ({ settlement }) => ({ usage: settlement.usage ?? noUsage, cost: settlement.cost, estimated: settlement.estimated }),
      provenance: ({ settlement, route }) => ({ settlement, route }),
    },
  };
}
