/**
 * Root fields of several subgraphs, with the type that the supergraph gives them.
 *
 * The engine takes that of one subgraph, which may be narrower (clients cannot ask for the other members of a union) or
 * promise non-null where another subgraph does not.
 */
import { type DocumentNode, type GraphQLOutputType, type GraphQLSchema, isObjectType, print, typeFromAST } from 'graphql';
import { outputTypesOf } from '../join.ts';

export function withRootTypes(schema: GraphQLSchema, supergraph: DocumentNode): void {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const { name, fields = [] } of outputTypesOf(supergraph)) {
    const root = roots.find((type) => type?.name === name.value);
    if (!isObjectType(root)) continue;
    const own = root.getFields();
    for (const { name: field, type } of fields) {
      const definition = own[field.value];
      if (definition === undefined || String(definition.type) === print(type)) continue;
      // Types of the supergraph are all in the schema, or are hidden with their fields.
      definition.type = (typeFromAST(schema, type) as GraphQLOutputType | undefined) ?? definition.type;
    }
  }
}
