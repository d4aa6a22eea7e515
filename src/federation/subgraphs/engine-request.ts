/** What an engine asks of a subgraph and what it expects back. */
import type { DocumentNode, ExecutionResult, GraphQLResolveInfo, OperationTypeNode } from 'graphql';

export interface SubgraphRequest {
  readonly document: DocumentNode;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationType?: OperationTypeNode;
  /** The gateway's own context object. */
  readonly context?: unknown;
  /** Of the gateway field on whose behalf this is asked; for a batch, of the first one. */
  readonly info?: GraphQLResolveInfo;
  /** The document as it is sent, where it was printed already. */
  readonly text?: string;
  /** The body of the request, where whoever asks makes it with less work than of the document and the variables. */
  readonly bodyText?: () => string;
  /** The engine places the errors and compares the answer with the schema by itself: it gets both as the subgraph gave them. */
  readonly isUnsettled?: true;
  /** For a subgraph of this process: where entities stand in the response, by the key of `_entities` and their index. */
  readonly entityPaths?: EntityPaths | null;
}

export type EntityPaths = (key: string, index: number) => readonly (readonly (string | number)[])[];

export type SubgraphResult = ExecutionResult<Record<string, unknown>>;
export type SubgraphExecutor = (request: SubgraphRequest) => Promise<SubgraphResult | AsyncIterable<SubgraphResult>>;
