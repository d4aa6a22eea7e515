/**
 * What the composer leaves out of a supergraph, put back from the subgraphs.
 *
 * A field that all subgraphs of a type define alike gets no `join__field`, and with it goes what one of them said: that an
 * `@interfaceObject`'s field is `@external`, so that the engine asks for what that subgraph does not know, or what a field
 * `@provides`, so that it asks elsewhere for what was on the table.
 */
import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type StringValueNode,
} from 'graphql';
import { directivesOf, graphsOf } from './join.ts';

interface Service {
  readonly name: string;
  readonly typeDefs: DocumentNode;
}

/** What one subgraph says of a field. */
interface Said {
  readonly graph: string;
  readonly external: boolean;
  readonly provides: string | null;
}

export function mended(supergraphSdl: string, services: readonly Service[]): string {
  const supergraph = parse(supergraphSdl, { noLocation: true });
  const ids = new Map(graphsOf(supergraph).map(({ id, name }) => [name, id]));
  const said = saidOf(services, ids);
  if (![...said.values()].flat().some(({ external, provides }) => external || provides !== null)) return supergraphSdl;
  return print({
    ...supergraph,
    definitions: supergraph.definitions.map((definition) =>
      isFielded(definition)
        ? {
            ...definition,
            fields: (definition.fields ?? []).map((field) => joined(field, said.get(`${definition.name.value}.${field.name.value}`) ?? [])),
          }
        : definition,
    ) as DocumentNode['definitions'],
  });
}

function joined(field: FieldDefinitionNode, said: readonly Said[]): FieldDefinitionNode {
  const lost = said.filter(({ external, provides }) => external || provides !== null);
  if (lost.length === 0) return field;
  const directives = field.directives ?? [];
  if (directivesOf(field, 'join__field').length === 0) return { ...field, directives: [...directives, ...said.map(joinField)] };
  const mend = (directive: ConstDirectiveNode): ConstDirectiveNode => {
    if (directive.name.value !== 'join__field') return directive;
    const [args = {}] = directivesOf({ directives: [directive] }, 'join__field');
    const own = lost.find(({ graph, provides }) => provides !== null && graph === args['graph']);
    return own === undefined || args['provides'] !== undefined || args['external'] === true ? directive : joinField(own);
  };
  const joins = directivesOf(field, 'join__field').map(({ graph }) => graph);
  const missing = lost.filter(({ graph, external }) => external && !joins.includes(graph));
  return { ...field, directives: [...directives.map(mend), ...missing.map(joinField)] };
}

function saidOf(services: readonly Service[], ids: ReadonlyMap<string, string>): ReadonlyMap<string, readonly Said[]> {
  const said = new Map<string, Said[]>();
  for (const { name, typeDefs } of services) {
    const graph = ids.get(name);
    if (graph === undefined) continue;
    const types = typeDefs.definitions.filter(isFielded);
    const objects = new Set(types.filter((type) => federation(type, 'interfaceObject') !== undefined).map((type) => type.name.value));
    for (const type of types) {
      for (const field of type.fields ?? []) {
        const coordinate = `${type.name.value}.${field.name.value}`;
        const provides = federation(field, 'provides')?.arguments?.find((argument) => argument.name.value === 'fields')?.value;
        const entry: Said = {
          graph,
          external: objects.has(type.name.value) && federation(field, 'external') !== undefined,
          provides: provides?.kind === Kind.STRING ? provides.value : null,
        };
        said.set(coordinate, [...(said.get(coordinate) ?? []), entry]);
      }
    }
  }
  return said;
}

type Fielded = ObjectTypeDefinitionNode;
const isFielded = (definition: DocumentNode['definitions'][number]): definition is Fielded =>
  /^(Object|Interface)Type(Definition|Extension)$/.test(definition.kind);

const federation = (node: { readonly directives?: readonly ConstDirectiveNode[] }, name: string): ConstDirectiveNode | undefined =>
  node.directives?.find((directive) => directive.name.value.replace(/^federation__/, '') === name);

function joinField({ graph, external, provides }: Said): ConstDirectiveNode {
  const named = (value: string) => ({ kind: Kind.NAME, value }) as const;
  const argument = (name: string, value: ConstArgumentNode['value']): ConstArgumentNode => ({
    kind: Kind.ARGUMENT,
    name: named(name),
    value,
  });
  const text = (value: string): StringValueNode => ({ kind: Kind.STRING, value });
  return {
    kind: Kind.DIRECTIVE,
    name: named('join__field'),
    arguments: [
      argument('graph', { kind: Kind.ENUM, value: graph }),
      ...(external ? [argument('external', { kind: Kind.BOOLEAN, value: true })] : []),
      ...(provides === null ? [] : [argument('provides', text(provides))]),
    ],
  };
}
