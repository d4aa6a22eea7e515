/** Resolves `@embedding` fields: the texts of all entities of the operation are sent as one batch. */
import type { GraphQLFieldResolver } from 'graphql';
import { GatewayError } from '../../core/errors.ts';
import { estimateTokens } from '../../core/request/tokens.ts';
import type { EmbeddingField } from '../../fields/ai-field.ts';
import { renderPlain } from '../../fields/template.ts';
import type { OperationContext } from '../../operations/context.ts';
import { chooseRoute } from '../../operations/route-choice.ts';
import { askingField } from '../call/asker.ts';
import { entityCeiling } from '../quote/quote-rules.ts';
import { encodeVector } from '../scalars.ts';
import type { Services } from '../services.ts';
import { vectorFor } from './entity-vectors.ts';

export function embeddingResolver(
  field: EmbeddingField,
  services: Services,
): GraphQLFieldResolver<unknown, OperationContext, Record<string, unknown>> {
  return async (entity, args, context, info) => {
    chooseRoute(services.routes(), context.principal, field.route, 'embedding');
    const text = renderPlain(field.text, args, entity);
    if (text.trim() === '') return null;
    // A text that is too long by its bytes alone is not scanned.
    const tokens = estimateTokens(text, 4 * field.maxInputTokens);
    if (tokens > field.maxInputTokens) {
      throw new GatewayError(
        'CONTEXT_TOO_LONG',
        `${field.coordinate}: the text is about ${tokens} tokens long, and maxInputTokens allows ${field.maxInputTokens}.`,
      );
    }
    const vector = await vectorFor(
      { text, by: askingField(services, info), reserved: entityCeiling(field, services).cost ?? 0 },
      field.route,
      services,
      context,
    );
    return encodeVector(vector);
  };
}
