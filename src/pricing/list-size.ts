/** How long a list can be, from `@listSize` or from the arguments that mean a length. */
import type { FieldArguments, NamedArgument, Variables } from './price-tree.ts';

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

export interface SizedField {
  readonly name: string;
  /** 0: the field is not a list; 2: it is a list of lists. */
  readonly lists: number;
  readonly arguments: FieldArguments;
}

/**
 * `size`: members of the field's own list; null where it is none. `sized`: sizes that it gives to fields of its result, as a
 * connection does to `edges`.
 */
export function sizeOf(
  field: SizedField,
  known: { readonly declared: ListSize | null; readonly sized: ReadonlyMap<string, Amount>; readonly assumed: number },
): { readonly size: Amount | null; readonly sized: ReadonlyMap<string, Amount> } {
  const { declared } = known;
  const isList = field.lists > 0;
  const slicing = (declared?.slicingArguments ?? slicingNames).flatMap((name) => field.arguments.named(name) ?? []);
  const slice = sliceOf(slicing, declared?.assumedSize ?? known.assumed);
  if (declared !== null && declared.sizedFields.length > 0) {
    return { size: isList ? slice : null, sized: new Map(declared.sizedFields.map((name) => [name, slice])) };
  }
  const inherited = known.sized.get(field.name);
  if (!isList) {
    const connection = declared === null && slicing.length > 0 && inherited === undefined;
    return { size: null, sized: connection ? new Map(['edges', 'nodes', 'items'].map((name) => [name, slice])) : new Map() };
  }
  // No argument says how long the lists inside the list are.
  const inner = field.lists - 1;
  const outer = inherited ?? slice;
  return { size: inner === 0 ? outer : (variables) => outer(variables) * known.assumed ** inner, sized: new Map() };
}

/** The largest of the slicing arguments that were given (one from 0 on; a list counts its members), else their defaults, else the assumed size. */
function sliceOf(slicing: readonly NamedArgument[], assumed: number): Amount {
  const readers = slicing.map(readerOf);
  return (variables) => {
    let size = -1;
    for (const read of readers) {
      const found = read(variables);
      const value = Array.isArray(found) ? found.length : found;
      if (typeof value === 'number' && value > size) size = value;
    }
    return size < 0 ? assumed : size;
  };
}

function readerOf({ given, byDefault }: NamedArgument): (variables: Variables) => unknown {
  switch (given.kind) {
    case 'absent':
      return () => byDefault;
    case 'variable':
      return (variables) => variables[given.name] ?? byDefault;
    case 'fixed':
      return () => given.value;
  }
}
