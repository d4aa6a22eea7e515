/**
 * Fields that an `@interfaceObject` adds, for the stitching library, which asks for fields of objects alone.
 *
 * To the library, the subgraph of the `@interfaceObject` has every type behind the interface, with its fields. That subgraph knows the
 * interface's name alone, so the requests for entities say that name, and their answers the type's own again.
 */
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type TypeNode,
  visit,
} from 'graphql';
import { GatewayError } from '../../../core/errors.ts';
import type { SubgraphExecutor, SubgraphResult } from '../../subgraphs/engine-request.ts';
import { representationsOf } from '../../subgraphs/representations.ts';
import { directivesOf, namedType, outputTypesOf } from '../join.ts';
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

/** The id of the subgraph once more, with the types behind the interface. */
const twinOf = (graph: string): string => `${graph}__MEMBERS`;

/** The interface by each type behind it, where the id is that of such a twin. */
export const membersOfTwin = (members: InterfaceMembers, id: string): ReadonlyMap<string, string> =>
  [...members].find(([graph]) => twinOf(graph) === id)?.[1] ?? new Map();

/** The supergraph in which the fields of each `@interfaceObject` are those of the types behind its interface, by a twin of its subgraph. */
export function withInterfaceMembers(supergraph: DocumentNode, members: InterfaceMembers): DocumentNode {
  return [...members].reduce((document, [graph, known]) => withTwin(document, graph, known), supergraph);
}

function withTwin(supergraph: DocumentNode, graph: string, members: ReadonlyMap<string, string>): DocumentNode {
  const types = new Map(outputTypesOf(supergraph).map((type) => [type.name.value, type]));
  const owners = [...new Set(members.values())].flatMap((name) => types.get(name) ?? []);
  const added = owners.flatMap((owner) => (owner.fields ?? []).filter((field) => joinsIn(field, graphsOf(owner), graph).length > 0));
  const reachable = reachableFrom(added, supergraph, graph);
  return {
    ...supergraph,
    definitions: supergraph.definitions.map((definition): DefinitionNode => {
      if (definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph') return withValue(definition, graph);
      const owner = 'name' in definition ? types.get(members.get(definition.name?.value ?? '') ?? '') : undefined;
      if (definition.kind === Kind.OBJECT_TYPE_DEFINITION && owner !== undefined) return joined(definition, owner, graph);
      const isReachable = 'name' in definition && reachable.has(definition.name?.value ?? '');
      return isReachable ? (twinned(definition as Members, graph) as DefinitionNode) : definition;
    }),
  };
}

const withValue = (definition: EnumTypeDefinitionNode, graph: string): EnumTypeDefinitionNode => ({
  ...definition,
  values: (definition.values ?? []).flatMap((value) =>
    value.name.value === graph ? [value, { ...value, name: { ...value.name, value: twinOf(graph) } }] : [value],
  ),
});

/** Names of the types that the fields lead to in the subgraph. */
function reachableFrom(fields: readonly FieldDefinitionNode[], supergraph: DocumentNode, graph: string): ReadonlySet<string> {
  const definitions = new Map(
    supergraph.definitions.flatMap((one) => ('name' in one && one.name !== undefined ? [[one.name.value, one as Members] as const] : [])),
  );
  const found = new Set<string>();
  const visit = (name: string): void => {
    const definition = definitions.get(name);
    if (found.has(name) || definition === undefined || directivesIn(definition, 'join__type', graph).length === 0) return;
    found.add(name);
    for (const field of definition.fields ?? []) follow(field);
    for (const { name: member } of definition.types ?? []) visit(member.value);
  };
  const follow = ({ type, arguments: args = [] }: Field): void => {
    visit(namedType(type));
    for (const argument of args) visit(namedType(argument.type));
  };
  for (const field of fields) follow(field);
  return found;
}

type Annotated = { readonly directives?: readonly ConstDirectiveNode[] };
interface Field extends Annotated {
  readonly type: TypeNode;
  readonly arguments?: readonly InputValueDefinitionNode[];
}
/** Any definition, with the members that definitions can have. */
interface Members extends Annotated {
  readonly fields?: readonly Field[];
  readonly values?: readonly Annotated[];
  readonly types?: readonly { readonly name: { readonly value: string } }[];
}

/** What the subgraph says of the type, said by its twin too. Entities are asked of the subgraph itself. */
function twinned(definition: Members, graph: string): Members {
  const { fields, values } = definition;
  const also = <N extends Annotated>(node: N): N => ({
    ...node,
    directives: [...(node.directives ?? []), ...joinsOf(node, graph).map((directive) => ofTwin(directive, graph))],
  });
  return {
    ...also(definition),
    ...(fields === undefined ? {} : { fields: fields.map(also) }),
    ...(values === undefined ? {} : { values: values.map(also) }),
  };
}

const joinsOf = ({ directives = [] }: Annotated, graph: string): readonly ConstDirectiveNode[] =>
  directives.filter((directive) => directive.name.value.startsWith('join__') && graphIn(directive) === graph);

function ofTwin(directive: ConstDirectiveNode, graph: string): ConstDirectiveNode {
  const { arguments: args = [] } = withGraph(directive, graph);
  const isEntity = directive.name.value === 'join__type' && args.some(({ name }) => name.value === 'key');
  return { ...directive, arguments: isEntity ? [...args.filter(({ name }) => name.value !== 'resolvable'), notResolvable] : args };
}

const notResolvable = {
  kind: Kind.ARGUMENT,
  name: { kind: Kind.NAME, value: 'resolvable' },
  value: { kind: Kind.BOOLEAN, value: false },
} as const;

/** A type behind the interface, with the fields that the interface has in the subgraph. */
function joined(type: ObjectTypeDefinitionNode, owner: ObjectTypeDefinitionNode, graph: string): ObjectTypeDefinitionNode {
  const own = graphsOf(type);
  const added = new Map((owner.fields ?? []).map((field) => [field.name.value, joinsIn(field, graphsOf(owner), graph)]));
  const keys = directivesIn(owner, 'join__type', graph).map((directive) => withGraph(withoutMark(directive), graph));
  return {
    ...type,
    // Not as a type of the interface there: the library would ask the twin which type an object has.
    directives: [...(type.directives ?? []), ...keys],
    fields: (type.fields ?? []).map((field) => located(field, own, added.get(field.name.value) ?? [])),
  };
}

/** What the interface says of its field in the subgraph, said by its twin; empty: the subgraph does not have it. */
function joinsIn(field: FieldDefinitionNode, all: readonly string[], graph: string): readonly ConstDirectiveNode[] {
  if (directivesOf(field, 'join__field').length === 0) return all.includes(graph) ? [joinField({ graph: twinOf(graph) })] : [];
  return directivesIn(field, 'join__field', graph).map((directive) => withGraph(directive, graph));
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

const withGraph = (directive: ConstDirectiveNode, graph: string): ConstDirectiveNode => ({
  ...directive,
  arguments: (directive.arguments ?? []).map((argument) =>
    argument.name.value === 'graph' ? { ...argument, value: { kind: Kind.ENUM, value: twinOf(graph) } as const } : argument,
  ),
});

const directivesIn = (node: Annotated, name: string, graph: string): readonly ConstDirectiveNode[] =>
  joinsOf(node, graph).filter((directive) => directive.name.value === name);

function graphIn({ arguments: args = [] }: ConstDirectiveNode): string | null {
  const value = args.find(({ name }) => name.value === 'graph')?.value;
  return value?.kind === Kind.ENUM ? value.value : null;
}

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
