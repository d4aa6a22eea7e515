/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import { OperationText } from '../../operation-text.ts';
/** Who makes the value of an AI field. */
export type AiFieldKind =
  /** A model that writes from documents: `@answer`. */
  | 'ANSWER'
  /** A model that writes: `@completion`. */
  | 'COMPLETION'
  /** A model that embeds: `@embedding`. */
  | 'EMBEDDING'
  /** One that this schema does not name yet. */
  | 'OTHER'
  /** A search by meaning: `@similar`. */
  | 'SIMILAR';

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

export type FieldsQueryVariables = Exact<{
  from: string;
  to: string;
  seesUsage: boolean;
}>;


export type FieldsQuery = { readonly aiFields: ReadonlyArray<{ readonly coordinate: string, readonly kind: AiFieldKind, readonly typeName: string, readonly fieldName: string, readonly keys: ReadonlyArray<string>, readonly type: string, readonly description: string | null, readonly route: string | null, readonly source: string | null, readonly promptId: string | null, readonly promptVersion: string | null, readonly scopes: ReadonlyArray<ReadonlyArray<string>> | null, readonly typical?: { readonly latencyMs: number, readonly answers: number, readonly cost: { readonly amount: string } | null } | null, readonly arguments: ReadonlyArray<{ readonly name: string, readonly type: string, readonly defaultValue: string | null, readonly description: string | null }>, readonly ceiling: { readonly inputTokens: number, readonly outputTokens: number, readonly calls: number, readonly cost: { readonly amount: string } | null } }>, readonly spent?: { readonly rows: ReadonlyArray<{ readonly coordinate: string | null, readonly calls: number, readonly failures: number, readonly unpricedCalls: number, readonly usage: { readonly totalTokens: number, readonly cost: { readonly amount: string } | null } }> }, readonly caches?: { readonly rows: ReadonlyArray<{ readonly coordinate: string | null, readonly cache: string | null, readonly calls: number }> } };

export type FieldAskersQueryVariables = Exact<{
  from: string;
  to: string;
  coordinate: string;
}>;


export type FieldAskersQuery = { readonly aiUsage: { readonly rows: ReadonlyArray<{ readonly operation: string | null, readonly client: string | null, readonly coordinate: string | null, readonly calls: number, readonly failures: number, readonly unpricedCalls: number, readonly usage: { readonly totalTokens: number, readonly cost: { readonly amount: string } | null } }> } };

export type FieldEntrancesQueryVariables = Exact<{ [key: string]: never; }>;


export type FieldEntrancesQuery = { readonly __schema: { readonly types: ReadonlyArray<{ readonly kind: __TypeKind, readonly name: string | null }>, readonly queryType: { readonly fields: ReadonlyArray<{ readonly name: string, readonly args: ReadonlyArray<{ readonly name: string, readonly defaultValue: string | null, readonly type: { readonly kind: __TypeKind } }>, readonly type: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null, readonly ofType: { readonly kind: __TypeKind, readonly name: string | null } | null } | null } | null } }> | null } } };

export type QuoteFieldQueryVariables = Exact<{
  document: string;
}>;


export type QuoteFieldQuery = { readonly aiQuote: { readonly allowed: boolean, readonly reason: string | null, readonly cost: { readonly amount: string } | null } };

export type NamedTypeFragment = { readonly kind: __TypeKind, readonly name: string | null };

export type FieldSpendFragment = { readonly coordinate: string | null, readonly calls: number, readonly failures: number, readonly unpricedCalls: number, readonly usage: { readonly totalTokens: number, readonly cost: { readonly amount: string } | null } };

export type FieldRowFragment = { readonly coordinate: string, readonly kind: AiFieldKind, readonly typeName: string, readonly fieldName: string, readonly keys: ReadonlyArray<string>, readonly type: string, readonly description: string | null, readonly route: string | null, readonly source: string | null, readonly promptId: string | null, readonly promptVersion: string | null, readonly scopes: ReadonlyArray<ReadonlyArray<string>> | null, readonly arguments: ReadonlyArray<{ readonly name: string, readonly type: string, readonly defaultValue: string | null, readonly description: string | null }>, readonly ceiling: { readonly inputTokens: number, readonly outputTokens: number, readonly calls: number, readonly cost: { readonly amount: string } | null } };

export type FieldNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type FieldNamesQuery = { readonly aiFields: ReadonlyArray<{ readonly coordinate: string }> };

export const FieldsDocument = /* @__PURE__ */ new OperationText<FieldsQuery, FieldsQueryVariables>(
  "query Fields($from:DateTime!$to:DateTime!$seesUsage:Boolean!){aiFields{...FieldRow typical@include(if:$seesUsage){cost{amount}latencyMs answers}}spent:aiUsage(input:{from:$from to:$to groupBy:[COORDINATE]first:1000})@include(if:$seesUsage){rows{...FieldSpend}}caches:aiUsage(input:{from:$from to:$to groupBy:[COORDINATE CACHE]first:1000})@include(if:$seesUsage){rows{coordinate cache calls}}}fragment FieldRow on AiField{coordinate kind typeName fieldName keys type description route source promptId promptVersion scopes arguments{name type defaultValue description}ceiling{cost{amount}inputTokens outputTokens calls}}fragment FieldSpend on AiUsageRow{coordinate calls failures unpricedCalls usage{totalTokens cost{amount}}}",
);
export const FieldAskersDocument = /* @__PURE__ */ new OperationText<FieldAskersQuery, FieldAskersQueryVariables>(
  "query FieldAskers($from:DateTime!$to:DateTime!$coordinate:String!){aiUsage(input:{from:$from to:$to groupBy:[OPERATION CLIENT]orderBy:COST first:20 where:{coordinates:[$coordinate]}}){rows{operation client ...FieldSpend}}}fragment FieldSpend on AiUsageRow{coordinate calls failures unpricedCalls usage{totalTokens cost{amount}}}",
);
export const FieldEntrancesDocument = /* @__PURE__ */ new OperationText<FieldEntrancesQuery, FieldEntrancesQueryVariables>(
  "query FieldEntrances{__schema{types{kind name}queryType{fields{name args{name defaultValue type{kind}}type{...NamedType ofType{...NamedType ofType{...NamedType ofType{...NamedType}}}}}}}}fragment NamedType on __Type{kind name}",
);
export const QuoteFieldDocument = /* @__PURE__ */ new OperationText<QuoteFieldQuery, QuoteFieldQueryVariables>(
  "query QuoteField($document:String!){aiQuote(document:$document){cost{amount}allowed reason}}",
);
export const FieldNamesDocument = /* @__PURE__ */ new OperationText<FieldNamesQuery, FieldNamesQueryVariables>(
  "query FieldNames{aiFields{coordinate}}",
);