/** Resolves `@similar` fields: other entities of an index with a similar description. The caller sees only entities that it may read. */
import type { GraphQLFieldResolver } from 'graphql';
import { GatewayError } from '../../core/errors.ts';
import type { EntityIndex, SimilarField } from '../../fields/ai-field.ts';
import { renderPlain } from '../../fields/template.ts';
import type { OperationContext } from '../../operations/context.ts';
import { callFor } from '../../operations/field-call.ts';
import { askingField } from '../call/asker.ts';
import { entityCeiling } from '../quote/quote-rules.ts';
import type { Services } from '../services.ts';
import { vectorFor } from './entity-vectors.ts';

const usualFirst = 5;
const maxFirst = 50;

/** Returns references (type and key). The graph turns them into entities under the caller's own permissions. */
export function similarResolver(
  field: SimilarField,
  indexes: readonly EntityIndex[],
  services: Services,
): GraphQLFieldResolver<unknown, OperationContext, Record<string, unknown>> {
  const typeName = indexes.find(({ name }) => name === field.index)?.typeName;
  return async (entity, args, context, info) => {
    const first = typeof args['first'] === 'number' ? args['first'] : usualFirst;
    if (!Number.isInteger(first) || first < 1 || first > maxFirst) {
      throw new GatewayError('BAD_REQUEST', `${field.coordinate}: first is ${first}. It must be a whole number from 1 to ${maxFirst}.`);
    }
    const asking = askingField(services, info);
    const found = await services.entities.similar({
      index: field.index,
      text: renderPlain(field.text, args, entity),
      first,
      except: typeName === field.typeName ? entity : null,
      principal: context.principal,
      signal: context.signal,
      context,
      embed: (text, route) => vectorFor({ text, by: asking, reserved: entityCeiling(field, services).cost ?? 0 }, route, services, context),
      callFor: (want) =>
        callFor({ services, context, field: asking }, { ...want, cache: { mode: 'default', maxAgeSeconds: null }, tags: {} }),
    });
    return found.map(({ typeName: __typename, key }) => ({ __typename, ...key }));
  };
}
