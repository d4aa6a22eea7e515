/**
 * Finds names of the AI subgraph that other teams use for something else. The composer stops at the first kind of mistake;
 * this file lists every clash, so that an operator sees all of them.
 */
import { type DocumentNode, Kind, print, type TypeDefinitionNode, type TypeExtensionNode } from 'graphql';
import type { CompositionProblem } from './composition-problem.ts';

interface Service {
  readonly name: string;
  readonly typeDefs: DocumentNode;
}

type TypeNode = TypeDefinitionNode | TypeExtensionNode;
const roots = new Set(['Query', 'Mutation', 'Subscription']);
/** Directives on a type that two subgraphs share on purpose. */
const meant = /^(federation__)?(key|shareable|interfaceObject)$/;
const shared = /^(key|shareable|external|provides|override|extends|federation__(shareable|external|override))$/;

export function clashesOf(services: readonly Service[], own: string): readonly CompositionProblem[] {
  const ours = services.find(({ name }) => name === own);
  if (ours === undefined) return [];
  const mine = typesOf(ours.typeDefs);
  return services
    .filter(({ name }) => name !== own)
    .flatMap((other) =>
      typesOf(other.typeDefs).flatMap((type) => {
        const same = mine.find(({ name }) => name.value === type.name.value);
        return same === undefined ? [] : clashOf(same, type, own, other.name);
      }),
    );
}

function clashOf(mine: TypeNode, theirs: TypeNode, own: string, other: string): readonly CompositionProblem[] {
  const name = mine.name.value;
  const clash = (code: string, coordinate: string, what: string, remedy: string): CompositionProblem => ({
    code,
    message: `${what} of the subgraph "${other}" has the name of one of the AI subgraph "${own}".`,
    subgraphs: [own, other],
    coordinates: [coordinate],
    remedy,
  });
  if (kindOf(mine) !== kindOf(theirs)) {
    return [clash('TYPE_KIND_MISMATCH', name, `The ${kindOf(theirs)} ${name}`, `Rename it, or serve this graph with \`ai: false\`.`)];
  }
  if (!('fields' in mine) || !('fields' in theirs)) return [];
  if (mine.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION || mine.kind === Kind.INPUT_OBJECT_TYPE_EXTENSION) {
    return isSame(mine, theirs) ? [] : [clash('INPUT_CLASH', name, `The input ${name}`, 'Rename it, or make the two equal.')];
  }
  if (roots.has(name)) {
    return [...fieldsOf(mine)].flatMap(([field, node]) => {
      const theirsNode = fieldsOf(theirs).get(field);
      if (theirsNode === undefined || isShared(node) || isShared(theirsNode)) return [];
      return [clash('FIELD_CLASH', `${name}.${field}`, `The field ${name}.${field}`, 'Rename it, or serve this graph with `ai: false`.')];
    });
  }
  const isMeant = [mine, theirs].every((type) => type.directives?.some((directive) => meant.test(directive.name.value)));
  if (isMeant || isSame(mine, theirs)) return [];
  return [clash('TYPE_CLASH', name, `The type ${name}`, 'Rename it, or make it an entity (@key) or @shareable if both mean the same.')];
}

/** Each type once, together with its extensions. */
function typesOf(document: DocumentNode): readonly TypeNode[] {
  const types = new Map<string, TypeNode>();
  for (const definition of document.definitions) {
    if (!/Type(Definition|Extension)$/.test(definition.kind) || !('name' in definition)) continue;
    const type = definition as TypeNode;
    const known = types.get(type.name.value);
    types.set(type.name.value, known === undefined ? type : joined(known, type));
  }
  return [...types.values()];
}

function joined(a: TypeNode, b: TypeNode): TypeNode {
  const fields = 'fields' in a && 'fields' in b ? { fields: [...(a.fields ?? []), ...(b.fields ?? [])] } : {};
  return { ...a, directives: [...(a.directives ?? []), ...(b.directives ?? [])], ...fields } as TypeNode;
}

const kindOf = ({ kind }: TypeNode): string =>
  kind
    .replace(/Type(Definition|Extension)$/, '')
    .replace('InputObject', 'input')
    .toLowerCase();

interface FieldNode {
  readonly name: { readonly value: string };
  readonly directives?: readonly { readonly name: { readonly value: string } }[];
}

function fieldsOf(type: TypeNode): ReadonlyMap<string, FieldNode> {
  const fields = 'fields' in type ? (type.fields ?? []) : [];
  return new Map(fields.map((field) => [field.name.value, field]));
}

const isShared = ({ directives }: FieldNode): boolean => directives?.some(({ name }) => shared.test(name.value)) === true;

/** Whether both are equal except for descriptions and order. */
function isSame(a: TypeNode, b: TypeNode): boolean {
  const text = (type: TypeNode): string =>
    ('fields' in type ? (type.fields ?? []) : [])
      .map((field) => print({ ...field, directives: [] }).replace(/"""[\s\S]*?"""\s*/g, ''))
      .sort()
      .join('\n');
  return text(a) === text(b);
}
