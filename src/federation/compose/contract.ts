/**
 * A contract: the supergraph without what carries certain tags, for some callers. What is hidden is marked `@inaccessible`, which every
 * engine leaves out of the public schema while it may still ask subgraphs for it, as keys for example.
 *
 * What cannot be used without something that is hidden is hidden with it: fields of a hidden type, a field with a hidden argument that must be
 * given, an input with a hidden field that must be given, types of which nothing is left.
 */
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
  print,
  type TypeDefinitionNode,
  type UnionTypeDefinitionNode,
  visit,
} from 'graphql';
import { GatewayError } from '../../core/errors.ts';
import { directivesOf, linkedName, namedType } from '../engine/join.ts';

export interface Contract {
  readonly excludeTags: readonly string[];
}

const inaccessibleLink = 'https://specs.apollo.dev/inaccessible/v0.2';

/** SDL of the supergraph for the contract. Throws BAD_REQUEST when nothing is left. */
export function contractSdl(supergraphSdl: string, name: string, { excludeTags }: Contract): string {
  const supergraph = parse(supergraphSdl, { noLocation: true });
  const hidden = hiddenIn(supergraph, new Set(excludeTags));
  const roots = rootsOf(supergraph);
  const query = typesOf(supergraph).find((type) => type.name.value === roots.get('query'));
  const left = query === undefined ? [] : fieldsOf(query).filter((field) => !hidden.has(`${query.name.value}.${field.name.value}`));
  if (left.length === 0)
    throw new GatewayError(
      'BAD_REQUEST',
      `graph.contracts.${name} leaves no field of Query. Exclude fewer tags: ${excludeTags.join(', ')}.`,
    );
  return print(withInaccessible(supergraph, hidden, roots));
}

type WithDirectives = { readonly directives?: readonly ConstDirectiveNode[] };

/** Hidden coordinates: `T`, `T.f` (also input fields and enum values), `T.f(a)`. */
function hiddenIn(supergraph: DocumentNode, tags: ReadonlySet<string>): ReadonlySet<string> {
  const tag = linkedName(supergraph, 'tag');
  const inaccessible = linkedName(supergraph, 'inaccessible');
  const isTagged = (node: WithDirectives): boolean =>
    directivesOf(node, tag).some(({ name }) => tags.has(String(name))) || directivesOf(node, inaccessible).length > 0;
  const types = typesOf(supergraph);
  const roots = new Set(rootsOf(supergraph).values());
  const hidden = new Set<string>();
  /** Hidden enum values, to find them in defaults. */
  const enums = new Map(types.flatMap((type) => (type.kind === Kind.ENUM_TYPE_DEFINITION ? [[type.name.value, type] as const] : [])));

  for (const type of types) {
    const at = type.name.value;
    if (isTagged(type)) hidden.add(at);
    for (const member of membersOf(type)) {
      if (isTagged(member)) hidden.add(`${at}.${member.name.value}`);
      for (const argument of argumentsOf(member)) if (isTagged(argument)) hidden.add(`${at}.${member.name.value}(${argument.name.value})`);
    }
  }

  /** Hides what cannot be used without something hidden. Returns whether anything new was hidden. */
  function spread(): boolean {
    const before = hidden.size;
    for (const type of types) {
      const at = type.name.value;
      for (const field of fieldsOf(type)) {
        const coordinate = `${at}.${field.name.value}`;
        if (hidden.has(namedType(field.type))) hidden.add(coordinate);
        for (const argument of argumentsOf(field)) hideInput(argument, `${coordinate}(${argument.name.value})`, coordinate);
      }
      if (type.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION)
        for (const field of type.fields ?? []) hideInput(field, `${at}.${field.name.value}`, at);
      hideSharedFields(type);
      if (!roots.has(at) && isEmptied(type)) hidden.add(at);
    }
    return hidden.size > before;
  }

  function hideInput(input: InputValueDefinitionNode, coordinate: string, owner: string): void {
    if (hidden.has(namedType(input.type)) || hasHiddenDefault(input)) hidden.add(coordinate);
    if (hidden.has(coordinate) && input.type.kind === Kind.NON_NULL_TYPE && input.defaultValue === undefined) hidden.add(owner);
  }

  function hasHiddenDefault({ type, defaultValue }: InputValueDefinitionNode): boolean {
    return defaultValue?.kind === Kind.ENUM && enums.has(namedType(type)) && hidden.has(`${namedType(type)}.${defaultValue.value}`);
  }

  /** A field of an interface exists in every type of the interface. If one type hides it, the interface must hide it too. */
  function hideSharedFields(type: TypeDefinitionNode): void {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) return;
    if (hidden.has(type.name.value)) return;
    for (const { name } of type.interfaces ?? [])
      for (const field of fieldsOf(type))
        if (hidden.has(`${type.name.value}.${field.name.value}`)) hidden.add(`${name.value}.${field.name.value}`);
  }

  function isEmptied(type: TypeDefinitionNode): boolean {
    if (type.kind === Kind.UNION_TYPE_DEFINITION) return (type.types ?? []).every(({ name }) => hidden.has(name.value));
    const members = membersOf(type);
    return members.length > 0 && members.every(({ name }) => hidden.has(`${type.name.value}.${name.value}`));
  }

  while (spread());
  return hidden;
}

