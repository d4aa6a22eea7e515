/**
 * What the composer leaves out of a supergraph, put back from the subgraphs.
 *
 * A field that all subgraphs of a type define gets no `join__field`, and with it goes what one of them said: that an
 * `@interfaceObject`'s field is `@external`, so that the engine asks for what that subgraph does not know; what a field
 * `@provides`, so that it asks elsewhere for what was on the table; or that its type is another one here than there.
 */
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
} from 'graphql';
import { directivesOf, graphsOf } from '../join.ts';
import { joinField } from '../join-field.ts';

interface Service {
  readonly name: string;
  readonly typeDefs: DocumentNode;
}

/** What one subgraph says of a field. */
interface Said {
  readonly graph: string;
  readonly external: boolean;
  readonly provides: string | null;
  readonly type: string;
}

export function mended(supergraphSdl: string, services: readonly Service[]): string {
  const supergraph = parse(supergraphSdl, { noLocation: true });
  const ids = new Map(graphsOf(supergraph).map(({ id, name }) => [name, id]));
  const said = saidOf(services, ids);
  if (![...said.values()].some((all) => all.some(isLost) || !agreeing(all))) return supergraphSdl;
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

const isLost = ({ external, provides }: Said): boolean => external || provides !== null;

const agreeing = (said: readonly Said[]): boolean => new Set(said.map(({ type }) => type)).size <= 1;

function joined(field: FieldDefinitionNode, said: readonly Said[]): FieldDefinitionNode {
  const lost = said.filter(isLost);
  const agreed = agreeing(said);
  if (lost.length === 0 && agreed) return field;
  const directives = field.directives ?? [];
  if (directivesOf(field, 'join__field').length === 0) {
    const all = said.map(({ type, ...entry }) => joinField(agreed ? entry : { ...entry, type }));
    return { ...field, directives: [...directives, ...all] };
  }
  const mend = (directive: ConstDirectiveNode): ConstDirectiveNode => {
    if (directive.name.value !== 'join__field') return directive;
    const [args = {}] = directivesOf({ directives: [directive] }, 'join__field');
    const own = lost.find(({ graph, provides }) => provides !== null && graph === args['graph']);
    if (own === undefined || args['provides'] !== undefined || args['external'] === true) return directive;
    return joinField({ ...own, type: typeof args['type'] === 'string' ? args['type'] : null });
  };
  const joins = directivesOf(field, 'join__field').map(({ graph }) => graph);
  const missing = lost.filter(({ graph, external }) => external && !joins.includes(graph));
  return { ...field, directives: [...directives.map(mend), ...missing.map(({ graph }) => joinField({ graph, external: true }))] };
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
          type: print(field.type),
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
