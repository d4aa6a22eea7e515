/** Coerces variables and arguments as GraphQL's execution does: defaults are filled in, and one value stands for a list of one. */
import {
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  getArgumentValues,
  getVariableValues,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';
import { isLarge } from '../../core/turns/large-value.ts';
import type { Variables } from '../../pricing/price-tree.ts';
import { checkTypedValues, maxTypedValues } from './typed-values.ts';
import { noVariables, variableReader } from './variable-reader.ts';

/**
 * Returns whether the variables are large. Throws BAD_REQUEST for more than `maxValues` typed values, and for a large input the GraphQLError that
 * execution would throw.
 */
export function checkVariables(
  schema: GraphQLSchema,
  declared: readonly VariableDefinitionNode[],
  given: Variables,
  maxValues = maxTypedValues,
): boolean {
  const large = declared.length > 0 && isLarge(given, maxValues);
  if (large) checkTypedValues(schema, declared, given, maxValues);
  return large;
}

/**
 * Coerces variables by the declarations of one operation. Throws the GraphQLError that execution would throw. The variables must have been checked.
 */
export function variableCoercer(schema: GraphQLSchema, declared: readonly VariableDefinitionNode[]): (given: Variables) => Variables {
  if (declared.length === 0) return () => ({});
  const read = variableReader(schema, declared);
  return (given) => {
    try {
      return read(given);
    } catch {
      const { coerced, errors } = getVariableValues(schema, declared, given, { maxErrors: 1 });
      if (coerced !== undefined) return Object.assign(noVariables(), coerced);
      throw errors[0];
    }
  };
}

/** The arguments that the resolver of the field will get. Null when the resolver will not be called, because a non-null variable is null. */
export function coerceArguments(field: GraphQLField<unknown, unknown>, node: FieldNode, variables: Variables): Variables | null {
  try {
    return getArgumentValues(field, node, variables);
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}

export const hasVariables = (node: FieldNode): boolean => node.arguments?.some((argument) => hasVariable(argument.value)) === true;

function hasVariable(value: ValueNode): boolean {
  if (value.kind === 'Variable') return true;
  if (value.kind === 'ListValue') return value.values.some(hasVariable);
  return value.kind === 'ObjectValue' && value.fields.some((field) => hasVariable(field.value));
}
