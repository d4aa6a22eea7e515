/**
 * Response keys of the client that would stand in the way of what the engine asks for besides.
 *
 * Keys and what is `@require`d are read from an entity under their own names. A client's `description: name`, or its
 * `reviews(first: 1)` beside a required `reviews`, takes that name: the subgraph refuses two fields under one key, or a
 * prompt would be given another field's value. So the engine sees such fields under a key of ours; the client's response
 * and its paths keep the client's.
 */
import {
  defaultFieldResolver,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { engineKeyOf } from '../client-keys.ts';
import { directivesOf, outputTypesOf } from '../join.ts';

type Supergraph = Parameters<typeof outputTypesOf>[0];
type Resolver = GraphQLFieldResolver<unknown, unknown>;
type Rewritable = OperationDefinitionNode | FragmentDefinitionNode | FieldNode;

/** The key under which the engine keeps the field that is being resolved. */
export const engineKey = ({ fieldNodes, path }: GraphQLResolveInfo): string => {
  const [node] = fieldNodes;
  return node === undefined ? String(path.key) : (node.alias?.value ?? node.name.value);
};

export function separatingKeys(schema: GraphQLSchema, supergraph: Supergraph): void {
  const separated = separator(namesAskedFor(supergraph));
  const wrapped = (resolve: Resolver): Resolver => {
    const separating: Resolver = (parent, args, context, info) => resolve(parent, args, context, separated(info));
    // The engine tells its own resolvers from others by their names.
    return Object.defineProperty(separating, 'name', { value: resolve.name });
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      field.resolve = wrapped(field.resolve ?? defaultFieldResolver);
      if (field.subscribe !== undefined) field.subscribe = wrapped(field.subscribe);
    }
  }
}

/** Names of fields in keys, requirements and what is provided, of any type. */
function namesAskedFor(supergraph: Supergraph): ReadonlySet<string> {
  const selections = outputTypesOf(supergraph).flatMap((type) => [
    ...directivesOf(type, 'join__type').map(({ key }) => key),
    ...(type.fields ?? []).flatMap((field) => directivesOf(field, 'join__field').flatMap(({ requires, provides }) => [requires, provides])),
  ]);
  return new Set(['__typename', ...selections.flatMap((selection) => String(selection ?? '').match(/\w+/g) ?? [])]);
}

function separator(names: ReadonlySet<string>): (info: GraphQLResolveInfo) => GraphQLResolveInfo {
  const isInTheWay = ({ alias, name, arguments: args = [] }: FieldNode): boolean =>
    alias === undefined || alias.value === name.value ? args.length > 0 && names.has(name.value) : names.has(alias.value);
  const rewritten = <T extends Rewritable>(node: T): T =>
    visit(node, {
      [Kind.FIELD](field) {
        if (!isInTheWay(field)) return undefined;
        return { ...field, alias: { kind: Kind.NAME, value: engineKeyOf((field.alias ?? field.name).value) } };
      },
    });
  const operationOf = remembered<OperationDefinitionNode>(rewritten);
  const fragmentOf = remembered<FragmentDefinitionNode>(rewritten);
  const fieldOf = remembered<FieldNode>(rewritten);
  const fragmentsOf = remembered<GraphQLResolveInfo['fragments']>((fragments) => {
    const entries = Object.entries(fragments).map(([name, fragment]) => [name, fragmentOf(fragment)] as const);
    return entries.every(([name, fragment]) => fragment === fragments[name]) ? fragments : Object.fromEntries(entries);
  });
  return (info) => {
    const operation = operationOf(info.operation);
    const fragments = fragmentsOf(info.fragments);
    if (operation === info.operation && fragments === info.fragments) return info;
    return { ...info, operation, fragments, fieldNodes: info.fieldNodes.map(fieldOf) };
  };
}

/** One result for each object: the engine remembers by identity, too. */
function remembered<T extends object>(work: (value: T) => T): (value: T) => T {
  const known = new WeakMap<T, T>();
  return (value) => {
    const result = known.get(value) ?? work(value);
    known.set(value, result);
    return result;
  };
}
