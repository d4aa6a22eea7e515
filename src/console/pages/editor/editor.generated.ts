/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import { OperationText } from '../../operation-text.ts';
/** A Directive can be adjacent to many parts of the GraphQL language, a __DirectiveLocation describes one such possible adjacencies. */
export type __DirectiveLocation =
  /** Location adjacent to a query operation. */
  | 'QUERY'
  /** Location adjacent to a mutation operation. */
  | 'MUTATION'
  /** Location adjacent to a subscription operation. */
  | 'SUBSCRIPTION'
  /** Location adjacent to a field. */
  | 'FIELD'
  /** Location adjacent to a fragment definition. */
  | 'FRAGMENT_DEFINITION'
  /** Location adjacent to a fragment spread. */
  | 'FRAGMENT_SPREAD'
  /** Location adjacent to an inline fragment. */
  | 'INLINE_FRAGMENT'
  /** Location adjacent to a variable definition. */
  | 'VARIABLE_DEFINITION'
  /** Location adjacent to a schema definition. */
  | 'SCHEMA'
  /** Location adjacent to a scalar definition. */
  | 'SCALAR'
  /** Location adjacent to an object type definition. */
  | 'OBJECT'
  /** Location adjacent to a field definition. */
  | 'FIELD_DEFINITION'
  /** Location adjacent to an argument definition. */
  | 'ARGUMENT_DEFINITION'
  /** Location adjacent to an interface definition. */
  | 'INTERFACE'
  /** Location adjacent to a union definition. */
  | 'UNION'
  /** Location adjacent to an enum definition. */
  | 'ENUM'
  /** Location adjacent to an enum value definition. */
  | 'ENUM_VALUE'
  /** Location adjacent to an input object type definition. */
  | 'INPUT_OBJECT'
  /** Location adjacent to an input object field definition. */
  | 'INPUT_FIELD_DEFINITION'
  /** Location adjacent to a directive definition. */
  | 'DIRECTIVE_DEFINITION';

/** An enum describing what kind of type a given `__Type` is. */
export type __TypeKind =
  /** Indicates this type is a scalar. */
  | 'SCALAR'
  /** Indicates this type is an object. `fields` and `interfaces` are valid fields. */
  | 'OBJECT'
  /** Indicates this type is an interface. `fields`, `interfaces`, and `possibleTypes` are valid fields. */
  | 'INTERFACE'
  /** Indicates this type is a union. `possibleTypes` is a valid field. */
  | 'UNION'
  /** Indicates this type is an enum. `enumValues` is a valid field. */
  | 'ENUM'
  /** Indicates this type is an input object. `inputFields` is a valid field. */
  | 'INPUT_OBJECT'
  /** Indicates this type is a list. `ofType` is a valid field. */
  | 'LIST'
  /** Indicates this type is a non-null. `ofType` is a valid field. */
  | 'NON_NULL';

export type EditorSchemaQueryVariables = Exact<{ [key: string]: never; }>;


export type EditorSchemaQuery = { readonly aiFields: ReadonlyArray<{ readonly typeName: string, readonly fieldName: string, readonly type: string, readonly keys: ReadonlyArray<string>, readonly arguments: ReadonlyArray<{ readonly name: string, readonly type: string, readonly defaultValue: string | null, readonly description: string | null }> }>, readonly __schema: { readonly queryType: { readonly name: string | null }, readonly mutationType: { readonly name: string | null } | null, readonly subscriptionType: { readonly name: string | null } | null, readonly types: ReadonlyArray<{ readonly kind: __TypeKind, readonly name: string | null, readonly fields: ReadonlyArray<{ readonly name: string, readonly description: string | null, readonly args: ReadonlyArray<{ readonly name: string, readonly description: string | null, readonly defaultValue: string | null, readonly type: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null } | null } | null } | null } | null } | null } }>, readonly type: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null } | null } | null } | null } | null } | null } }> | null, readonly inputFields: ReadonlyArray<{ readonly name: string, readonly description: string | null, readonly defaultValue: string | null, readonly type: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null } | null } | null } | null } | null } | null } }> | null, readonly enumValues: ReadonlyArray<{ readonly name: string, readonly description: string | null }> | null, readonly possibleTypes: ReadonlyArray<{ readonly name: string | null }> | null }>, readonly directives: ReadonlyArray<{ readonly name: string, readonly description: string | null, readonly locations: ReadonlyArray<__DirectiveLocation>, readonly args: ReadonlyArray<{ readonly name: string, readonly description: string | null, readonly defaultValue: string | null, readonly type: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null } | null } | null } | null } | null } | null } }> }> } };

export type QuoteAsTypedQueryVariables = Exact<{
  document: string;
  operationName?: string | null | undefined;
  variables?: unknown;
}>;


export type QuoteAsTypedQuery = { readonly aiQuote: { readonly inputTokens: number, readonly outputTokens: number, readonly depth: number, readonly demand: number | null, readonly allowed: boolean, readonly reason: string | null, readonly cost: { readonly amount: string } | null, readonly fields: ReadonlyArray<{ readonly coordinate: string, readonly path: string, readonly line: number | null, readonly column: number | null, readonly calls: number, readonly cost: { readonly amount: string } | null }> } };

export type InputFragment = { readonly name: string, readonly description: string | null, readonly defaultValue: string | null, readonly type: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null } | null } | null } | null } | null } | null } };

export type NamedFragment = { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null } | null } | null } | null } | null } | null };

export const EditorSchemaDocument = /* @__PURE__ */ new OperationText<EditorSchemaQuery, EditorSchemaQueryVariables>(
  "query EditorSchema{aiFields{typeName fieldName type keys arguments{name type defaultValue description}}__schema{queryType{name}mutationType{name}subscriptionType{name}types{kind name fields{name description args{...Input}type{...Named}}inputFields{...Input}enumValues{name description}possibleTypes{name}}directives{name description locations args{...Input}}}}fragment Input on __InputValue{name description defaultValue type{...Named}}fragment Named on __Type{kind name ofType{kind name ofType{kind name ofType{kind name ofType{kind name ofType{kind name}}}}}}",
);
export const QuoteAsTypedDocument = /* @__PURE__ */ new OperationText<QuoteAsTypedQuery, QuoteAsTypedQueryVariables>(
  "query QuoteAsTyped($document:String!$operationName:String$variables:JSON){aiQuote(document:$document operationName:$operationName variables:$variables){cost{amount}inputTokens outputTokens depth demand allowed reason fields{coordinate path line column calls cost{amount}}}}",
);