import type { FragmentDefinitionNode, OperationDefinitionNode } from 'graphql';

/** An operation as it was written, with the fragments of its document. */
export interface Written {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}
