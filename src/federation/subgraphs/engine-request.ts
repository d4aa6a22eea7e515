/**
 * What the engine asks of a subgraph and what it expects back: the part of the stitching library's contract that we rely on.
 */
import type { DocumentNode, ExecutionResult, GraphQLResolveInfo, OperationTypeNode } from 'graphql';

export interface SubgraphRequest {
  readonly document: DocumentNode;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationType?: OperationTypeNode;
  /** The gateway's own context object. */
  readonly context?: unknown;
  /** Of the gateway field on whose behalf this is asked; for a batch, of the first one. */
  readonly info?: GraphQLResolveInfo;
}

export type SubgraphResult = ExecutionResult<Record<string, unknown>>;
export type SubgraphExecutor = (request: SubgraphRequest) => Promise<SubgraphResult | AsyncIterable<SubgraphResult>>;
