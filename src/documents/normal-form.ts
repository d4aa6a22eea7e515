/**
 * A document as text that is the same however a tool prints it: in another order of definitions, fields and arguments (the client preset of
 * graphql-codegen sorts them), with other whitespace, with comments, and with the `__typename` that caches of clients add.
 */
import { type ASTNode, type DefinitionNode, type DocumentNode, Kind, print, type SelectionNode, type SelectionSetNode } from 'graphql';

export const normalForm = ({ definitions }: DocumentNode): string => definitions.map(definitionText).toSorted().join('\n');

function definitionText(node: DefinitionNode): string {
  if (node.kind === Kind.OPERATION_DEFINITION) {
    const head = `${node.operation} ${node.name?.value ?? ''}(${sorted(node.variableDefinitions)})`;
    return `${head}${inOrder(node.directives)}${setText(node.selectionSet)}`;
  }
  if (node.kind !== Kind.FRAGMENT_DEFINITION) return print(node);
  return `fragment ${node.name.value} on ${node.typeCondition.name.value}${inOrder(node.directives)}${setText(node.selectionSet)}`;
}

const setText = (set: SelectionSetNode | undefined): string =>
  set === undefined ? '' : `{${set.selections.map(selectionText).filter(Boolean).toSorted().join(' ')}}`;

function selectionText(node: SelectionNode): string {
  if (node.kind === Kind.FRAGMENT_SPREAD) return print(node);
  if (node.kind === Kind.INLINE_FRAGMENT)
    return `...${node.typeCondition?.name.value ?? ''}${inOrder(node.directives)}${setText(node.selectionSet)}`;
  const { name, alias, directives = [] } = node;
  if (name.value === '__typename' && alias === undefined && directives.length === 0) return '';
  return `${alias?.value ?? ''}:${name.value}(${sorted(node.arguments)})${inOrder(directives)}${setText(node.selectionSet)}`;
}

const sorted = (nodes: readonly ASTNode[] = []): string => nodes.map(print).toSorted().join();
/** Directives of a place run in their order. */
const inOrder = (nodes: readonly ASTNode[] = []): string => nodes.map(print).join('');
