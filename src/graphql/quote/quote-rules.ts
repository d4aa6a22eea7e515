/** The price list that an operation is quoted by: root fields by the request they would send, AI fields on entities by their declared bounds. */
import type { Principal } from '../../core/call/call.ts';
import { asGatewayError } from '../../core/errors.ts';
import { completionRequest } from '../../core/request/request.ts';
import type { AiField } from '../../fields/ai-field.ts';
import type { ListSize } from '../../pricing/list-size.ts';
import type { Ceiling, QuoteRules } from '../../pricing/quote.ts';
import type { Services } from '../services.ts';
import { rootPricers } from './root-pricers.ts';

export interface QuoteSources {
  readonly services: Services;
  readonly fields: readonly AiField[];
  /** From the supergraph of the moment. */
  readonly listSizeOf: (coordinate: string) => ListSize | null;
  /** Whose routes count: prices are judged before permissions, so one that may use every route. */
  readonly principal: Principal;
  /** Members assumed of a list that says nothing of its size. */
  readonly assumedListSize: number;
}

const nothing: Ceiling = { inputTokens: 0, outputTokens: 0, cost: 0, calls: 0 };
/** Passages that an `@answer` field shows a model. */
const answerPassages = 8;
/** The longest text that a `@similar` field embeds; search needs no more of an entity. */
const similarTokens = 2_000;

export function quoteRules({ services, fields, listSizeOf, principal, assumedListSize }: QuoteSources): QuoteRules {
  const ofEntities = new Map(fields.map((field) => [field.coordinate, entityCeiling(field, services)]));
  return {
    listSizeOf,
    assumedListSize,
    ceilingOf(coordinate) {
      const entity = ofEntities.get(coordinate);
      if (entity !== undefined) return () => entity;
      const price = rootPricers[coordinate];
      if (price === undefined) return null;
      return (args) => {
        try {
          return sumOf(price(args, services, principal));
        } catch (error) {
          // What the field will refuse costs nothing; the refusal is told when it runs.
          if (asGatewayError(error).code === 'INTERNAL') throw error;
          return nothing;
        }
      };
    },
  };
}

function sumOf(ceilings: readonly Ceiling[]): Ceiling {
  return ceilings.reduce(
    (sum, { inputTokens, outputTokens, cost, calls = 1 }) => ({
      calls: (sum.calls ?? 0) + calls,
      inputTokens: sum.inputTokens + inputTokens,
      outputTokens: sum.outputTokens + outputTokens,
      cost: sum.cost === null || cost === null ? null : sum.cost + cost,
    }),
    nothing,
  );
}

/** What the declaration promises, at the dearest deployment of the route, for one attempt: a repair draws on the budgets beside it. */
export function entityCeiling(field: AiField, services: Services): Ceiling {
  switch (field.kind) {
    case 'completion':
      return services.ceiling(field.route, completionRequest([], { maxOutputTokens: field.maxOutputTokens }), field.maxInputTokens);
    case 'embedding':
      return services.ceiling(field.route, { kind: 'embedding', texts: [], dimensions: null }, field.maxInputTokens);
    case 'similar':
      return services.ceiling(
        services.embeddingRoute(field.index) ?? 'embedding',
        { kind: 'embedding', texts: [], dimensions: null },
        similarTokens,
      );
    case 'answer': {
      const embeds = services.ceiling(
        services.embeddingRoute(field.collection) ?? 'embedding',
        { kind: 'embedding', texts: [], dimensions: null },
        similarTokens,
      );
      const request = completionRequest([], { maxOutputTokens: field.maxOutputTokens });
      return sumOf([embeds, services.ceiling(field.route, request, services.answerTokens(answerPassages))]);
    }
  }
}
