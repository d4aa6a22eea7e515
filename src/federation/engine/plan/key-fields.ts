/** Which types each subgraph has, which fields are part of a key of their type, and which are required with arguments. */
import type { ConstDirectiveNode, DocumentNode } from 'graphql';
import { directivesOf, type JoinedGraph, outputTypesOf } from '../join.ts';

/** Key fields by name of the subgraph. */
export function keyFieldsOf(
  supergraph: DocumentNode,
  graphs: readonly JoinedGraph[],
): (subgraph: string, typeName: string, field: string) => boolean {
  const names = new Map(graphs.map(({ id, name }) => [id, name]));
  const keys = new Set<string>();
  for (const type of outputTypesOf(supergraph)) {
    for (const { graph, key } of directivesOf(type, 'join__type')) {
      if (typeof key !== 'string') continue;
      // Names inside braces belong to the field before them.
      const own = key.replaceAll(/\{[^{}]*(\{[^{}]*\}[^{}]*)*\}/g, ' ').match(/\w+/g) ?? [];
      for (const field of own) keys.add([names.get(String(graph)), type.name.value, field].join('\n'));
    }
  }
  return (subgraph, typeName, field) => keys.has([subgraph, typeName, field].join('\n'));
}

/** A type whose subgraphs the supergraph does not name is known to all of them. */
export function knownTypesOf(supergraph: DocumentNode, graphs: readonly JoinedGraph[]): (subgraph: string, typeName: string) => boolean {
  const names = new Map(graphs.map(({ id, name }) => [id, name]));
  const owners = new Map<string, ReadonlySet<string>>();
  for (const definition of supergraph.definitions) {
    if (!('name' in definition) || definition.name === undefined || !('directives' in definition)) continue;
    const joins = directivesOf(definition as { readonly directives?: readonly ConstDirectiveNode[] }, 'join__type');
    if (joins.length > 0) owners.set(definition.name.value, new Set(joins.map(({ graph }) => names.get(String(graph)) ?? '')));
  }
  return (subgraph, typeName) => owners.get(typeName)?.has(subgraph) !== false;
}

/** Names of fields, of any type. */
export function requiredWithArguments(supergraph: DocumentNode): ReadonlySet<string> {
  const required = outputTypesOf(supergraph).flatMap(({ fields = [] }) =>
    fields.flatMap((field) => directivesOf(field, 'join__field').map(({ requires }) => String(requires ?? ''))),
  );
  return new Set(required.flatMap((fieldSet) => [...fieldSet.matchAll(/(\w+)\s*\(/g)].map(([, name = '']) => name)));
}
