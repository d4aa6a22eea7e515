/** The maximum that each AI field of the root can cost: its arguments become the request that it would send. */
import type { Principal } from '../../core/call/call.ts';
import { completionRequest, type Message, type ModelRequest } from '../../core/request/request.ts';
import { estimateInputInTurns } from '../../core/request/tokens.ts';
import { checkLength, chooseRoute } from '../../operations/route-choice.ts';
import { type Ceiling, maxCeiling } from '../../pricing/ceiling.ts';
import { completionRequestOf } from '../call/completion-request.ts';
import { messagesOf } from '../call/message-input.ts';
import { historyRoom, newMessages } from '../conversations/conversation-turn.ts';
import { followUpOf, followUpRoom, maxQuestionTokens } from '../conversations/follow-up.ts';
import { keptTurns } from '../conversations/model-history.ts';
import { outlineOf, readHistory } from '../conversations/read-history.ts';
import type { AiAnswerInput, AiSearchInput, CompletionInput, EmbeddingInput } from '../generated.ts';
import { embeddingRequestOf } from '../resolvers/embedding-resolvers.ts';
import type { Services } from '../services.ts';

/** Throws the refusal that the field itself would throw. */
export type Pricer = (
  args: Readonly<Record<string, unknown>>,
  services: Services,
  principal: Principal,
) => readonly Ceiling[] | Promise<readonly Ceiling[]> | PriceForCaller;

/** Prices a field that continues a conversation of the caller. */
type PriceForCaller = (caller: Principal) => Promise<readonly Ceiling[]>;

const completionPrice: Pricer = (args, services, principal) => {
  const input = args['input'] as CompletionInput;
  const route = chooseRoute(services.routes(), principal, input.route ?? 'default', 'completion');
  const request = completionRequestOf(input, route, services, principal);
  const { conversation = null } = input;
  const withHistory = (tokens: number): readonly Ceiling[] => {
    checkLength(request, route);
    return [services.ceiling(route.name, request, tokens)];
  };
  if (conversation === null) return whenEstimated(request, () => withHistory(0));
  newMessages(input.prompt, request);
  return async (caller) => {
    await estimateInputInTurns(request);
    const outline = await outlineOf(conversation, services, caller.id);
    const kept = keptTurns(outline, { room: historyRoom(request, route), replaces: conversation.replaces ?? null });
    return withHistory(kept.tokens);
  };
};

/** Prices at once, or after the tokens of a long input have been estimated in slices. */
function whenEstimated<T>(request: ModelRequest, price: () => T): T | Promise<T> {
  const estimate = estimateInputInTurns(request);
  return estimate instanceof Promise ? estimate.then(price) : price();
}

/** Price of embedding the question on the most expensive route that it may use. */
function questionPrice(collection: string, question: string, services: Services, moreTokens = 0): readonly Ceiling[] {
  const request: ModelRequest = { kind: 'embedding', texts: [question], dimensions: null };
  const ceilings = services.questionRoutes(collection).map((route) => services.ceiling(route, request, moreTokens));
  return ceilings.length === 0 ? [] : [maxCeiling(ceilings)];
}

const answerPrice: Pricer = (args, services, principal) => {
  const { collection, question, first, maxOutputTokens = null, messages, conversation = null, ...input } = args['input'] as AiAnswerInput;
  const route = chooseRoute(services.routes(), principal, input.route ?? 'default', 'completion');
  const passages = services.answerTokens(first ?? 8);
  const behind = (said: readonly Message[]): readonly Ceiling[] => {
    const { request, otherwise } = followUpOf(said, question, route);
    const more = request === null ? 0 : maxQuestionTokens;
    return [
      ...(request === null ? [] : [services.ceiling(route.name, request, 0)]),
      ...questionPrice(collection, otherwise, services, more),
      services.ceiling(route.name, completionRequest(otherwise, { maxOutputTokens }), passages + more),
    ];
  };
  if (conversation === null) return behind(messages == null ? [] : messagesOf(messages, 'messages', services));
  return async (caller) => {
    await outlineOf(conversation, services, caller.id);
    const { id, replaces = null } = conversation;
    const asked = { conversation: id, owner: caller.id, below: null, room: followUpRoom, replaces, next: [] };
    return behind(await readHistory(services, asked));
  };
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
