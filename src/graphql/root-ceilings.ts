/**
 * The most that a root AI field can cost: its arguments become the very request that it would send, priced at the
 * dearest deployment of its route.
 */
import type { Principal } from '../core/call.ts';
import { completionRequest } from '../core/request.ts';
import type { Ceiling, QuoteRules } from '../fields/quote.ts';
import { checkLength, routeFor } from './call.ts';
import { completionRequestOf } from './completion-request.ts';
import type { AiAnswerInput, AiSearchInput, CompletionInput, EmbeddingInput } from './generated.ts';
import { embeddingRequestOf } from './resolvers/embedding.ts';
import type { Services } from './services.ts';

/** Throws what the field itself would throw for such arguments. */
type Pricer = (args: Readonly<Record<string, unknown>>, services: Services, principal: Principal) => Ceiling;

const nothing: Ceiling = { inputTokens: 0, outputTokens: 0, cost: 0 };

/** By coordinate; null for a field that asks no model. */
export function rootPricer(coordinate: string): Pricer | null {
  return pricers[coordinate] ?? null;
}

/** For `compileQuote`. Arguments that the field will refuse cost nothing. The principal is the gateway's own: all routes. */
export function rootCeilings(services: Services): QuoteRules['ceilingOf'] {
  return (coordinate) => {
    const pricer = rootPricer(coordinate);
    if (pricer === null) return null;
    return (args) => {
      try {
        return pricer(args, services, anyone);
      } catch {
        return nothing;
      }
    };
  };
}

const anyone: Principal = { id: 'service:quote', kind: 'service', team: null, scopes: [], routes: null, limits: [] };

const completion: Pricer = ({ input }, services, principal) => {
  const asked = input as CompletionInput;
  const route = routeFor(services, principal, asked.route ?? 'default', 'completion');
  const request = completionRequestOf(asked, route, services, principal);
  checkLength(request, route);
  return services.ceiling(route.name, request, 0);
};

const embedding: Pricer = ({ input }, services, principal) => {
  const asked = input as EmbeddingInput;
  const route = routeFor(services, principal, asked.route ?? 'embedding', 'embedding');
  return services.ceiling(route.name, embeddingRequestOf(asked), 0);
};

/** The question's embedding; nothing for a collection that is not there. */
function question(collection: string, text: string, services: Services): Ceiling {
  const route = services.embeddingRoute(collection);
  return route === null ? nothing : services.ceiling(route, { kind: 'embedding', texts: [text], dimensions: null }, 0);
}

const answer: Pricer = ({ input }, services, principal) => {
  const asked = input as AiAnswerInput;
  const route = routeFor(services, principal, asked.route ?? 'default', 'completion');
  const request = completionRequest(asked.question, { maxOutputTokens: asked.maxOutputTokens ?? null });
  const search = question(asked.collection, asked.question, services);
  const written = services.ceiling(route.name, request, services.answerTokens(asked.first ?? 8));
  return {
    inputTokens: search.inputTokens + written.inputTokens,
    outputTokens: search.outputTokens + written.outputTokens,
    cost: search.cost === null || written.cost === null ? null : search.cost + written.cost,
  };
};

const pricers: Readonly<Record<string, Pricer>> = {
  'Query.completion': completion,
  'Mutation.complete': completion,
  'Mutation.startCompletion': completion,
  'Subscription.completionStream': completion,
  'Query.embedding': embedding,
  'Query.aiSearch': ({ input }, services) => {
    const { collection, query } = input as AiSearchInput;
    return question(collection, query, services);
  },
  'Query.aiAnswer': answer,
  'Subscription.aiAnswerStream': answer,
};
