/**
 * Contains graphql-shield. Its ESM build does not load on Node 24, it wraps every field of every type, and some of its
 * combinators grant or deny wrongly. This file therefore loads the CJS build and applies one plain rule per ruled field.
 *
 * A subscription field is guarded in `subscribe`, before its model call begins. Shield guards `resolve` where a field has
 * one, so a guarded subscription field must not have `resolve`.
 */
import { createRequire } from 'node:module';
import { type GraphQLField, type GraphQLFieldResolver, GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import type { Principal } from '../core/call/call.ts';
import { setDirectResolver } from './direct-resolver.ts';
import { type AccessRule, type AccessRules, refusal, rulesOf } from './rules.ts';

const { rule, shield } = createRequire(import.meta.url)('graphql-shield') as typeof import('graphql-shield');

interface Guarded {
  readonly principal: Principal;
}
type Resolver = GraphQLFieldResolver<unknown, Guarded>;
/** The function that shield generates for a field: it is called around the resolver of the field. */
type Guard = (resolve: Resolver, ...asked: Parameters<Resolver>) => unknown;

/** Changes the schema in place and returns it: every field whose SDL has a rule checks it first, and so does every way to an entity. */
export function shielded(schema: GraphQLSchema, rules: AccessRules = rulesOf(schema)): GraphQLSchema {
  const tree: Record<string, Record<string, ReturnType<ReturnType<typeof rule>>>> = {};
  for (const [coordinate, access] of rules) {
    const [type = '', field] = coordinate.split('.');
    if (field === undefined) guardReference(schema, type, rules);
    else {
      tree[type] ??= {};
      tree[type][field] = rule(coordinate, { cache: 'no_cache' })(
        (_parent, _args, context: Guarded) => refusal(coordinate, access, context.principal) ?? true,
      );
    }
  }
  const guards = shield(tree, { allowExternalErrors: true }).generate(schema) as unknown as Record<string, Record<string, Guard>>;
  for (const [coordinate, access] of rules) {
    const [type = '', name] = coordinate.split('.');
    const guard = name === undefined ? undefined : guards[type]?.[name];
    if (name !== undefined && guard !== undefined) guardField(fieldOf(schema, type, name), guard, coordinate, access);
  }
  return schema;
}

function fieldOf(schema: GraphQLSchema, type: string, name: string): GraphQLField<unknown, Guarded> {
  const field = (schema.getType(type) as GraphQLObjectType<unknown, Guarded>).getFields()[name];
  if (field === undefined) throw new Error(`There is no field ${type}.${name} to guard.`);
  return field;
}

function guardField(field: GraphQLField<unknown, Guarded>, guard: Guard, coordinate: string, access: AccessRule): void {
  const { resolve, subscribe } = field;
  if (subscribe !== undefined) {
    if (resolve !== undefined)
      throw new Error(`The guarded subscription field ${field.name} has a resolver: it would run before its rule.`);
    field.subscribe = (...asked) => guard(subscribe, ...asked);
  } else {
    const inner: Resolver = resolve ?? ((parent) => (parent as Record<string, unknown>)[field.name]);
    field.resolve = (...asked) => guard(inner, ...asked);
    setDirectResolver(field, (parent, args, context: Guarded, info) => {
      const refused = refusal(coordinate, access, context.principal);
      if (refused !== null) throw refused;
      return inner(parent, args, context, info);
    });
  }
}

type ResolveReference = (reference: unknown, context: Guarded, ...rest: unknown[]) => unknown;

function guardReference(schema: GraphQLSchema, name: string, rules: AccessRules): void {
  const type = schema.getType(name);
  const access = rules.get(name);
  if (!isObjectType(type) || !(type instanceof GraphQLObjectType) || access === undefined) return;
  const apollo = type.extensions['apollo'] as { readonly subgraph?: { readonly resolveReference?: ResolveReference } } | undefined;
  const resolveReference = apollo?.subgraph?.resolveReference;
  if (resolveReference === undefined) return;
  const guarded: ResolveReference = (reference, context, ...rest) =>
    refusal(name, access, context.principal) ?? resolveReference(reference, context, ...rest);
  type.extensions = { ...type.extensions, apollo: { ...apollo, subgraph: { ...apollo?.subgraph, resolveReference: guarded } } };
}
