/**
 * Adds the default arguments to a query's directives before they are sent to subgraphs.
 *
 * Clients follow the supergraph's definition. A subgraph may define the directive with another default or none, and would
 * then refuse what the client was allowed to omit.
 */
import { type ArgumentNode, type DirectiveNode, type DocumentNode, Kind, specifiedDirectives, visit } from 'graphql';
import type { SubgraphExecutor } from './engine-request.ts';

export type DirectiveDefaults = ReadonlyMap<string, readonly ArgumentNode[]>;

export function directiveDefaults(supergraph: DocumentNode): DirectiveDefaults {
  const specified = new Set(specifiedDirectives.map(({ name }) => name));
  const defaults = new Map<string, readonly ArgumentNode[]>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.DIRECTIVE_DEFINITION || specified.has(definition.name.value)) continue;
    const given = (definition.arguments ?? []).flatMap(({ name, defaultValue }): readonly ArgumentNode[] =>
      defaultValue === undefined ? [] : [{ kind: Kind.ARGUMENT, name, value: defaultValue }],
    );
    if (given.length > 0) defaults.set(definition.name.value, given);
  }
  return defaults;
}

export function withDirectiveDefaults(executor: SubgraphExecutor, defaults: DirectiveDefaults): SubgraphExecutor {
  if (defaults.size === 0) return executor;
  return (request) => executor({ ...request, document: filled(request.document, defaults) });
}

/** The same document where nothing is missing. */
function filled(document: DocumentNode, defaults: DirectiveDefaults): DocumentNode {
  return visit(document, {
    Directive(node: DirectiveNode) {
      const given = new Set((node.arguments ?? []).map(({ name }) => name.value));
      const missing = (defaults.get(node.name.value) ?? []).filter(({ name }) => !given.has(name.value));
      return missing.length === 0 ? undefined : { ...node, arguments: [...(node.arguments ?? []), ...missing] };
    },
  });
}
