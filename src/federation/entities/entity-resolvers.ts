/** Reads from the supergraph's SDL which subgraphs resolve an entity by its key, and which of its fields they have. */
import { type DocumentNode, type FieldNode, Kind, type ObjectTypeDefinitionNode, parse, print, type SelectionSetNode } from 'graphql';
import { directivesOf, graphsOf, type JoinedGraph, outputTypesOf } from '../engine/join.ts';

/** Which fields of which entities are read. Selections are GraphQL without the outer braces: plain fields, no arguments. */
export interface IndexedType {
  readonly typeName: string;
  readonly key: string;
  readonly selection: string;
  /** Root field that lists the entities. */
  readonly from: string;
}

export interface EntityResolver {
  readonly graph: JoinedGraph;
  /** Names of the key fields that the subgraph needs in a representation. */
  readonly key: readonly string[];
  /** The wanted fields that it gives. Empty: it only says whether the entity exists. */
  readonly selection: string;
}

/**
 * The remote subgraphs that judge who may see such an entity: the one that lists it, and the owners of the wanted fields.
 * Where none of these resolves its key, every subgraph that does. Fields that no subgraph gives for the key alone (because
 * they `@require` others, or lead across subgraphs) are in no selection.
 */
export function entityResolvers(
  supergraph: DocumentNode,
  wanted: IndexedType,
  isLocal: (graph: JoinedGraph) => boolean,
): readonly EntityResolver[] {
  const types = new Map(outputTypesOf(supergraph).map((type) => [type.name.value, type]));
  const type = types.get(wanted.typeName);
  if (type === undefined) return [];
  const given = new Map(fieldsOf(selectionOf(wanted.key)).map((field) => [field.name.value, canonical(field)]));
  const able = graphsOf(supergraph).flatMap((graph) => {
    if (isLocal(graph)) return [];
    const key = keyIn(type, graph.id, given);
    return key === null ? [] : [{ graph, key }];
  });
  const lists = (id: string): boolean => gives(types, rootOf(supergraph), wanted.from, id);
  const ordered = [...able.filter(({ graph }) => lists(graph.id)), ...able.filter(({ graph }) => !lists(graph.id))];
  let left = fieldsOf(selectionOf(wanted.selection)).filter((field) => !given.has(field.name.value));
  const resolvers = ordered.map(({ graph, key }): EntityResolver => {
    const own = left.filter((field) => givesAll(types, wanted.typeName, field, graph.id));
    left = left.filter((field) => !own.includes(field));
    return { graph, key, selection: own.map(print).join(' ') };
  });
  const judges = resolvers.filter(({ graph, selection }) => selection !== '' || lists(graph.id));
  return judges.length > 0 ? judges : resolvers;
}

/** Schema coordinates of everything that is read. */
export function coordinatesOf(supergraph: DocumentNode, { typeName, key, selection }: IndexedType): readonly string[] {
  const types = new Map(outputTypesOf(supergraph).map((type) => [type.name.value, type]));
  const within = (owner: string, set: SelectionSetNode): string[] =>
    fieldsOf(set).flatMap((field) => {
      const target = fieldIn(types.get(owner), field.name.value);
      const inner = target === undefined || field.selectionSet === undefined ? [] : within(namedType(target.type), field.selectionSet);
      return [`${owner}.${field.name.value}`, ...inner];
    });
  return [...new Set([key, selection].flatMap((text) => within(typeName, selectionOf(text))))];
}

type Types = ReadonlyMap<string, ObjectTypeDefinitionNode>;
type FieldDefinition = NonNullable<ObjectTypeDefinitionNode['fields']>[number];

const empty: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [] };

function selectionOf(text: string): SelectionSetNode {
  if (text.trim() === '') return empty;
  const [definition] = parse(`{ ${text} }`, { noLocation: true }).definitions;
  return definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet : empty;
}

const fieldsOf = (set: SelectionSetNode): FieldNode[] =>
  set.selections.flatMap((selection) => (selection.kind === Kind.FIELD ? [selection] : []));
const fieldIn = (type: ObjectTypeDefinitionNode | undefined, name: string): FieldDefinition | undefined =>
  type?.fields?.find((field) => field.name.value === name);
const namedType = (type: FieldDefinition['type']): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type));

/** The field as text, independent of the order of nested fields. */
function canonical(field: FieldNode): string {
  const inner = field.selectionSet === undefined ? [] : fieldsOf(field.selectionSet).map(canonical).sort();
  return inner.length === 0 ? field.name.value : `${field.name.value}{${inner.join(' ')}}`;
}

/** The first key that the subgraph resolves and that the given fields contain. */
function keyIn(type: ObjectTypeDefinitionNode, graph: string, given: ReadonlyMap<string, string>): readonly string[] | null {
  for (const joined of directivesOf(type, 'join__type')) {
    if (joined['graph'] !== graph || typeof joined['key'] !== 'string' || joined['resolvable'] === false) continue;
    const fields = fieldsOf(selectionOf(joined['key']));
    if (fields.every((field) => given.get(field.name.value) === canonical(field))) return fields.map((field) => field.name.value);
  }
  return null;
}

/** Whether the subgraph gives the field, with everything selected in it, for the key alone. */
function givesAll(types: Types, owner: string, field: FieldNode, graph: string): boolean {
  if (!gives(types, owner, field.name.value, graph)) return false;
  if (field.selectionSet === undefined) return true;
  const target = namedType(
    fieldIn(types.get(owner), field.name.value)?.type ?? { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: owner } },
  );
  return fieldsOf(field.selectionSet).every((inner) => givesAll(types, target, inner, graph));
}

function gives(types: Types, owner: string, name: string, graph: string): boolean {
  const type = types.get(owner);
  const field = fieldIn(type, name);
  if (type === undefined || field === undefined) return false;
  if (!directivesOf(type, 'join__type').some((joined) => joined['graph'] === graph)) return false;
  const joins = directivesOf(field, 'join__field');
  if (joins.length === 0) return true;
  return joins.some(
    ({ graph: of, external, usedOverridden, requires, overrideLabel }) =>
      of === graph && external !== true && usedOverridden !== true && requires === undefined && overrideLabel === undefined,
  );
}

function rootOf(supergraph: DocumentNode): string {
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    const query = definition.operationTypes?.find(({ operation }) => operation === 'query');
    if (query !== undefined) return query.type.name.value;
  }
  return 'Query';
}
