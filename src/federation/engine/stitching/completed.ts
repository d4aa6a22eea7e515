/**
 * What a supergraph says in one place and leaves out in another, completed before the engine reads it.
 *
 * Composers differ in that: a field gets the widest of the types that its subgraphs give it, or else nobody could ask for
 * the members that only the wider one has; a field is of those subgraphs alone that know its type; and what an
 * `@interfaceObject` requires is external to it, or else the engine asks for it where nobody knows it.
 */
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  parseType,
  type TypeNode,
} from 'graphql';
import { directivesOf, namedType, outputTypesOf } from '../join.ts';
import { joinField } from '../join-field.ts';

export function completed(supergraph: DocumentNode): DocumentNode {
  const members = membersOf(supergraph);
  const graphs = graphsByType(supergraph);
  const types = new Map(
    outputTypesOf(supergraph).map((type) => {
      const fields = (type.fields ?? []).map((field) => located(widened(field, members), graphsOfType(type), graphs));
      return [type, { ...type, fields: withExternals(type, fields) }];
    }),
  );
  const definitions = supergraph.definitions.map((definition) => types.get(definition as ObjectTypeDefinitionNode) ?? definition);
  return { ...supergraph, definitions };
}

type Members = ReadonlyMap<string, ReadonlySet<string>>;

/** By abstract type: its members or implementers, interfaces among them. */
function membersOf(supergraph: DocumentNode): Members {
  const members = new Map<string, Set<string>>();
  const add = (owner: string, member: string): unknown => members.set(owner, (members.get(owner) ?? new Set()).add(member));
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.UNION_TYPE_DEFINITION) continue;
    for (const member of definition.types ?? []) add(definition.name.value, member.name.value);
  }
  for (const { name, interfaces } of outputTypesOf(supergraph)) for (const owner of interfaces ?? []) add(owner.name.value, name.value);
  return members;
}

type Annotated = { readonly directives?: readonly ConstDirectiveNode[] };

const graphsOfType = (type: Annotated): readonly string[] => [
  ...new Set(directivesOf(type, 'join__type').map(({ graph }) => String(graph))),
];

function graphsByType(supergraph: DocumentNode): ReadonlyMap<string, readonly string[]> {
  return new Map(
    supergraph.definitions.flatMap((definition) => {
      const graphs = 'name' in definition && 'directives' in definition ? graphsOfType(definition as Annotated) : [];
      return graphs.length === 0 ? [] : [[(definition as ObjectTypeDefinitionNode).name.value, graphs] as const];
    }),
  );
}

/** Without `join__field` it would be of all subgraphs of its owner. */
function located(
  field: FieldDefinitionNode,
  owners: readonly string[],
  graphs: ReadonlyMap<string, readonly string[]>,
): FieldDefinitionNode {
  const known = graphs.get(namedType(field.type));
  if (known === undefined || owners.every((graph) => known.includes(graph)) || directivesOf(field, 'join__field').length > 0) return field;
  const own = owners.filter((graph) => known.includes(graph)).map((graph) => joinField({ graph }));
  return { ...field, directives: [...(field.directives ?? []), ...own] };
}

function widened(field: FieldDefinitionNode, members: Members): FieldDefinitionNode {
  const own = namedType(field.type);
  const given = directivesOf(field, 'join__field').flatMap(({ type }) => (typeof type === 'string' ? [namedType(parseType(type))] : []));
  const widest = given.find((candidate) => [own, ...given].every((name) => name === candidate || members.get(candidate)?.has(name)));
  return widest === undefined || widest === own ? field : { ...field, type: renamed(field.type, widest) };
}

function renamed<T extends TypeNode>(type: T, name: string): T {
  return type.kind === Kind.NAMED_TYPE ? { ...type, name: { ...type.name, value: name } } : { ...type, type: renamed(type.type, name) };
}

function withExternals(type: ObjectTypeDefinitionNode, fields: readonly FieldDefinitionNode[]): readonly FieldDefinitionNode[] {
  const joins = directivesOf(type, 'join__type');
  const graphs = graphsOfType(type);
  let completedFields = fields;
  for (const graph of graphs) {
    const own = joins.filter((join) => join['graph'] === graph);
    if (!own.some(({ isInterfaceObject }) => isInterfaceObject === true)) continue;
    const keys = new Set(own.flatMap(({ key }) => fieldNames(key)));
    const required = new Set(
      fields.flatMap((field) =>
        directivesOf(field, 'join__field').flatMap((join) => (join['graph'] === graph ? fieldNames(join['requires']) : [])),
      ),
    );
    completedFields = completedFields.map((field) => {
      const known = directivesOf(field, 'join__field').map((join) => join['graph']);
      const name = field.name.value;
      if (!required.has(name) || keys.has(name) || known.includes(graph)) return field;
      const others = known.length > 0 ? [] : graphs.filter((other) => other !== graph).map((other) => joinField({ graph: other }));
      return { ...field, directives: [...(field.directives ?? []), ...others, joinField({ graph, external: true })] };
    });
  }
  return completedFields;
}

/** The outermost fields of a field set. */
function fieldNames(fieldSet: unknown): readonly string[] {
  if (typeof fieldSet !== 'string') return [];
  return parse(`{${fieldSet}}`, { noLocation: true }).definitions.flatMap((definition) =>
    definition.kind !== Kind.OPERATION_DEFINITION
      ? []
      : definition.selectionSet.selections.flatMap((selection) => (selection.kind === Kind.FIELD ? [selection.name.value] : [])),
  );
}
