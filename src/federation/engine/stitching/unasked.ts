/**
 * Fields that the library asked nobody for, although a subgraph has them: it leaves them null, without an error. What a subgraph gave as
 * null stands in the object; what is not in it was not asked for.
 */
import { defaultFieldResolver, GraphQLError, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { engineKey } from './response-keys.ts';

type Resolver = GraphQLFieldResolver<unknown, unknown>;

export function refusingUnasked(schema: GraphQLSchema): void {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__') || roots.includes(type)) continue;
    for (const field of Object.values(type.getFields())) field.resolve = refusing(field.resolve ?? defaultFieldResolver);
  }
}

function refusing(resolve: Resolver): Resolver {
  const refuse: Resolver = (parent, args, context, info) => {
    const value = resolve(parent, args, context, info);
    const given = (settled: unknown): unknown => {
      if (settled !== null && settled !== undefined) return settled;
      if (typeof parent !== 'object' || parent === null || Object.hasOwn(parent, engineKey(info))) return settled;
      throw unasked(`${info.parentType.name}.${info.fieldName}`);
    };
    return value instanceof Promise ? value.then(given) : given(value);
  };
  // The engine tells its own resolvers from others by their names.
  return Object.defineProperty(refuse, 'name', { value: resolve.name });
}

const unasked = (coordinate: string): GraphQLError =>
  new GraphQLError(
    `"${coordinate}" cannot be asked for where it stands in this operation without the query planner. Ask for it through another field, or run the gateway where the planner loads: Linux with glibc, or macOS.`,
    { extensions: { code: 'BAD_REQUEST', errorId: crypto.randomUUID(), retryable: false } },
  );
