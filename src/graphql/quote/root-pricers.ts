/** The maximum that each AI field of the root can cost: its arguments become the request that it would send. */
import type { Principal } from '../../core/call/call.ts';
import { completionRequest, type ModelRequest } from '../../core/request/request.ts';
import { estimateInputInTurns } from '../../core/request/tokens.ts';
import { checkLength, chooseRoute } from '../../operations/route-choice.ts';
import { type Ceiling, maxCeiling } from '../../pricing/ceiling.ts';
import { completionRequestOf } from '../call/completion-request.ts';
import type { AiAnswerInput, AiSearchInput, CompletionInput, EmbeddingInput } from '../generated.ts';
import { embeddingRequestOf } from '../resolvers/embedding-resolvers.ts';
import type { Services } from '../services.ts';

/** Throws the refusal that the field itself would throw. */
export type Pricer = (
  args: Readonly<Record<string, unknown>>,
  services: Services,
  principal: Principal,
) => readonly Ceiling[] | Promise<readonly Ceiling[]>;

const completionPrice: Pricer = (args, services, principal) => {
  const input = args['input'] as CompletionInput;
  const route = chooseRoute(services.routes(), principal, input.route ?? 'default', 'completion');
  const request = completionRequestOf(input, route, services, principal);
  return whenEstimated(request, () => {
    checkLength(request, route);
    return [services.ceiling(route.name, request, 0)];
  });
};

/** At once, or when the tokens of a long input have been estimated in slices. */
function whenEstimated<T>(request: ModelRequest, price: () => T): T | Promise<T> {
  const estimate = estimateInputInTurns(request);
  return estimate instanceof Promise ? estimate.then(price) : price();
}

/** The embedding of the question, on the most expensive of the routes that it may go to. */
function questionPrice(collection: string, question: string, services: Services): readonly Ceiling[] {
  const request: ModelRequest = { kind: 'embedding', texts: [question], dimensions: null };
  const ceilings = services.questionRoutes(collection).map((route) => services.ceiling(route, request, 0));
  return ceilings.length === 0 ? [] : [maxCeiling(ceilings)];
}

const answerPrice: Pricer = (args, services, principal) => {
  const { collection, question, first, maxOutputTokens = null, ...input } = args['input'] as AiAnswerInput;
  const route = chooseRoute(services.routes(), principal, input.route ?? 'default', 'completion');
  const request = completionRequest(question, { maxOutputTokens });
  const passages = services.answerTokens(first ?? 8);
  return [...questionPrice(collection, question, services), services.ceiling(route.name, request, passages)];
};

export const rootPricers: Readonly<Record<string, Pricer>> = {
  'Query.completion': completionPrice,
  'Mutation.complete': completionPrice,
  'Mutation.startCompletion': completionPrice,
  'Subscription.completionStream': completionPrice,
  'Query.embedding': (args, services, principal) => {
    const input = args['input'] as EmbeddingInput;
    const route = chooseRoute(services.routes(), principal, input.route ?? 'embedding', 'embedding');
    const request = embeddingRequestOf(input);
    return whenEstimated(request, () => [services.ceiling(route.name, request, 0)]);
  },
  'Query.aiSearch': (args, services) => {
    const { collection, query } = args['input'] as AiSearchInput;
    return questionPrice(collection, query, services);
  },
  'Query.aiAnswer': answerPrice,
  'Subscription.aiAnswerStream': answerPrice,
};
