/**
 * Yoga as the engine: validation with its cache, execution with `@defer`, and the hooks of envelop plugins.
 *
 * Its HTTP layer is not used: it takes three quarters of the time of a small request, answers a malformed Host or variables
 * with a stack trace, reads forms, mirrors any origin, and its streams have neither `id:` nor a time limit.
 * `server/http/http.ts` is our own, over `getEnveloped`, and the WebSocket works the same way. Its defer plugin adds an old,
 * quadratic rule for overlapping fields and a new schema per request where schemas change; only the directive itself is
 * needed.
 */
import {
  DirectiveLocation,
  type DocumentNode,
  type ExecutionResult,
  GraphQLBoolean,
  GraphQLDirective,
  type GraphQLError,
  GraphQLNonNull,
  GraphQLSchema,
  GraphQLString,
  type OperationDefinitionNode,
} from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { OperationContext } from '../operations/context.ts';
import { deferOnlyInQueries } from './document/defer-rule.ts';
import { subscribeWithCursors } from './document/event-cursor.ts';

export interface EngineArguments {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
}

/** One operation bound to the schema of the moment it began in. */
export interface Bound {
  readonly schema: GraphQLSchema;
  validate(document: DocumentNode): readonly GraphQLError[];
  execute(args: EngineArguments): Promise<ExecutionResult | AsyncIterable<ExecutionResult>>;
}

export type Engine = (context: OperationContext, document: DocumentNode) => Bound;

/** The schema that the document runs on: asked once per operation, so it may change at any time. */
export type SchemaFor = (document: DocumentNode) => GraphQLSchema;

export function yogaEngine(schemaFor: SchemaFor, plugins: readonly Plugin[] = []): Engine {
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
        onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribeWithCursors),
        onValidate: ({ addValidationRule }) => addValidationRule(deferOnlyInQueries),
      } satisfies Plugin,
      ...plugins,
    ],
  });
  return (context, document) => {
    chosenFor.set(context, withDefer(schemaFor(document)));
    const enveloped = yoga.getEnveloped(context);
    const bound: GraphQLSchema = enveloped.schema;
    return {
      schema: bound,
      validate: (document) => enveloped.validate(bound, document),
      async execute({ document, operation, operationName, variables }) {
        const args = { schema: bound, document, operationName, variableValues: variables, contextValue: context };
        return operation.operation === 'subscription' ? enveloped.subscribe(args) : enveloped.execute(args);
      },
    };
  };
}

const deferDirective = new GraphQLDirective({
  name: 'defer',
  description: 'Deliver this fragment later, so that the rest need not wait for it.',
  locations: [DirectiveLocation.FRAGMENT_SPREAD, DirectiveLocation.INLINE_FRAGMENT],
  args: { if: { type: new GraphQLNonNull(GraphQLBoolean), defaultValue: true }, label: { type: GraphQLString } },
});

const deferring = new WeakMap<GraphQLSchema, GraphQLSchema>();

/** One new schema object per schema, so that what was validated against it stays remembered. */
function withDefer(schema: GraphQLSchema): GraphQLSchema {
  if (schema.getDirective('defer')) return schema;
  const known = deferring.get(schema);
  if (known !== undefined) return known;
  const derived = new GraphQLSchema({ ...schema.toConfig(), directives: [...schema.getDirectives(), deferDirective] });
  deferring.set(schema, derived);
  return derived;
}
