/**
 * Enforces `@authenticated` and `@requiresScopes` of any subgraph on the supergraph's schema.
 *
 * A denied field is null with a coded error, and nothing is fetched for it: the resolvers see the operation without its
 * denied fields. Schemas without such directives are left unchanged and cost nothing.
 */
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { GatewayError } from '../core/errors.ts';
import type { Requirement } from './engine/join.ts';
import { type Pruned, pruneOperation } from './engine/prune-operation.ts';

/** Returns null when the caller, known from the gateway's context, may have the field. */
export type Authorize = (context: unknown, requirement: Requirement) => GatewayError | null;

export type { Requirement };

type Field = GraphQLField<unknown, unknown>;
type Resolver = GraphQLFieldResolver<unknown, unknown>;

export function guarded(schema: GraphQLSchema, requirements: ReadonlyMap<string, Requirement>, authorize: Authorize): void {
  if (requirements.size === 0) return;
  const verdicts = verdictsOf(schema, requirements, authorize);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const requirement = requirements.get(`${type.name}.${field.name}`) ?? null;
      if (requirement === null && !isCompositeType(getNamedType(field.type))) continue;
      field.resolve = guardedResolver(field.resolve ?? defaultFieldResolver, requirement, verdicts);
      if (field.subscribe !== undefined) field.subscribe = guardedResolver(field.subscribe, requirement, verdicts);
    }
  }
}

function guardedResolver(resolve: NonNullable<Field['resolve']>, requirement: Requirement | null, verdicts: Verdicts): Resolver {
  return (parent, args, context, info) => {
    const verdict = verdicts(context, info);
    if (verdict === null) return resolve(parent, args, context, info);
    const error = requirement === null ? null : verdict.of(requirement);
    if (error !== null) throw error;
    return resolve(parent, args, context, { ...info, ...verdict.pruned.infoOf(info) });
  };
}

/** What is denied in one operation. Null when nothing is. */
type Verdicts = (context: unknown, info: GraphQLResolveInfo) => Verdict | null;

interface Verdict {
  of(requirement: Requirement): GatewayError | null;
  readonly pruned: Pruned;
}

function verdictsOf(schema: GraphQLSchema, requirements: ReadonlyMap<string, Requirement>, authorize: Authorize): Verdicts {
  const byContext = new WeakMap<object, WeakMap<OperationDefinitionNode, { readonly verdict: Verdict | null }>>();
  const inOperation = new WeakMap<OperationDefinitionNode, readonly Requirement[]>();

  const judged = (context: unknown, info: GraphQLResolveInfo): Verdict | null => {
    let asked = inOperation.get(info.operation);
    if (asked === undefined) {
      asked = metIn(schema, info, requirements);
      inOperation.set(info.operation, asked);
    }
    const denied = new Map<string, GatewayError>();
    for (const requirement of asked) {
      const error = authorize(context, requirement);
      if (error !== null) denied.set(requirement.coordinate, error);
    }
    if (denied.size === 0) return null;
    return { of: ({ coordinate }) => denied.get(coordinate) ?? null, pruned: withoutDenied(schema, info, denied) };
  };

  return (context, info) => {
    const key = typeof context === 'object' && context !== null ? context : info.operation;
    const operations = byContext.get(key) ?? new WeakMap<OperationDefinitionNode, { readonly verdict: Verdict | null }>();
    byContext.set(key, operations);
    const known = operations.get(info.operation) ?? { verdict: judged(context, info) };
    operations.set(info.operation, known);
    return known.verdict;
  };
}

/** Removes what is denied, by coordinate, from the operation. */
export const withoutDenied = (
  schema: GraphQLSchema,
  operation: Pick<GraphQLResolveInfo, 'operation' | 'fragments'>,
  denied: Pick<ReadonlySet<string>, 'has'>,
): Pruned => {
  const implementations = (name: string): readonly string[] => {
    const type = schema.getType(name);
    return isInterfaceType(type) ? schema.getPossibleTypes(type).map((member) => member.name) : [];
  };
  return pruneOperation(schema, operation, (type, field) => denied.has(`${type}.${field}`), implementations);
};

/** The requirements of all fields that the operation names, whatever type they will be found at. */
export function metIn(
  schema: GraphQLSchema,
  { operation, fragments }: Pick<GraphQLResolveInfo, 'operation' | 'fragments'>,
  requirements: ReadonlyMap<string, Requirement>,
): readonly Requirement[] {
  const met = new Set<Requirement>();
  const visit = (type: GraphQLNamedType | undefined, set: SelectionSetNode): void => {
    if (!isCompositeType(type)) return;
    const types = isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type];
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const name = selection.typeCondition?.name.value;
        visit(name === undefined ? type : schema.getType(name), selection.selectionSet);
        continue;
      }
      for (const { name } of types) {
        const requirement = requirements.get(`${name}.${selection.name.value}`);
        if (requirement !== undefined) met.add(requirement);
      }
      const field = isUnionType(type) ? undefined : type.getFields()[selection.name.value];
      if (field !== undefined && selection.selectionSet !== undefined) visit(getNamedType(field.type), selection.selectionSet);
    }
  };
  visit(schema.getRootType(operation.operation) ?? undefined, operation.selectionSet);
  for (const { typeCondition, selectionSet } of Object.values(fragments)) visit(schema.getType(typeCondition.name.value), selectionSet);
  return [...met];
}
