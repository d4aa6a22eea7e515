/**
 * A document as text that is the same however a tool prints it: in another order of definitions, fields and arguments (the client preset of
 * graphql-codegen sorts them), with other whitespace, with comments, and with the `__typename` that caches of clients add. The root fields of
 * a mutation keep their order, since they run in it.
 */
import {
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
  Kind,
  OperationTypeNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

export function normalForm({ definitions }: DocumentNode): string {
  const inOrder = setsInOrder(definitions);
  return definitions
    .map((definition) => definitionText(definition, inOrder))
    .toSorted()
    .join('\n');
}

/** The selections of mutations at their root, those of fragments too. */
function setsInOrder(definitions: readonly DefinitionNode[]): ReadonlySet<SelectionSetNode> {
  const fragments = new Map(definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])));
  const found = new Set<SelectionSetNode>();
  const add = (set: SelectionSetNode | undefined): void => {
    if (set === undefined || found.has(set)) return;
    found.add(set);
    for (const node of set.selections) {
      if (node.kind === Kind.INLINE_FRAGMENT) add(node.selectionSet);
      else if (node.kind === Kind.FRAGMENT_SPREAD) add(fragments.get(node.name.value)?.selectionSet);
    }
  };
  for (const node of definitions)
    if (node.kind === Kind.OPERATION_DEFINITION && node.operation === OperationTypeNode.MUTATION) add(node.selectionSet);
  return found;
}

type Sets = ReadonlySet<SelectionSetNode>;

function definitionText(node: DefinitionNode, inOrder: Sets): string {
  if (node.kind === Kind.OPERATION_DEFINITION) {
    const head = `${node.operation} ${node.name?.value ?? ''}(${sorted(node.variableDefinitions)})`;
    return `${head}${asWritten(node.directives)}${setText(node.selectionSet, inOrder)}`;
  }
  if (node.kind !== Kind.FRAGMENT_DEFINITION) return print(node);
  const head = `fragment ${node.name.value} on ${node.typeCondition.name.value}`;
  return `${head}${asWritten(node.directives)}${setText(node.selectionSet, inOrder)}`;
}

function setText(set: SelectionSetNode | undefined, inOrder: Sets): string {
  if (set === undefined) return '';
  const texts = set.selections.map((node) => selectionText(node, inOrder)).filter(Boolean);
  return `{${(inOrder.has(set) ? texts : texts.toSorted()).join(' ')}}`;
}

function selectionText(node: SelectionNode, inOrder: Sets): string {
  if (node.kind === Kind.FRAGMENT_SPREAD) return print(node);
  if (node.kind === Kind.INLINE_FRAGMENT)
    return `...${node.typeCondition?.name.value ?? ''}${asWritten(node.directives)}${setText(node.selectionSet, inOrder)}`;
  const { name, alias, directives = [] } = node;
  if (name.value === '__typename' && alias === undefined && directives.length === 0) return '';
  return `${alias?.value ?? ''}:${name.value}(${sorted(node.arguments)})${asWritten(directives)}${setText(node.selectionSet, inOrder)}`;
}

const sorted = (nodes: readonly ASTNode[] = []): string => nodes.map(print).toSorted().join();
/** Directives of a place run in their order. */
const asWritten = (nodes: readonly ASTNode[] = []): string => nodes.map(print).join('');
