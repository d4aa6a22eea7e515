/**
 * Executes operations that use `@defer` with yoga's executor: graphql-js has none for it.
 *
 * Yoga's HTTP layer is not used: it takes three quarters of the time of a small request, answers a malformed Host or variables
 * with a stack trace, reads forms, mirrors any origin, and its streams have neither `id:` nor a time limit. Its defer plugin
 * adds an old, quadratic rule for overlapping fields and a new schema per request where schemas change; only the directive
 * itself is needed.
 */
import type { ExecutionArgs, ExecutionResult, GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { OperationContext } from '../operations/context.ts';

export type ExecuteDeferring = (
  args: ExecutionArgs & { readonly contextValue: OperationContext },
) => Promise<ExecutionResult | AsyncIterable<ExecutionResult>>;

export function yogaExecute(): ExecuteDeferring {
  const chosenFor = new WeakMap<object, GraphQLSchema>();
  const yoga = createYoga({
    graphiql: false,
    landingPage: false,
    cors: false,
    batching: false,
    multipart: false,
    maskedErrors: false,
    logging: false,
    plugins: [
      {
        onEnveloped({ context, setSchema }) {
          const chosen = chosenFor.get(context ?? {});
          if (chosen !== undefined) setSchema(chosen);
        },
      } satisfies Plugin,
    ],
  });
  return async (args) => {
    chosenFor.set(args.contextValue, args.schema);
    return yoga.getEnveloped(args.contextValue).execute(args);
  };
}
