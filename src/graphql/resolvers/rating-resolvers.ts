import { credentialOf } from '../../core/call/call.ts';
import type { RatingDimension } from '../../storage/completions/ratings.ts';
import type { Resolvers } from '../generated.ts';
import { checkWhole, refuse } from '../refuse.ts';
import type { Services } from '../services.ts';
import { onlyOf } from './usage-filter.ts';

export function ratingResolvers({ runs, ledger, completions }: Services): Resolvers {
  return {
    Query: {
      aiRatings: (_, { input }, { principal }) => {
        const [from, to] = [Date.parse(input.from), Date.parse(input.to)];
        if (from >= to) refuse(`from is ${input.from} and to is ${input.to}. \`from\` must lie before \`to\`.`);
        const { by = 'COORDINATE' } = input;
        const first = input.first ?? 100;
        checkWhole('first', first, 1, 1_000);
        if (by === 'OTHER') return refuse('by is OTHER, which is no dimension. It is reserved for those that may be added.');
        return completions.ratings({ from, to, by: by.toLowerCase() as RatingDimension, first, only: onlyOf(principal) });
      },
    },
    Mutation: {
      rateCompletion: async (_, { id, score, comment }, { principal }) => {
        if (score < -1 || score > 1) refuse(`score is ${score}. It must lie between -1 (bad) and 1 (good).`);
        if ((comment ?? '').length > 2_000) refuse('comment is too long. It may have at most 2,000 characters.');
        const known =
          (await runs.state(id, principal)) !== null ||
          (await ledger.hasCall(id, { principal: credentialOf(principal), user: principal.user?.id ?? null }));
        if (!known) return null;
        await completions.rate(id, principal.id, score, comment ?? null);
        return { completionId: id, score };
      },
    },
  };
}
