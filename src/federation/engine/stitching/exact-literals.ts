/** Literals of scalars that only their subgraph knows, read without rounding: graphql-js makes JavaScript numbers of them. */
import { type GraphQLSchema, isScalarType, isSpecifiedScalarType, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { maybeInexact, parseExact } from '../../../core/json/raw-number.ts';

export function readingExactLiterals(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap()))
    if (isScalarType(type) && !isSpecifiedScalarType(type)) type.parseLiteral = exactValue;
}

function exactValue(node: ValueNode, variables?: Readonly<Record<string, unknown>> | null): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return maybeInexact.test(node.value) ? parseExact(node.value) : Number(node.value);
    case Kind.LIST:
      return node.values.map((item) => exactValue(item, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, exactValue(value, variables)]));
    default:
      return valueFromASTUntyped(node, variables);
  }
}
