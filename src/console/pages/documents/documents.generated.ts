/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import { OperationText } from '../../operation-text.ts';
/** How far something is. It may grow: treat what you do not know as OTHER. */
export type CompletionStatus =
  /** Stopped by the caller, or because the client left. */
  | 'CANCELLED'
  /** Ended well. */
  | 'COMPLETED'
  /** Ended with a failure. */
  | 'FAILED'
  /** A status that this schema does not name yet. */
  | 'OTHER'
  /** Still going on. */
  | 'RUNNING';

/** Kinds of failure. It may grow: treat what you do not know as OTHER. */
export type FailureCode =
  /** The request itself was wrong: the message says what would have been accepted. */
  | 'BAD_REQUEST'
  /** A budget has not enough left for the most that this could cost. */
  | 'BUDGET_EXCEEDED'
  /** Somebody cancelled it, or the client left. */
  | 'CANCELLED'
  /** Too many requests at the same time: wait until one has ended. */
  | 'CONCURRENCY_LIMITED'
  /** The input is longer than `maxInputTokens` or than the model can read. Nothing was sent. */
  | 'CONTEXT_TOO_LONG'
  /** The operation would cost more than one may: the message names the most expensive field. */
  | 'COST_LIMIT_EXCEEDED'
  /** The key may not do this: a scope, a route or a collection that it has not. */
  | 'FORBIDDEN'
  /** A guardrail refused the prompt or the answer. */
  | 'GUARDRAIL_BLOCKED'
  /** The idempotency key was used for another input. */
  | 'IDEMPOTENCY_CONFLICT'
  /** A fault of the gateway's own: quote the errorId. */
  | 'INTERNAL'
  /** The answer did not meet the JSON Schema, also after one repair. */
  | 'INVALID_OUTPUT'
  /** No deployment of the route could answer. */
  | 'MODEL_UNAVAILABLE'
  /** A kind that this schema does not name yet. */
  | 'OTHER'
  /** Too many requests: wait `retryAfterMs`. */
  | 'RATE_LIMITED'
  /** The events after this cursor are not kept any more: ask Query.completionById. */
  | 'RESUME_EXPIRED'
  /** The model stopped speaking in the middle, or never began. */
  | 'STREAM_STALLED'
  /** Another team's subgraph did not answer, or not in GraphQL. */
  | 'SUBGRAPH_UNAVAILABLE'
  /** The answer did not end within the route's time. */
  | 'TIMEOUT'
  /** The key, token or login is missing, wrong, expired or revoked, perhaps since the work began. */
  | 'UNAUTHENTICATED'
  /** The model's price is unknown and a budget applies: the operator must set a price. */
  | 'UNPRICED';

/** Documents for a collection of the configuration. */
export type IngestInput = {
  /** The collection's name. */
  readonly collection: string;
  /** From 1 to 1000 sources. */
  readonly sources: ReadonlyArray<SourceInput>;
};

/** A document: exactly one of `text` and `base64` carries it. */
export type SourceInput = {
  /** The document's bytes in base64, for PDF and DOCX. The whole request may have 2 MiB unless the gateway's operator set `server.limits.maxBodyBytes`. */
  readonly base64?: string | null | undefined;
  /** Your own id for it: the same id again replaces the document. */
  readonly id: string | number;
  /** `text/markdown`, `text/plain`, `text/html`, `application/pdf`, or `application/vnd.openxmlformats-officedocument.wordprocessingml.document`. */
  readonly mediaType?: string;
  /** Anything of your own, as an object: it comes back with citations. */
  readonly metadata?: unknown;
  /** The document as text. */
  readonly text?: string | null | undefined;
  /** Its title, shown with citations. */
  readonly title?: string | null | undefined;
};

export type CollectionsQueryVariables = Exact<{ [key: string]: never; }>;


export type CollectionsQuery = { readonly aiCollections: ReadonlyArray<{ readonly name: string, readonly sources: number, readonly passages: number, readonly embeddingModel: string }> };

export type SourcesQueryVariables = Exact<{
  collection: string;
  after?: string | number | null | undefined;
}>;


export type SourcesQuery = { readonly aiSources: ReadonlyArray<{ readonly id: string, readonly title: string | null }> };

export type IngestionsQueryVariables = Exact<{
  collection: string;
}>;


export type IngestionsQuery = { readonly aiIngestions: ReadonlyArray<{ readonly id: string, readonly status: CompletionStatus, readonly startedAt: string, readonly done: number, readonly total: number, readonly unchanged: number, readonly failed: ReadonlyArray<{ readonly sourceId: string, readonly message: string }>, readonly failure:
      | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
      | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
      | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
      | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
      | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
      | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
     | null }> };

