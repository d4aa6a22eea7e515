/**
 * An operation of the app with its types: text, what graphql-codegen's client preset makes (`documentMode: 'string'`), or a document of
 * `gql`. A syntax tree without its source is printed by `createClient({ print })`.
 */
export interface TypedDocument<Data, Variables> {
  /** The mark of `@graphql-typed-document-node/core`. Nothing is there when it runs. */
  readonly __apiType?: (variables: Variables) => Data;
}

export type Document<Data, Variables> = TypedDocument<Data, Variables> | string;

type Fields<Data> = Omit<Data, '__typename'>;

/** The value of a subscription's one field; `unknown` of a text without types. A union of events may grow: see `'%other'`. */
export type EventOf<Data> = unknown extends Data
  ? unknown
  : Fields<Data>[keyof Fields<Data>] extends infer Event
    ? Event | (Event extends { readonly __typename?: string } ? { readonly __typename: '%other' } : never)
    : never;

export type Print = (document: never) => string;

export function textOf(document: Document<unknown, never>, print: Print | undefined): string {
  if (typeof document === 'string' || document instanceof String) return String(document);
  if (print) return print(document as never);
  const { loc } = document as { readonly loc?: { readonly source: { readonly body: string } } };
  if (!loc) throw new Error('This document needs createClient({ print }).');
  return loc.source.body;
}
