/** The resolver of a field behind its rule alone, for executors that need no promises of graphql-shield around each call. */
import { defaultFieldResolver, type GraphQLField, type GraphQLFieldResolver } from 'graphql';

type Resolver<Context> = GraphQLFieldResolver<unknown, Context>;

/** The key is a name and not a symbol, because schemas that are derived from this one keep names alone. */
const extension = 'fieldgate:direct-resolver';

/** The resolver asks the rule first and throws its refusal. A field without a rule has its own resolver. */
export const directResolver = <Context>({ extensions, resolve }: GraphQLField<unknown, Context>): Resolver<Context> =>
  (extensions[extension] as Resolver<Context> | undefined) ?? resolve ?? defaultFieldResolver;

export function setDirectResolver<Context>(field: GraphQLField<unknown, Context>, resolve: Resolver<Context>): void {
  field.extensions = { ...field.extensions, [extension]: resolve };
}
