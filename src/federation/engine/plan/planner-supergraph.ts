/**
 * The supergraph as the planner reads it best: what it says is the same, under other names of the subgraphs.
 *
 * The planner finds the members of an interface from an `@interfaceObject` only when the subgraph that has the members comes first
 * by name. So names begin with a number that says so.
 */
import { type ConstDirectiveNode, type DocumentNode, Kind, visit } from 'graphql';
import { directivesOf, graphsOf, outputTypesOf } from '../join.ts';

export interface PlannerSupergraph {
  readonly supergraph: DocumentNode;
  /** Real names of the subgraphs, by their names in the planner. */
  readonly names: ReadonlyMap<string, string>;
}

export function plannerSupergraph(supergraph: DocumentNode): PlannerSupergraph {
  const ranks = rankedGraphs(supergraph);
  const graphs = graphsOf(supergraph);
  const byName = new Map(graphs.map(({ id, name }) => [name, `${String(ranks.indexOf(id)).padStart(4, '0')}_${name}`]));
  return {
    names: new Map([...byName].map(([name, plannerName]) => [plannerName, name])),
    supergraph: visit(supergraph, {
      // A subgraph is named where it is declared, and where a field is overridden from it.
      Directive(node) {
        const argument = node.name.value === 'join__graph' ? 'name' : node.name.value === 'join__field' ? 'override' : null;
        return argument === null ? undefined : renamed(node as ConstDirectiveNode, argument, byName);
      },
    }),
  };
}

function renamed(directive: ConstDirectiveNode, name: string, byName: ReadonlyMap<string, string>): ConstDirectiveNode {
  const args = (directive.arguments ?? []).map((argument) => {
    const { value } = argument;
    return argument.name.value === name && value.kind === Kind.STRING
      ? { ...argument, value: { ...value, value: byName.get(value.value) ?? value.value } }
      : argument;
  });
  return { ...directive, arguments: args };
}

/** Ids of the subgraphs. Those with a type's members come before those where the type is an `@interfaceObject`, as far as possible. */
function rankedGraphs(supergraph: DocumentNode): readonly string[] {
  const before = new Map<string, Set<string>>();
  for (const type of outputTypesOf(supergraph)) {
    const joins = directivesOf(type, 'join__type');
    const owners = joins.filter(({ isInterfaceObject }) => isInterfaceObject !== true).map(({ graph }) => String(graph));
    for (const { graph, isInterfaceObject } of joins) {
      if (isInterfaceObject !== true) continue;
      const own = before.get(String(graph)) ?? new Set<string>();
      before.set(String(graph), own);
      for (const owner of owners) if (owner !== graph) own.add(owner);
    }
  }
  const ranked: string[] = [];
  const visited = new Set<string>();
  const rank = (id: string): void => {
    if (visited.has(id)) return;
    visited.add(id);
    for (const earlier of before.get(id) ?? []) rank(earlier);
    ranked.push(id);
  };
  for (const { id } of graphsOf(supergraph)) rank(id);
  return ranked;
}
