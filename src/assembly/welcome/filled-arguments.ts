/** Fills the arguments of a generated query, only with values that are valid for any graph. */
import {
  type GraphQLArgument,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

const sizes: ReadonlySet<string> = new Set(['first', 'limit', 'take', 'top', 'size', 'pageSize', 'perPage', 'count']);

/** Whether a query can do without the argument, or with a value of ours. */
export const canFill = (argument: GraphQLArgument): boolean => !isRequiredArgument(argument) || filled(argument) !== null;

/** The required arguments and a length of three for a list, in parentheses; empty where there are none. */
export function fillArguments(args: readonly GraphQLArgument[]): string {
  const given = args.flatMap((argument) => {
    const value = isRequiredArgument(argument) || isSize(argument) ? filled(argument) : null;
    return value === null ? [] : [`${argument.name}: ${value}`];
  });
  return given.length === 0 ? '' : `(${given.join(', ')})`;
}

const isSize = ({ name, type }: GraphQLArgument): boolean => sizes.has(name) && getNamedType(type).name === 'Int' && !isListType(type);

/** The value; null where a guess could be wrong, as for ids, texts and types of the graph's owner. */
const filled = ({ name, type }: GraphQLArgument): string | null => guessFor(name, type);

function guessFor(name: string, type: GraphQLInputType): string | null {
  if (isNonNullType(type)) return guessFor(name, type.ofType);
  if (isListType(type)) {
    const one = guessFor(name, type.ofType);
    return one === null ? null : `[${one}]`;
  }
  if (isEnumType(type)) return type.getValues()[0]?.name ?? null;
  if (isInputObjectType(type)) return !type.isOneOf && !Object.values(type.getFields()).some(isRequiredInputField) ? '{}' : null;
  if (type.name === 'Boolean') return 'false';
  return type.name === 'Int' ? wholeFor(name) : null;
}

function wholeFor(name: string): string | null {
  if (sizes.has(name)) return '3';
  if (name === 'offset' || name === 'skip') return '0';
  if (name === 'page') return '1';
  return /(^|_)ids?$|Ids?$/.test(name) ? null : '10';
}
