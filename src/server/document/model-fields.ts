import type { GraphQLSchema } from 'graphql';
import { type DocumentNode, getNamedType, isAbstractType, type OperationDefinitionNode, TypeInfo, visit, visitWithTypeInfo } from 'graphql';

/** The first of the coordinates (such as `Query.completion`) that the document selects, through interfaces too; null if none. */
export function findModelField(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  coordinates: ReadonlySet<string>,
): string | null {
  const typeInfo = new TypeInfo(schema);
  let found: string | null = null;
  const visitor = visitWithTypeInfo(typeInfo, {
    OperationDefinition: (node) => (node === operation ? undefined : false),
    Field(node) {
      const parent = typeInfo.getParentType();
      if (!parent || found !== null) return false;
      const owners = isAbstractType(parent) ? [parent, ...schema.getPossibleTypes(parent)] : [parent];
      found =
        owners.map((owner) => `${getNamedType(owner).name}.${node.name.value}`).find((coordinate) => coordinates.has(coordinate)) ?? null;
      return undefined;
    },
  });
  visit(document, visitor);
  return found;
}
