/**
 * Adds the accepted values to graphql-js's refusals of inputs: for enums and for `@oneOf` inputs, graphql-js does not name
 * them.
 */
import { type ExecutionResult, GraphQLError, type GraphQLSchema, isEnumType, isInputObjectType } from 'graphql';

const refusedEnum = /"(\w+)" enum\.|Enum "(\w+)" cannot represent/;
const refusedOneOf = /OneOf (?:Input Object|type) "(\w+)"/;
/** Characters at either end of a message, where the type is named: between them it may repeat a value of megabytes. */
const searched = 1_000;
/** More names than this help nobody. */
const maxNames = 30;

export function withAccepted(error: GraphQLError, schema: GraphQLSchema): GraphQLError {
  if (error.path !== undefined) return error;
  const accepted = acceptedBy(endsOf(error.message), schema);
  if (accepted === null) return error;
  const { nodes, source, positions, originalError, extensions } = error;
  return new GraphQLError(`${error.message} ${accepted}`, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    originalError: originalError ?? null,
    extensions,
  });
}

export function resultWithAccepted(result: ExecutionResult, schema: GraphQLSchema): ExecutionResult {
  return result.errors === undefined ? result : { ...result, errors: result.errors.map((error) => withAccepted(error, schema)) };
}

const endsOf = (message: string): string =>
  message.length <= 2 * searched ? message : `${message.slice(0, searched)} ${message.slice(-searched)}`;

function acceptedBy(message: string, schema: GraphQLSchema): string | null {
  const typeAt = (pattern: RegExp) => {
    const [, first, second] = pattern.exec(message) ?? [];
    return schema.getType(first ?? second ?? '');
  };
  const enumType = typeAt(refusedEnum);
  if (isEnumType(enumType)) return listed('It has', namesOf(enumType.getValues()));
  const inputType = typeAt(refusedOneOf);
  return isInputObjectType(inputType) ? listed('Its keys:', Object.keys(inputType.getFields())) : null;
}

const namesOf = (values: readonly { readonly name: string }[]): readonly string[] => values.map(({ name }) => name);

const listed = (lead: string, names: readonly string[]): string =>
  `${lead} ${names.slice(0, maxNames).join(', ')}${names.length > maxNames ? ', …' : '.'}`;
