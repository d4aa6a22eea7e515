/** Marks schemas whose every field is resolved in this process: nothing of an operation on them is handed on to another server. */
import type { GraphQLSchema } from 'graphql';

const extension = 'fieldgate:resolved-here';

/** The same schema, in place. A schema that is derived from its configuration has the mark, too. */
export function markResolvedHere(schema: GraphQLSchema): GraphQLSchema {
  schema.extensions = { ...schema.extensions, [extension]: true };
  return schema;
}

export const isResolvedHere = ({ extensions }: GraphQLSchema): boolean => extensions[extension] === true;
