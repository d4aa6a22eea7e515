/** How long a list can be, from `@listSize` or from the arguments that mean a length. */
import { type FieldNode, type GraphQLField, type GraphQLType, isListType, isNonNullType, valueFromASTUntyped } from 'graphql';

export type Variables = Readonly<Record<string, unknown>>;
export type Amount = (variables: Variables) => number;

/** The directive of the cost specification that Apollo and others share. */
export interface ListSize {
  readonly assumedSize: number | null;
  readonly slicingArguments: readonly string[];
  /** Fields of the result that have the size, for connections: `edges`, `nodes`. */
  readonly sizedFields: readonly string[];
}

/** Arguments that mean a length on fields without `@listSize`: Relay's, and the two that REST-minded schemas use. */
const slicingNames = ['first', 'last', 'limit', 'pageSize', 'perPage'];

/**
 * `size`: members of the field's own list; null where it is none. `sized`: sizes that it gives to fields of its result, as a
 * connection does to `edges`.
 */
export function sizeOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  known: { readonly declared: ListSize | null; readonly sized: ReadonlyMap<string, Amount>; readonly assumed: number },
): { readonly size: Amount | null; readonly sized: ReadonlyMap<string, Amount> } {
  const { declared } = known;
  const names = declared === null ? slicingNames.filter((name) => field.args.some((arg) => arg.name === name)) : declared.slicingArguments;
  const fallback = declared?.assumedSize ?? known.assumed;
  const slice = sliceOf(field, node, names, fallback);
  if (declared !== null && declared.sizedFields.length > 0) {
    return { size: isList(field.type) ? slice : null, sized: new Map(declared.sizedFields.map((name) => [name, slice])) };
  }
  const inherited = known.sized.get(field.name);
  if (!isList(field.type)) {
    const connection = declared === null && names.length > 0 && inherited === undefined;
    return { size: null, sized: connection ? new Map(['edges', 'nodes', 'items'].map((name) => [name, slice])) : new Map() };
  }
  const inner = innerLists(field.type);
  const outer = inherited ?? slice;
  return { size: inner === 0 ? outer : (variables) => outer(variables) * known.assumed ** inner, sized: new Map() };
}

/** The largest of the slicing arguments that were given (one from 0 on; a list counts its members), else their defaults, else the assumed size. */
function sliceOf(field: GraphQLField<unknown, unknown>, node: FieldNode, names: readonly string[], assumed: number): Amount {
  const readers = names.map((name) => {
    const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
    const byDefault: unknown = field.args.find((arg) => arg.name === name)?.defaultValue;
    if (value === undefined) return () => byDefault;
    if (value.kind === 'Variable') return (variables: Variables) => variables[value.name.value] ?? byDefault;
    const fixed: unknown = valueFromASTUntyped(value);
    return () => fixed;
  });
  return (variables) => {
    let size = -1;
    for (const read of readers) {
      const given = read(variables);
      const value = Array.isArray(given) ? given.length : given;
      if (typeof value === 'number' && value > size) size = value;
    }
    return size < 0 ? assumed : size;
  };
}

const isList = (type: GraphQLType): boolean => isListType(nullable(type));
const nullable = (type: GraphQLType): GraphQLType => (isNonNullType(type) ? type.ofType : type);

/** Lists inside the list: no argument says how long they are. */
function innerLists(type: GraphQLType): number {
  const list = nullable(type);
  return isListType(list) && isList(list.ofType) ? 1 + innerLists(list.ofType) : 0;
}
