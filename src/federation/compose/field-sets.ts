/**
 * Rewrites field sets so that the composer can follow them.
 *
 * The composer does not see that a fragment on an interface can match what another interface returns, and then reports a
 * satisfiable `@requires` as unsatisfiable. This file replaces such a fragment by one fragment per possible object type.
 */
import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { namedType } from '../engine/join.ts';

export function withPlainFieldSets(typeDefs: DocumentNode): DocumentNode {
  const types = typesOf(typeDefs);
  return visit(typeDefs, {
    FieldDefinition(field, _key, _parent, _path, ancestors) {
      const owner = ancestors.findLast((node) => 'kind' in node && 'name' in node) as ObjectTypeDefinitionNode | undefined;
      const roots: Readonly<Record<string, string | undefined>> = { requires: owner?.name.value, provides: namedType(field.type) };
      const directives = field.directives?.map((directive) => {
        const root = roots[directive.name.value.replace(/^federation__/, '')];
        return root === undefined ? directive : plainDirective(directive, root, types);
      });
      return directives === undefined ? undefined : { ...field, directives };
    },
  });
}

interface Types {
  /** Name of the returned type by coordinate. */
  readonly returned: ReadonlyMap<string, string>;
  /** Object types by the interface or union that they belong to. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
  readonly interfaces: ReadonlySet<string>;
}

function typesOf(typeDefs: DocumentNode): Types {
  const returned = new Map<string, string>();
  const members = new Map<string, Set<string>>();
  const interfaces = new Set<string>();
  const add = (owner: string, member: string): unknown => members.set(owner, (members.get(owner) ?? new Set()).add(member));
  for (const definition of typeDefs.definitions) {
    if (definition.kind === Kind.UNION_TYPE_DEFINITION || definition.kind === Kind.UNION_TYPE_EXTENSION) {
      for (const member of definition.types ?? []) add(definition.name.value, member.name.value);
    }
    const isInterface = definition.kind === Kind.INTERFACE_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_EXTENSION;
    const isObject = definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION;
    if (!isInterface && !isObject) continue;
    const name = definition.name.value;
    if (isInterface) interfaces.add(name);
    else for (const owner of definition.interfaces ?? []) add(owner.name.value, name);
    for (const field of definition.fields ?? []) returned.set(`${name}.${field.name.value}`, namedType(field.type));
  }
  return { returned, members, interfaces };
}

function plainDirective(directive: ConstDirectiveNode, root: string, types: Types): ConstDirectiveNode {
  const plain = (argument: ConstArgumentNode): ConstArgumentNode => {
    if (argument.name.value !== 'fields' || argument.value.kind !== Kind.STRING || !argument.value.value.includes('...')) return argument;
    const selectionSet = parsedFieldSet(argument.value.value);
    if (selectionSet === null) return argument;
    const value = print(plainSet(selectionSet, root, types)).replace(/^\{|\}$/g, '');
    return { ...argument, value: { kind: Kind.STRING, value: value.replace(/\s+/g, ' ').trim() } };
  };
  return { ...directive, arguments: (directive.arguments ?? []).map(plain) };
}

/** Null when the text is not a field set. The composer then reports why. */
function parsedFieldSet(text: string): SelectionSetNode | null {
  try {
    const [definition] = parse(`{${text}}`, { noLocation: true }).definitions;
    return definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet : null;
  } catch {
    return null;
  }
}

const plainSet = (set: SelectionSetNode, type: string, types: Types): SelectionSetNode => ({
  ...set,
  selections: set.selections.flatMap((selection) => plainSelection(selection, type, types)),
});

function plainSelection(selection: SelectionNode, type: string, types: Types): readonly SelectionNode[] {
  if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
  if (selection.kind === Kind.FIELD) {
    const returned = types.returned.get(`${type}.${selection.name.value}`);
    if (selection.selectionSet === undefined || returned === undefined) return [selection];
    return [{ ...selection, selectionSet: plainSet(selection.selectionSet, returned, types) }];
  }
  const condition = selection.typeCondition?.name.value ?? type;
  const set = selection.selectionSet;
  if (condition === type || types.members.get(condition)?.has(type) === true) return plainSet(set, type, types).selections;
  if (!types.interfaces.has(condition)) return [{ ...selection, selectionSet: plainSet(set, condition, types) }];
  const possible = types.members.get(type) ?? new Set();
  return [...(types.members.get(condition) ?? [])].flatMap((member) => {
    const narrow = plainSet(narrowed(set, member, types), member, types);
    if (!possible.has(member) || narrow.selections.length === 0) return [];
    return [{ ...selection, typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: member } }, selectionSet: narrow }];
  });
}

/** Removes the fragments that can never match the object type. */
function narrowed(set: SelectionSetNode, member: string, types: Types): SelectionSetNode {
  const selections = set.selections.flatMap((selection): readonly SelectionNode[] => {
    const condition = selection.kind === Kind.INLINE_FRAGMENT ? selection.typeCondition?.name.value : undefined;
    if (selection.kind !== Kind.INLINE_FRAGMENT) return [selection];
    if (condition !== undefined && condition !== member && types.members.get(condition)?.has(member) !== true) return [];
    return narrowed(selection.selectionSet, member, types).selections;
  });
  return { ...set, selections };
}
