/**
 * Gives an AI field the authorisation of every field it reads: a summary of a guarded description is guarded in the same
 * way.
 *
 * The other teams' SDL defines what guards their fields, so this runs at composition. Federation refuses a field that
 * requires guarded fields without having their directives.
 */
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  parse,
  print,
  valueFromASTUntyped,
} from 'graphql';
import { importedNames } from './imported-names.ts';
import { namedType } from './requires.ts';

/** Alternatives of scopes: all of one of them are needed. */
type Scopes = readonly (readonly string[])[];

interface Guard {
  readonly authenticated: boolean;
  readonly scopes: Scopes | null;
  /** The same of policies. */
  readonly policies: Scopes | null;
}

type ObjectNode = ObjectTypeDefinitionNode | ObjectTypeExtensionNode;
const isObject = (node: DefinitionNode): node is ObjectNode =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION;

/** `reads`: coordinates of other teams' fields, by AI field. `others`: the SDL of the other subgraphs. */
export function withInheritedAuth(sdl: string, reads: ReadonlyMap<string, ReadonlySet<string>>, others: readonly string[]): string {
  const guards = guardsIn(others);
  if (guards.size === 0) return sdl;
  const document = parse(sdl, { noLocation: true });
  const definitions = document.definitions.map((definition): DefinitionNode => {
    if (!isObject(definition)) return definition;
    const fields = definition.fields?.map((field) => {
      const inherited = [...(reads.get(`${definition.name.value}.${field.name.value}`) ?? [])].flatMap(
        (coordinate) => guards.get(coordinate) ?? [],
      );
      if (inherited.length === 0) return field;
      const all = [guardOf(field.directives ?? []), ...inherited];
      const others = (field.directives ?? []).filter(
        ({ name }) => !['authenticated', 'requiresScopes', 'policy'].some((directive) => isAuth(name.value, directive)),
      );
      return { ...field, directives: [...others, ...directivesFor(all)] };
    });
    return { ...definition, ...(fields === undefined ? {} : { fields }) };
  });
  return print({ ...document, definitions });
}

/** The guards of each field: its own, its parent type's, and its result type's. */
function guardsIn(sdls: readonly string[]): ReadonlyMap<string, readonly Guard[]> {
  const types = new Map<string, Guard[]>();
  const fields = new Map<string, { readonly parent: string; readonly result: string; readonly own: Guard[] }>();
  const documents = sdls.map((sdl) => parse(sdl, { noLocation: true }));
  for (const [definition, names] of documents.flatMap((document) => {
    const names = importedNames(document);
    return document.definitions.map((definition) => [definition, names] as const);
  })) {
    if (definition.kind === Kind.SCALAR_TYPE_DEFINITION || definition.kind === Kind.ENUM_TYPE_DEFINITION)
      note(types, definition.name.value, guardOf(definition.directives ?? [], names));
    if (!isObject(definition)) continue;
    const parent = definition.name.value;
    note(types, parent, guardOf(definition.directives ?? [], names));
    for (const field of definition.fields ?? []) {
      const coordinate = `${parent}.${field.name.value}`;
      const known = fields.get(coordinate) ?? { parent, result: namedType(field.type), own: [] };
      fields.set(coordinate, known);
      const guard = guardOf(field.directives ?? [], names);
      if (isGuard(guard)) known.own.push(guard);
    }
  }
  const all = new Map<string, readonly Guard[]>();
  for (const [coordinate, { parent, result, own }] of fields) {
    const guards = [...own, ...(types.get(parent) ?? []), ...(types.get(result) ?? [])];
    if (guards.length > 0) all.set(coordinate, guards);
  }
  return all;
}

function note(types: Map<string, Guard[]>, name: string, guard: Guard): void {
  if (isGuard(guard)) types.set(name, [...(types.get(name) ?? []), guard]);
}

const isAuth = (name: string, directive: string): boolean => name === directive || name.endsWith(`__${directive}`);
const isGuard = ({ authenticated, scopes, policies }: Guard): boolean => authenticated || scopes !== null || policies !== null;

/** `names`: see {@link importedNames}. */
function guardOf(directives: readonly ConstDirectiveNode[], names: ReadonlyMap<string, string> = new Map()): Guard {
  const isCalled = (name: string, directive: string): boolean => isAuth(name, directive) || name === names.get(directive);
  const listsOf = (directive: string, argument: string): Scopes | null => {
    const found = directives.find(({ name }) => isCalled(name.value, directive));
    const value = found?.arguments?.find(({ name }) => name.value === argument)?.value;
    return value === undefined ? null : (valueFromASTUntyped(value) as Scopes);
  };
  return {
    authenticated: directives.some(({ name }) => isCalled(name.value, 'authenticated')),
    scopes: listsOf('requiresScopes', 'scopes'),
    policies: listsOf('policy', 'policies'),
  };
}

/** The rule that holds when all rules hold: every way to satisfy one is combined with every way to satisfy the others. */
function combinedOf(all: readonly (Scopes | null)[]): Scopes | null {
  const given = all.filter((one) => one !== null);
  if (given.length === 0) return null;
  const combined = given.reduce<Scopes>(
    (before, next) => before.flatMap((one) => next.map((other) => [...new Set([...one, ...other])].sort())),
    [[]],
  );
  return [...new Map(combined.map((list) => [list.join(' '), list])).values()];
}

function directivesFor(guards: readonly Guard[]): readonly ConstDirectiveNode[] {
  const scopes = combinedOf(guards.map((guard) => guard.scopes));
  const policies = combinedOf(guards.map((guard) => guard.policies));
  const text = [
    guards.some(({ authenticated }) => authenticated) ? '@authenticated' : '',
    scopes === null ? '' : `@requiresScopes(scopes: ${JSON.stringify(scopes)})`,
    policies === null ? '' : `@policy(policies: ${JSON.stringify(policies)})`,
  ].join(' ');
  const [definition] = parse(`type T { f: Int ${text} }`, { noLocation: true }).definitions;
  return definition !== undefined && isObject(definition) ? (definition.fields?.[0]?.directives ?? []) : [];
}