type Member = FieldDefinitionNode | InputValueDefinitionNode | NonNullable<EnumTypeDefinitionNode['values']>[number];

const internal = /^(join|link|core)__/;

const typesOf = ({ definitions }: DocumentNode): readonly TypeDefinitionNode[] =>
  definitions.flatMap((definition) =>
    'name' in definition && definition.kind.endsWith('TypeDefinition') && !internal.test(definition.name?.value ?? '')
      ? [definition as TypeDefinitionNode]
      : [],
  );

function membersOf(type: TypeDefinitionNode): readonly Member[] {
  if (type.kind === Kind.ENUM_TYPE_DEFINITION) return type.values ?? [];
  if (type.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) return type.fields ?? [];
  return fieldsOf(type);
}

const fieldsOf = (type: TypeDefinitionNode): readonly FieldDefinitionNode[] =>
  type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION ? (type.fields ?? []) : [];

const argumentsOf = (member: Member): readonly InputValueDefinitionNode[] =>
  member.kind === Kind.FIELD_DEFINITION ? (member.arguments ?? []) : [];

/** Names of the root types, by operation. */
function rootsOf({ definitions }: DocumentNode): ReadonlyMap<string, string> {
  const schema = definitions.find((definition) => definition.kind === Kind.SCHEMA_DEFINITION);
  return new Map((schema?.operationTypes ?? []).map(({ operation, type }) => [operation, type.name.value]));
}

function withInaccessible(supergraph: DocumentNode, hidden: ReadonlySet<string>, roots: ReadonlyMap<string, string>): DocumentNode {
  const name = linkedName(supergraph, 'inaccessible');
  const mark: ConstDirectiveNode = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: name } };
  const marked = <T extends WithDirectives>(node: T, coordinate: string): T =>
    !(hidden.has(coordinate) || emptied.has(coordinate)) || directivesOf(node, name).length > 0
      ? node
      : { ...node, directives: [...(node.directives ?? []), mark] };
  const isDefined = supergraph.definitions.some(
    ({ kind, ...rest }) => kind === Kind.DIRECTIVE_DEFINITION && 'name' in rest && rest.name?.value === name,
  );
  const emptied = new Set(
    typesOf(supergraph)
      .filter(
        (type) =>
          [...roots.values()].includes(type.name.value) &&
          membersOf(type).every((field) => hidden.has(`${type.name.value}.${field.name.value}`)),
      )
      .map((type) => type.name.value),
  );
  const definitions = supergraph.definitions.map((definition) => {
    if (definition.kind === Kind.SCHEMA_DEFINITION) {
      const operationTypes = definition.operationTypes.filter(({ type }) => !emptied.has(type.name.value));
      return {
        ...definition,
        operationTypes,
        directives: [...(definition.directives ?? []), ...(isDefined ? [] : [linkOf(inaccessibleLink)])],
      };
    }
    return definition;
  });
  const whole: DocumentNode = {
    ...supergraph,
    definitions: [...definitions, ...(isDefined ? [] : parse(definitionOf(name), { noLocation: true }).definitions)],
  };
  const path: string[] = [];
  const enter = <T extends WithDirectives & { readonly name: { readonly value: string } }>(node: T): T => {
    path.push(node.name.value);
    return marked(node, path.length === 3 ? `${path[0]}.${path[1]}(${path[2]})` : path.join('.'));
  };
  const leave = (): void => void path.pop();
  const walked = { enter, leave };
  return visit(whole, {
    DirectiveDefinition: () => false,
    ObjectTypeDefinition: walked,
    InterfaceTypeDefinition: walked,
    UnionTypeDefinition: {
      // A planner would take hidden members of a union for types that do not exist.
      enter: (union) => withoutMembers(enter(union), hidden),
      leave,
    },
    ScalarTypeDefinition: walked,
    EnumTypeDefinition: walked,
    InputObjectTypeDefinition: walked,
    FieldDefinition: walked,
    InputValueDefinition: walked,
    EnumValueDefinition: walked,
  });
}

function withoutMembers(union: UnionTypeDefinitionNode, hidden: ReadonlySet<string>): UnionTypeDefinitionNode {
  const isHidden = (directive: ConstDirectiveNode): boolean =>
    directive.name.value === 'join__unionMember' &&
    (directive.arguments ?? []).some(({ name, value }) => name.value === 'member' && value.kind === Kind.STRING && hidden.has(value.value));
  const types = (union.types ?? []).filter(({ name }) => !hidden.has(name.value));
  // A union that is hidden itself keeps its members, because a union without members is not valid SDL.
  return types.length === 0 ? union : { ...union, types, directives: (union.directives ?? []).filter((one) => !isHidden(one)) };
}

function linkOf(url: string): ConstDirectiveNode {
  const [definition] = parse(`extend schema @link(url: "${url}", for: SECURITY)`, { noLocation: true }).definitions;
  const [link] = definition?.kind === Kind.SCHEMA_EXTENSION ? (definition.directives ?? []) : [];
  if (link === undefined) throw new Error('A link was not parsed.');
  return link;
}

const definitionOf = (name: string): string =>
  `directive @${name} on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION`;
