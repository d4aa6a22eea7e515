/**
 * Fields that an `@interfaceObject` adds, for the stitching library, which asks for fields of objects alone.
 *
 * To the library, the subgraph of the `@interfaceObject` has every type behind the interface, with its fields. That subgraph knows the
 * interface's name alone, so the requests for entities say that name, and their answers the type's own again.
 */
import { type ConstDirectiveNode, type DocumentNode, type FieldDefinitionNode, Kind, type ObjectTypeDefinitionNode, visit } from 'graphql';
import { GatewayError } from '../../../core/errors.ts';
import type { SubgraphExecutor, SubgraphResult } from '../../subgraphs/engine-request.ts';
import { representationsOf } from '../../subgraphs/representations.ts';
import { directivesOf, outputTypesOf } from '../join.ts';
import { joinField } from '../join-field.ts';

/** By the id of a subgraph: the interface that it has an object for, by each type behind it. */
export type InterfaceMembers = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** BAD_REQUEST, in a sentence, where a subgraph has two such objects for one type. */
export function interfaceMembers(supergraph: DocumentNode): InterfaceMembers {
  const members = new Map<string, Map<string, string>>();
  const types = outputTypesOf(supergraph);
  for (const owner of types) {
    for (const graph of graphsOfObject(owner)) {
      const known = members.get(graph) ?? new Map<string, string>();
      members.set(graph, known);
      for (const { name } of types.filter((type) => isBehind(type, owner) && !graphsOf(type).includes(graph))) {
        const other = known.get(name.value);
        if (other !== undefined) throw twoObjects(name.value, other, owner.name.value);
        known.set(name.value, owner.name.value);
      }
    }
  }
  return members;
}

const graphsOf = (type: ObjectTypeDefinitionNode): readonly string[] => directivesOf(type, 'join__type').map(({ graph }) => String(graph));

const graphsOfObject = (type: ObjectTypeDefinitionNode): readonly string[] => [
  ...new Set(
    directivesOf(type, 'join__type').flatMap(({ graph, isInterfaceObject }) => (isInterfaceObject === true ? [String(graph)] : [])),
  ),
];

const isBehind = (type: ObjectTypeDefinitionNode, owner: ObjectTypeDefinitionNode): boolean =>
  type.kind === Kind.OBJECT_TYPE_DEFINITION && type.interfaces?.some(({ name }) => name.value === owner.name.value) === true;

const twoObjects = (type: string, one: string, other: string): GatewayError =>
  new GatewayError(
    'BAD_REQUEST',
    `Without the query planner, a subgraph cannot have an @interfaceObject for two interfaces of one type: "${one}" and "${other}" of "${type}". One of them would be accepted, or a machine on which the planner loads: Linux with glibc, or macOS.`,
  );

/** The supergraph with the fields of each `@interfaceObject` at the types behind its interface. */
export function withInterfaceMembers(supergraph: DocumentNode, members: InterfaceMembers): DocumentNode {
  const types = new Map(outputTypesOf(supergraph).map((type) => [type.name.value, type]));
  return {
    ...supergraph,
    definitions: supergraph.definitions.map((definition) => {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return definition;
      const owners = [...members].flatMap(([graph, known]) => {
        const owner = types.get(known.get(definition.name.value) ?? '');
        return owner === undefined ? [] : [{ graph, owner }];
      });
      return owners.reduce((type, { graph, owner }) => joined(type, owner, graph), definition);
    }),
  };
}

function joined(type: ObjectTypeDefinitionNode, owner: ObjectTypeDefinitionNode, graph: string): ObjectTypeDefinitionNode {
  const own = graphsOf(type);
  const added = new Map((owner.fields ?? []).map((field) => [field.name.value, joinsIn(field, graphsOf(owner), graph)]));
  return {
    ...type,
    // Not as a type of the interface there: the library would ask that subgraph which type an object has.
    directives: [...(type.directives ?? []), ...directivesIn(owner, 'join__type', graph).map(withoutMark)],
    fields: (type.fields ?? []).map((field) => located(field, own, added.get(field.name.value) ?? [])),
  };
}

/** What the interface says of its field in the subgraph; empty: the subgraph does not have it. */
function joinsIn(field: FieldDefinitionNode, all: readonly string[], graph: string): readonly ConstDirectiveNode[] {
  if (directivesOf(field, 'join__field').length === 0) return all.includes(graph) ? [joinField({ graph })] : [];
  return directivesIn(field, 'join__field', graph);
}

function located(field: FieldDefinitionNode, own: readonly string[], added: readonly ConstDirectiveNode[]): FieldDefinitionNode {
  const directives = field.directives ?? [];
  const joins = directivesOf(field, 'join__field');
  // Without any, the field is of all subgraphs of its type, and the type has one more now.
  if (joins.length === 0) return { ...field, directives: [...directives, ...own.map((graph) => joinField({ graph })), ...added] };
  // One without a subgraph says that the field comes from an `@interfaceObject`.
  const kept = directives.filter((one) => one.name.value !== 'join__field' || (one.arguments ?? []).length > 0 || added.length === 0);
  return { ...field, directives: [...kept, ...added] };
}

const directivesIn = (node: { readonly directives?: readonly ConstDirectiveNode[] }, name: string, graph: string) =>
  (node.directives ?? []).filter((directive) => {
    const given = directive.arguments?.find((argument) => argument.name.value === 'graph')?.value;
    return directive.name.value === name && given?.kind === Kind.ENUM && given.value === graph;
  });

const withoutMark = (directive: ConstDirectiveNode): ConstDirectiveNode => ({
  ...directive,
  arguments: (directive.arguments ?? []).filter(({ name }) => name.value !== 'isInterfaceObject'),
});

/** The executor of the subgraph, which says the interface where the library says a type behind it. */
export function sayingInterfaces(executor: SubgraphExecutor, members: ReadonlyMap<string, string> = new Map()): SubgraphExecutor {
  if (members.size === 0) return executor;
  return async (request) => {
    const document = visit(request.document, {
      NamedType({ kind, name }) {
        const owner = members.get(name.value);
        return owner === undefined ? undefined : { kind, name: { ...name, value: owner } };
      },
    });
    const asked = representationsOf(request);
    if (asked === null) return executor({ ...request, document });
    const representations = asked.representations.map((one) => ({
      ...one,
      __typename: members.get(String(one['__typename'])) ?? one['__typename'],
    }));
    const answer = await executor({ ...request, document, variables: { ...request.variables, [asked.variable]: representations } });
    const entities = (answer as SubgraphResult).data?.[asked.key];
    if (!Array.isArray(entities)) return answer;
    for (const [index, entity] of (entities as readonly unknown[]).entries()) {
      const typeName = asked.representations[index]?.['__typename'];
      if (typeof entity === 'object' && entity !== null && '__typename' in entity && members.has(String(typeName)))
        entity['__typename'] = typeName;
    }
    return answer;
  };
}
