/** Reads the directives of a supergraph's SDL: its subgraphs, which of them resolves what, and who may see it. */
import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  Kind,
  type ObjectTypeDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';

export interface JoinedGraph {
  /** Value of the enum `join__Graph`. */
  readonly id: string;
  readonly name: string;
  readonly url: string;
}

/** What a caller must have. All parts must be met. */
export interface Requirement {
  /** Schema coordinate of the field that requires it. */
  readonly coordinate: string;
  readonly authenticated: boolean;
  /** One entry per directive. The caller needs all scopes of at least one list of each entry. */
  readonly scopes: readonly (readonly (readonly string[])[])[];
  /** The same for policies. */
  readonly policies: readonly (readonly (readonly string[])[])[];
}

type Args = Readonly<Record<string, unknown>>;

export function directivesOf(node: { readonly directives?: readonly ConstDirectiveNode[] }, name: string): readonly Args[] {
  return (node.directives ?? []).filter((directive) => directive.name.value === name).map((directive) => argsOf(directive));
}

function argsOf(directive: ConstDirectiveNode): Args {
  return Object.fromEntries((directive.arguments ?? []).map(({ name, value }) => [name.value, untyped(value)]));
}

const untyped = (value: ConstValueNode): unknown => valueFromASTUntyped(value);

export function graphsOf(supergraph: DocumentNode): readonly JoinedGraph[] {
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    return (definition.values ?? []).map((value) => {
      const { name, url } = directivesOf(value, 'join__graph')[0] ?? {};
      return { id: value.name.value, name: String(name ?? value.name.value), url: String(url ?? '') };
    });
  }
  return [];
}

/** The name under which a supergraph uses the directive of a specification, such as `authenticated`. */
export function linkedName(supergraph: DocumentNode, specification: string): string {
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const link of directivesOf(definition, 'link')) {
      if (!String(link['url'] ?? '').startsWith(`https://specs.apollo.dev/${specification}/`)) continue;
      if (typeof link['as'] === 'string') return link['as'];
      const imports = Array.isArray(link['import']) ? (link['import'] as readonly unknown[]) : [];
      for (const imported of imports) {
        if (typeof imported !== 'object' || imported === null) continue;
        const { name, as } = imported as { readonly name?: unknown; readonly as?: unknown };
        if (name === `@${specification}` && typeof as === 'string') return as.replace(/^@/, '');
      }
    }
  }
  return specification;
}

/** Types that can be selected from. */
export function outputTypesOf(supergraph: DocumentNode): readonly ObjectTypeDefinitionNode[] {
  return supergraph.definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION
      ? [definition as ObjectTypeDefinitionNode]
      : [],
  );
}

type Part = Omit<Requirement, 'coordinate'>;
type Annotated = { readonly directives?: readonly ConstDirectiveNode[] };

/** The requirements of each field: from its own directives, those of its type, and those of the type that it returns. */
export function requirementsOf(supergraph: DocumentNode): ReadonlyMap<string, Requirement> {
  const authenticated = linkedName(supergraph, 'authenticated');
  const requiresScopes = linkedName(supergraph, 'requiresScopes');
  const policy = linkedName(supergraph, 'policy');
  const partOf = (node: Annotated): Part => ({
    authenticated: directivesOf(node, authenticated).length > 0,
    scopes: directivesOf(node, requiresScopes).map(({ scopes }) => scopes as readonly (readonly string[])[]),
    policies: directivesOf(node, policy).map(({ policies }) => policies as readonly (readonly string[])[]),
  });
  const types = outputTypesOf(supergraph);
  const ofTypes = new Map<string, Part>();
  for (const definition of supergraph.definitions) {
    if ('name' in definition && definition.name !== undefined && 'directives' in definition) {
      ofTypes.set(definition.name.value, partOf(definition as ObjectTypeDefinitionNode));
    }
  }
  const ofFields = new Map(
    types.flatMap((type) => (type.fields ?? []).map((field): [string, Part] => [`${type.name.value}.${field.name.value}`, partOf(field)])),
  );
  const implementers = (owner: string) => types.filter(({ interfaces }) => interfaces?.some(({ name }) => name.value === owner) === true);
  /** What an interface or its field requires beyond its implementers. Composers copy the directives of implementers to the interface. */
  const beyond = (part: Part | undefined, below: readonly (Part | undefined)[]): Part => {
    if (part === undefined) return nothing;
    const known = new Set(below.flatMap((other) => listsOf(other)));
    const isCopied = listsOf(part).some((list) => known.has(list));
    return isCopied || (part.authenticated && below.some((other) => other?.authenticated === true)) ? nothing : part;
  };
  const ownOfInterface = (owner: string, field: string): Part =>
    beyond(
      ofFields.get(`${owner}.${field}`),
      implementers(owner).map(({ name }) => ofFields.get(`${name.value}.${field}`)),
    );
  const ofType = (name: string): Part => {
    const members = implementers(name);
    return members.length === 0
      ? (ofTypes.get(name) ?? nothing)
      : beyond(
          ofTypes.get(name),
          members.map((member) => ofTypes.get(member.name.value)),
        );
  };
  const requirements = new Map<string, Requirement>();
  for (const type of types) {
    const typeName = type.name.value;
    const isInterface = (type.kind as string) === Kind.INTERFACE_TYPE_DEFINITION;
    for (const field of type.fields ?? []) {
      const name = field.name.value;
      const coordinate = `${typeName}.${name}`;
      const own = isInterface ? ownOfInterface(typeName, name) : ofFields.get(coordinate);
      const inherited = (type.interfaces ?? []).map((owner) => ownOfInterface(owner.name.value, name));
      const parts = [own, ofType(typeName), ofType(namedType(field.type)), ...inherited];
      const scopes = distinct(parts.flatMap((part) => part?.scopes ?? []));
      const policies = distinct(parts.flatMap((part) => part?.policies ?? []));
      const asks = parts.some((part) => part?.authenticated === true);
      if (asks || scopes.length + policies.length > 0) requirements.set(coordinate, { coordinate, authenticated: asks, scopes, policies });
    }
  }
  return requirements;
}

const nothing: Part = { authenticated: false, scopes: [], policies: [] };

const listsOf = (part: Part | undefined): readonly string[] =>
  part === undefined
    ? []
    : [...part.scopes.map((list) => `scopes ${JSON.stringify(list)}`), ...part.policies.map((list) => `policies ${JSON.stringify(list)}`)];

function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

type TypeNode = NonNullable<ObjectTypeDefinitionNode['fields']>[number]['type'];
/** The type inside lists and non-nulls. */
export const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type));
