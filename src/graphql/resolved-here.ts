/** Marks schemas whose every field is resolved in this process, without another server. */
import type { GraphQLSchema } from 'graphql';

const extension = 'fieldgate:resolved-here';

/** Marks the schema in place and returns it. A schema that is derived from its configuration has the mark too. */
export function markResolvedHere(schema: GraphQLSchema): GraphQLSchema {
  schema.extensions = { ...schema.extensions, [extension]: true };
  return schema;
}

export const isResolvedHere = ({ extensions }: GraphQLSchema): boolean => extensions[extension] === true;