export type IngestionProgressSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type IngestionProgressSubscription = { readonly ingestion: { readonly id: string, readonly status: CompletionStatus, readonly startedAt: string, readonly done: number, readonly total: number, readonly unchanged: number, readonly failed: ReadonlyArray<{ readonly sourceId: string, readonly message: string }>, readonly failure:
      | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
      | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
      | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
      | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
      | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
      | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
     | null } };

export type SearchDocumentsQueryVariables = Exact<{
  collection: string;
  query: string;
}>;


export type SearchDocumentsQuery = { readonly aiSearch:
    | { readonly warnings: ReadonlyArray<string>, readonly hits: ReadonlyArray<{ readonly score: number, readonly passage: { readonly id: string, readonly text: string, readonly start: number, readonly end: number, readonly source: { readonly id: string, readonly title: string | null } } | null }> }
    | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
    | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
    | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
    | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
   | null };

export type SourceQueryVariables = Exact<{
  collection: string;
  id: string | number;
  start: number;
}>;


export type SourceQuery = { readonly aiSource: { readonly mediaType: string, readonly passageCount: number, readonly length: number, readonly text: string, readonly passages: ReadonlyArray<{ readonly id: string, readonly start: number, readonly end: number }>, readonly source: { readonly title: string | null } } | null };

export type AddDocumentsMutationVariables = Exact<{
  input: IngestInput;
}>;


export type AddDocumentsMutation = { readonly ingest: { readonly id: string } | null };

export type DeleteDocumentMutationVariables = Exact<{
  collection: string;
  id: string | number;
}>;


export type DeleteDocumentMutation = { readonly deleteSource: boolean | null };

export type IngestionRowFragment = { readonly id: string, readonly status: CompletionStatus, readonly startedAt: string, readonly done: number, readonly total: number, readonly unchanged: number, readonly failed: ReadonlyArray<{ readonly sourceId: string, readonly message: string }>, readonly failure:
    | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
    | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
    | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
    | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
    | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
    | { readonly code: FailureCode, readonly message: string, readonly retryable: boolean, readonly retryAfterMs: number | null, readonly errorId: string }
   | null };

export const CollectionsDocument = /* @__PURE__ */ new OperationText<CollectionsQuery, CollectionsQueryVariables>(
  "query Collections{aiCollections{name sources passages embeddingModel}}",
);
export const SourcesDocument = /* @__PURE__ */ new OperationText<SourcesQuery, SourcesQueryVariables>(
  "query Sources($collection:String!$after:ID){aiSources(collection:$collection first:50 after:$after){id title}}",
);
export const IngestionsDocument = /* @__PURE__ */ new OperationText<IngestionsQuery, IngestionsQueryVariables>(
  "query Ingestions($collection:String!){aiIngestions(collection:$collection){...IngestionRow}}fragment IngestionRow on Ingestion{id status startedAt done total unchanged failed{sourceId message}failure{code message retryable retryAfterMs errorId}}",
);
export const IngestionProgressDocument = /* @__PURE__ */ new OperationText<IngestionProgressSubscription, IngestionProgressSubscriptionVariables>(
  "subscription IngestionProgress($id:ID!){ingestion(id:$id){...IngestionRow}}fragment IngestionRow on Ingestion{id status startedAt done total unchanged failed{sourceId message}failure{code message retryable retryAfterMs errorId}}",
);
export const SearchDocumentsDocument = /* @__PURE__ */ new OperationText<SearchDocumentsQuery, SearchDocumentsQueryVariables>(
  "query SearchDocuments($collection:String!$query:String!){aiSearch(input:{collection:$collection query:$query first:5}){...on AiSearch{hits{score passage{id text start end source{id title}}}warnings}...on Failure{code message retryable retryAfterMs errorId}}}",
);
export const SourceDocument = /* @__PURE__ */ new OperationText<SourceQuery, SourceQueryVariables>(
  "query Source($collection:String!$id:ID!$start:Int!){aiSource(collection:$collection id:$id){mediaType passageCount length text(start:$start length:20000)passages(start:$start first:200){id start end}source{title}}}",
);
export const AddDocumentsDocument = /* @__PURE__ */ new OperationText<AddDocumentsMutation, AddDocumentsMutationVariables>(
  "mutation AddDocuments($input:IngestInput!){ingest(input:$input){id}}",
);
export const DeleteDocumentDocument = /* @__PURE__ */ new OperationText<DeleteDocumentMutation, DeleteDocumentMutationVariables>(
  "mutation DeleteDocument($collection:String!$id:ID!){deleteSource(collection:$collection sourceId:$id)}",
);