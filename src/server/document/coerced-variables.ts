/**
 * Hands variables that are coerced already to graphql-js, which would coerce them once more, and once for each event of a subscription.
 *
 * It takes none, so the operation is executed with its variables declared anew, of a scalar that takes every value as it is. Clients never
 * see
 * that scalar: it stands in a schema for execution alone, which introspection does not run on. Not for schemas that hand the
 * declarations on to other servers.
 */
import { type DocumentNode, GraphQLScalarType, GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql';

/** A scalar whose values are taken as they are. Only names of introspection may begin like this one, so no schema has it. */
const asItIs = new GraphQLScalarType({ name: '__Coerced', parseValue: (value) => value });

const schemas = new WeakMap<GraphQLSchema, GraphQLSchema>();
const documents = new WeakMap<OperationDefinitionNode, DocumentNode>();

/** What to execute in place of a schema and a document when the values of the variables are coerced. The same objects each time. */
export function takingCoerced(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): { readonly schema: GraphQLSchema; readonly document: DocumentNode } {
  if (operation.variableDefinitions === undefined || operation.variableDefinitions.length === 0) return { schema, document };
  return { schema: schemaWithScalar(schema), document: declaredAnew(document, operation) };
}

function schemaWithScalar(schema: GraphQLSchema): GraphQLSchema {
  const known = schemas.get(schema);
  if (known !== undefined) return known;
  const config = schema.toConfig();
  const made = new GraphQLSchema({ ...config, types: [...config.types, asItIs], assumeValid: true });
  schemas.set(schema, made);
  return made;
}

function declaredAnew(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  const known = documents.get(operation);
  if (known !== undefined) return known;
  const type = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: asItIs.name } } as const;
  const variableDefinitions = operation.variableDefinitions?.map(({ kind, variable }) => ({ kind, variable, type })) ?? [];
  const definitions = document.definitions.map((one) => (one === operation ? { ...operation, variableDefinitions } : one));
  const made = { ...document, definitions };
  documents.set(operation, made);
  return made;
}
