/** The resolver of a field behind its rule alone, for executors that need no promises of graphql-shield around each call. */
import { defaultFieldResolver, type GraphQLField, type GraphQLFieldResolver } from 'graphql';

type Resolver<Context> = GraphQLFieldResolver<unknown, Context>;

/** A name and not a symbol: only so it passes on to schemas that are derived of this one. */
const extension = 'fieldgate:direct-resolver';

/** The rule is asked first, and a refusal thrown. Of a field without a rule its own resolver. */
export const directResolver = <Context>({ extensions, resolve }: GraphQLField<unknown, Context>): Resolver<Context> =>
  (extensions[extension] as Resolver<Context> | undefined) ?? resolve ?? defaultFieldResolver;

export function setDirectResolver<Context>(field: GraphQLField<unknown, Context>, resolve: Resolver<Context>): void {
  field.extensions = { ...field.extensions, [extension]: resolve };
}
