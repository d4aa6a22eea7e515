import type { Principal } from '../../core/call/call.ts';
import type { Source } from '../../core/chunk.ts';
import { GatewayError } from '../../core/errors.ts';
import { callFor } from '../../operations/field-call.ts';
import { isNoAnswer, prepareTurn } from '../call/answer-run.ts';
import { askingField } from '../call/asker.ts';
import { nameEvents } from '../call/delivery.ts';
import { whilePermitted } from '../call/while-permitted.ts';
import type { Resolvers, SourceInput } from '../generated.ts';
import { allFailures, failureAsData, failureOf, memberType } from '../graphql-errors.ts';
import { checkBase64, checkWhole, jsonObject, refuse } from '../refuse.ts';
import type { Services } from '../services.ts';
import { checkReadable } from './source-resolvers.ts';
import { answerEvents, wholeAnswer } from './whole-answer.ts';

const searchFailures = ['BudgetExceeded', 'RateLimited', 'ModelUnavailable', 'OtherFailure'] as const;
const answerFailures = ['BudgetExceeded', 'RateLimited', 'GuardrailBlocked', 'ModelUnavailable', 'OtherFailure'] as const;
const maxSources = 1_000;

export function retrievalResolvers(services: Services): Resolvers {
  const { retrieval, passages } = services;

  async function readable(principal: Principal): Promise<readonly string[]> {
    return (await retrieval.collections(principal)).map(({ name }) => name);
  }

  async function sourceById(id: string, collection: string | undefined, principal: Principal): Promise<Source | null> {
    for (const name of await readable(principal)) {
      if (collection !== undefined && collection !== name) continue;
      const source = await passages.source(name, id);
      if (source !== null) return { ...source };
    }
    return null;
  }

  return {
    Query: {
      aiSearch: async (_, { input }, context, info) => {
        const { collection, query } = input;
        const first = input.first ?? 8;
        const { principal, signal } = context;
        try {
          checkWhole('first', first, 1, 50);
          if (query.trim() === '') refuse('query is empty. It must say what to look for.');
          const result = await retrieval.search({
            collection,
            query,
            first,
            principal,
            signal,
            context,
            callFor: (want) =>
              callFor(
                { services, context, field: askingField(services, info) },
                { ...want, cache: { mode: 'default', maxAgeSeconds: null }, tags: {} },
              ),
          });
          return { hits: result.hits.map((hit) => ({ ...hit })), warnings: result.warnings };
        } catch (error) {
          return failureAsData(error, searchFailures, services, principal);
        }
      },
      aiAnswer: async (_, { input }, context, info) => {
        const asker = { services, context, field: askingField(services, info) };
        const state = await wholeAnswer({ input, prepare: () => prepareTurn(asker, input) }, asker, answerFailures);
        if ('__typename' in state) return state;
        const { text, citations } = state.completion;
        return isNoAnswer(state) ? { message: text } : { completion: state, text, citations };
      },
      aiCollections: (_, __, { principal }) => retrieval.collections(principal),
      aiSources: async (_, { collection, first, after }, { principal }) => {
        checkWhole('first', first, 1, 1_000);
        await checkReadable(collection, principal, services);
        return passages.sources(collection, { first, after: after ?? null });
      },
    },
    Mutation: {
      ingest: (_, { input: { collection, sources } }, { principal }) => {
        if (sources.length === 0) refuse(`sources is empty. It must have 1 to ${maxSources} sources.`);
        if (sources.length > maxSources) refuse(`sources has ${sources.length} members. At most ${maxSources} are taken at once.`);
        return retrieval.ingest({ principal, collection, sources: sources.map(newSource) });
      },
      deleteSource: (_, { collection, sourceId }, { principal }) => retrieval.deleteSource(principal, collection, sourceId),
    },
    Subscription: {
      aiAnswerStream: {
        subscribe: (_, { input, after, delivery }, context, info) => {
          const asker = { services, context, field: askingField(services, info) };
          return nameEvents('aiAnswerStream', answerEvents({ input, prepare: () => prepareTurn(asker, input) }, asker, after, delivery));
        },
      },
      ingestion: {
        subscribe: (_, { id }, { principal, signal }) => {
          const open = (stop: AbortSignal) => retrieval.followIngestion(id, principal, stop);
          return nameEvents('ingestion', whilePermitted(open, { principal, present: services.present, signal }));
        },
      },
    },
    Ingestion: {
      failure: ({ failure }, _, { principal }) =>
        failure === null
          ? null
          : failureOf(new GatewayError(failure.code, failure.message, {}, { errorId: failure.errorId }), allFailures, services, principal),
    },
    AiSearchResult: { __resolveType: memberType('AiSearch') },
    AiAnswerResult: { __resolveType: (value) => memberType('completion' in value ? 'AiAnswer' : 'NoAnswer')(value) },
    SourceDocument: {
      __resolveReference: (reference, { principal }) => {
        const { id, collection } = reference as { readonly id: string; readonly collection?: string };
        return sourceById(id, collection, principal);
      },
    },
  };
}

function newSource(source: SourceInput) {
  const { id, title, mediaType, text, base64, metadata } = source;
  if (id.trim() === '') refuse('A source has an empty id. Every source needs an id of your own.');
  if ((text == null) === (base64 == null)) refuse(`The source "${id}" must have exactly one of text and base64.`);
  if (base64 != null) checkBase64(`The source "${id}": base64`, base64);
  if (metadata != null) jsonObject(`The source "${id}": metadata`, metadata, '{ "author": "Ada" }');
  return {
    id,
    title: title ?? null,
    mediaType: mediaType ?? 'text/markdown',
    text: text ?? null,
    base64: base64 ?? null,
    metadata: metadata ?? null,
  };
}
