/** The prices of AI fields: of root fields by the request that they would send, of fields on entities by the bounds that they declare. */
import type { Principal } from '../../core/call/call.ts';
import { asGatewayError } from '../../core/errors.ts';
import { completionRequest } from '../../core/request/request.ts';
import type { AiField } from '../../fields/ai-field.ts';
import { type Ceiling, noCeiling, sumCeilings } from '../../pricing/ceiling.ts';
import type { ListSize } from '../../pricing/list-size.ts';
import type { QuoteRules } from '../../pricing/priced-uses.ts';
import type { Services } from '../services.ts';
import { rootPricers } from './root-pricers.ts';

export interface QuoteSources {
  readonly services: Services;
  readonly fields: readonly AiField[];
  /** List sizes of the supergraph that is served now. */
  readonly listSizeOf: (coordinate: string) => ListSize | null;
  /** The principal whose routes count. Prices come before permissions, so it may use every route. */
  readonly principal: Principal;
  /** Members assumed of a list without a declared size. */
  readonly assumedListSize: number;
}

/** Services that the price of an operator's field needs. */
export type FieldPrices = Pick<Services, 'ceiling' | 'embeddingRoute' | 'answerTokens'>;

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
          const ceilings = price(args, services, principal);
          if (typeof ceilings === 'function')
            return async (caller) => (caller === null ? noCeiling : ceilings(caller).then(sumCeilings).catch(ofRefused));
          return ceilings instanceof Promise ? ceilings.then(sumCeilings).catch(ofRefused) : sumCeilings(ceilings);
        } catch (error) {
          return ofRefused(error);
        }
      };
    },
  };
}

/** A field that will refuse its input costs nothing. The caller gets the refusal when the field runs. */
function ofRefused(error: unknown): Ceiling {
  if (asGatewayError(error).code === 'INTERNAL') throw error;
  return noCeiling;
}

/** The declared bounds at the price of the route's most expensive deployment, for one attempt. A repair is reserved separately when it happens. */
export function entityCeiling(field: AiField, services: FieldPrices): Ceiling {
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
      return sumCeilings([embeds, services.ceiling(field.route, request, services.answerTokens(answerPassages))]);
    }
  }
}
