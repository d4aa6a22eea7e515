/**
 * The variables of an operation as other teams' subgraphs get them: with the digits that the client wrote, where the type leaves that to
 * the subgraph. JavaScript rounds whole numbers above 2^53.
 */
import {
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  isSpecifiedScalarType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { isRawNumber } from '../../core/json/raw-number.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** `read`: of the client, by `takeExact`; `coerced`: the same as execution has them, which is returned where nothing was rounded. */
export function exactVariables(schema: GraphQLSchema, operation: OperationDefinitionNode, read: unknown, coerced: Variables): Variables {
  if (read === null) return coerced;
  const exact = membersOf(read);
  const types = new Map(
    operation.variableDefinitions?.map(({ variable, type }) => [variable.name.value, typeFromAST(schema, type as never)] as const),
  );
  return Object.fromEntries(
    Object.entries(coerced).map(([name, value]) => {
      const type = types.get(name) as GraphQLInputType | undefined;
      return [name, type === undefined ? value : exactValue(type, value, exact[name])];
    }),
  );
}

function exactValue(type: GraphQLInputType, rounded: unknown, exact: unknown): unknown {
  if (rounded === null || rounded === undefined || exact === null || exact === undefined) return rounded;
  if (isNonNullType(type)) return exactValue(type.ofType, rounded, exact);
  if (isListType(type)) {
    // One value stands for a list of one.
    if (!Array.isArray(rounded)) return Array.isArray(exact) ? rounded : exactValue(type.ofType, rounded, exact);
    const items: readonly unknown[] = Array.isArray(exact) ? exact : [exact];
    return rounded.map((item, index) => exactValue(type.ofType, item, items[index]));
  }
  if (isInputObjectType(type)) {
    const members = membersOf(exact);
    const fields = type.getFields();
    return Object.fromEntries(
      Object.entries(membersOf(rounded)).map(([name, value]) => {
        const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
        return [name, field === undefined ? value : exactValue(field.type, value, members[name])];
      }),
    );
  }
  if (!isScalarType(type)) return rounded;
  if (!isSpecifiedScalarType(type)) return exact;
  return type.name === 'ID' && isRawNumber(exact) ? JSON.stringify(exact) : rounded;
}

const membersOf = (value: unknown): Variables => (typeof value === 'object' && value !== null ? (value as Variables) : {});
