/** The addresses of subgraphs in a supergraph, and those that the configuration gives in their place. */
import { type ConstDirectiveNode, Kind, parse, print, visit } from 'graphql';
import { graphsOf } from '../engine/join.ts';

type Addresses = ReadonlyMap<string, string | null>;

/** Replaces addresses in the supergraph. `addresses`: by name of the subgraph; null keeps its own. The SDL must be valid. */
export function withAddresses(supergraphSdl: string, addresses: Addresses): string {
  if (![...addresses.values()].some((url) => url !== null)) return supergraphSdl;
  const supergraph = parse(supergraphSdl, { noLocation: true });
  const urlById = new Map(graphsOf(supergraph).map(({ id, name }) => [id, addresses.get(name) ?? null]));
  const addressed = visit(supergraph, {
    EnumTypeDefinition: (definition) => (definition.name.value === 'join__Graph' ? undefined : false),
    EnumValueDefinition(value) {
      const url = urlById.get(value.name.value) ?? null;
      if (url === null) return undefined;
      return { ...value, directives: (value.directives ?? []).map((directive) => atUrl(directive, url)) };
    },
  });
  return print(addressed);
}

function atUrl(directive: ConstDirectiveNode, url: string): ConstDirectiveNode {
  if (directive.name.value !== 'join__graph') return directive;
  const others = (directive.arguments ?? []).filter(({ name }) => name.value !== 'url');
  const argument = { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'url' }, value: { kind: Kind.STRING, value: url } } as const;
  return { ...directive, arguments: [...others, argument] };
}

/** Sentences about names that the supergraph does not have. */
export function unknownSubgraphs(supergraphSdl: string, names: Iterable<string>): readonly string[] {
  const known = namesIn(supergraphSdl);
  return [...names]
    .filter((name) => !known.includes(name))
    .map(
      (name) => `graph.subgraphs has settings for "${name}", which is no subgraph of the supergraph. Its subgraphs: ${known.join(', ')}.`,
    );
}

/** Names of its subgraphs. Empty when the text is not GraphQL. */
export function namesIn(supergraphSdl: string): readonly string[] {
  try {
    return graphsOf(parse(supergraphSdl, { noLocation: true })).map(({ name }) => name);
  } catch {
    return [];
  }
}
