/**
 * An operation as pricing reads it: which fields it asks for, how often each can be asked, and with which arguments.
 *
 * `graphql/quote/read-price-tree.ts` makes a tree of a document. A door of another protocol writes one by hand. The tree is read once, from
 * the root down, so that children may be made while they are read: fragments inside fragments are never unfolded in memory.
 */
/** Variables by name, or the arguments of a field by name. */
export type Variables = Readonly<Record<string, unknown>>;

export interface PriceTree {
  /** Fields and fragments of the operation, counted with each fragment in each place where it is spread. */
  readonly unfoldedFields: number;
  readonly selections: Iterable<PriceNode>;
  /**
   * Refuses large variables before they are coerced, which takes as long: BAD_REQUEST for more than `maxValues` that are read one by one
   * (there is a default), and the error that execution would answer with. The same large variables are checked once.
   */
  checkVariables?(given: Variables, maxValues?: number): void;
  /** The variables as execution reads them: with defaults. Throws what `checkVariables` throws, and the error that execution would answer with. The same large variables are coerced once. */
  coerceVariables(given: Variables): Variables;
}

export type PriceNode = PricedField | PricedGroup;

/** A fragment, or a selection that costs nothing by itself. */
export interface PricedGroup {
  readonly kind: 'group';
  readonly conditions: readonly Condition[];
  readonly selections: Iterable<PriceNode>;
}

export interface PricedField {
  readonly kind: 'field';
  readonly name: string;
  readonly responseKey: string;
  /** Where it stands in the caller's text; absent: there is no text. */
  readonly place?: TextPlace | null;
  readonly conditions: readonly Condition[];
  /** One coordinate, such as `Product.summary`. A field of an interface has one for each type that it may stand for. */
  readonly coordinates: readonly string[];
  readonly arguments: FieldArguments;
  /** Null: the field returns scalars. */
  readonly result: FieldResult | null;
}

/** Both begin at 1; `column` counts UTF-16 units. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

export interface FieldResult {
  /** 0: one object; 1: a list; 2: a list of lists. */
  readonly lists: number;
  readonly selections: Iterable<PriceNode>;
}

/** See `field-arguments.ts`. */
export interface FieldArguments {
  haveVariables(): boolean;
  /** Null: the resolver will not be called, because a variable is null that must not be. */
  coerce(variables: Variables): Variables | null;
  /** Null: the field has no argument with that name. */
  named(name: string): NamedArgument | null;
}

export interface NamedArgument {
  readonly given:
    | { readonly kind: 'absent' }
    | { readonly kind: 'variable'; readonly name: string }
    | { readonly kind: 'fixed'; readonly value: unknown };
  readonly byDefault: unknown;
}

/** `@include` and `@skip`: the selection is asked for when the value is `wanted`. */
export interface Condition {
  readonly wanted: boolean;
  readonly value: { readonly kind: 'variable'; readonly name: string } | { readonly kind: 'fixed'; readonly value: unknown };
}
