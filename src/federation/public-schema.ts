/** Hides what federation needs and clients do not. */
import { GraphQLSchema, isSpecifiedDirective, isSpecifiedScalarType } from 'graphql';

const internalType = /^(_Entity|_Any|_Service|_FieldSet|(join|link|core|federation|policy|requiresScopes|context|cost|tag)__\w+)$/;
export const isInternalType = (name: string): boolean => internalType.test(name);

const executable = new Set([
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
]);

/** Whether a client may write a directive at this place. */
export const isForDocuments = (location: string): boolean => executable.has(location);

/** What clients may know of: no machinery of federation, and no directive that only a schema's author can use. */
export function publicSchema(schema: GraphQLSchema): GraphQLSchema {
  const config = schema.toConfig();
  return new GraphQLSchema({
    ...config,
    assumeValid: true,
    types: config.types.filter((type) => isSpecifiedScalarType(type) || !isInternalType(type.name)),
    directives: config.directives.filter((directive) => isSpecifiedDirective(directive) || directive.locations.some(isForDocuments)),
  });
}
