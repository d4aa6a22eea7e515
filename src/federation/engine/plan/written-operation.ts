import type { FragmentDefinitionNode, OperationDefinitionNode } from 'graphql';

/** An operation as the client wrote it, with the fragments of its document. */
export interface Written {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}
