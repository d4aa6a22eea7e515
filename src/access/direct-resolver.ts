/** The resolver of a field with its rule and nothing else, for executors that do not need the promises that graphql-shield adds to each call. */
import { defaultFieldResolver, type GraphQLField, type GraphQLFieldResolver } from 'graphql';

type Resolver<Context> = GraphQLFieldResolver<unknown, Context>;

/** The key is a string and not a symbol, because a derived schema keeps only string keys. */
const extension = 'fieldgate:direct-resolver';

/** The resolver checks the rule first and throws its refusal. For a field without a rule it is the field's own resolver. */
export const directResolver = <Context>({ extensions, resolve }: GraphQLField<unknown, Context>): Resolver<Context> =>
  (extensions[extension] as Resolver<Context> | undefined) ?? resolve ?? defaultFieldResolver;

export function setDirectResolver<Context>(field: GraphQLField<unknown, Context>, resolve: Resolver<Context>): void {
  field.extensions = { ...field.extensions, [extension]: resolve };
}
