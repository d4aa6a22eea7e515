/**
 * Apollo Server as the engine, behind the same door: `fieldgate subgraph`, for companies with another router.
 *
 * Queries and mutations, including `_service` and `_entities`, run in Apollo Server. Subscriptions run as in the gateway,
 * because Apollo Server has none. Traces, reports and stack traces are off, because they contain what is asked of a model.
 */
import { timingSafeEqual } from 'node:crypto';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { BREAK, type DocumentNode, type ExecutionResult, GraphQLError, type GraphQLSchema, print, validate, visit } from 'graphql';
import { GatewayError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import type { OperationContext } from '../operations/context.ts';
import type { Log } from '../telemetry/log.ts';
import { subscribeWithCursors } from './document/event-cursor.ts';
import type { Engine, EngineArguments } from './engine.ts';
import type { DocumentToCheck } from './operation.ts';

/** For `createServer({ engine })`. The schema must be a subgraph's, as `buildSubgraphSchema` makes it. */
export function apolloEngine(schema: () => GraphQLSchema, log: Log): Engine {
  const servers = new WeakMap<GraphQLSchema, Promise<ApolloServer<OperationContext>>>();
  const valid = new WeakMap<DocumentNode, { readonly schema: GraphQLSchema; readonly errors: readonly GraphQLError[] }>();

  function serverOf(bound: GraphQLSchema): Promise<ApolloServer<OperationContext>> {
    const known = servers.get(bound) ?? started(bound, log);
    servers.set(bound, known);
    return known;
  }

  return (context) => {
    const bound = schema();
    return {
      schema: bound,
      validate(document) {
        const known = valid.get(document);
        if (known?.schema === bound) return known.errors;
        const errors = validate(bound, document);
        valid.set(document, { schema: bound, errors });
        return errors;
      },
      async execute(args) {
        const { document, operation, operationName, variables } = args;
        if (operation.operation === 'subscription') {
          return subscribeWithCursors({ schema: bound, document, operationName, variableValues: variables, contextValue: context });
        }
        return executed(await serverOf(bound), args, context);
      },
    };
  };
}

/**
 * Apollo Server hands out formatted errors. Ours are masked later, from the original error. It copies the context object, but not the
 * objects in it.
 */
const thrown = new WeakMap<OperationContext['usage'], readonly GraphQLError[]>();
const rememberErrors: ApolloServerPlugin<OperationContext> = {
  requestDidStart: async () => ({
    async didEncounterErrors({ contextValue, errors }) {
      thrown.set(contextValue.usage, errors);
    },
  }),
};

async function executed(
  server: ApolloServer<OperationContext>,
  { document, operationName, variables }: EngineArguments,
  context: OperationContext,
): Promise<ExecutionResult> {
  const query = document.loc?.source.body ?? print(document);
  const request = { query, ...(operationName === null ? {} : { operationName }), ...(variables === null ? {} : { variables }) };
  const { body } = await server.executeOperation(request, { contextValue: context });
  if (body.kind !== 'single')
    throw new GatewayError('BAD_REQUEST', '@defer is not supported by a subgraph: the router in front of it can defer.');
  const { errors, data, ...rest } = body.singleResult;
  return {
    ...rest,
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined
      ? {}
      : {
          errors:
            thrown.get(context.usage) ??
            errors.map(({ message, extensions }) => new GraphQLError(message, { extensions: extensions ?? null })),
        }),
  };
}

async function started(schema: GraphQLSchema, log: Log): Promise<ApolloServer<OperationContext>> {
  const say =
    (level: 'info' | 'warn' | 'error') =>
    (message: unknown): void =>
      log[level]('apollo server', { message: String(message) });
  const server = new ApolloServer<OperationContext>({
    schema,
    introspection: true,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    logger: { debug: () => {}, info: say('info'), warn: say('warn'), error: say('error') },
    plugins: [
      rememberErrors,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await server.start();
  return server;
}

/** Header in which the router shows that it is the router. */
export const routerSecretHeader = 'x-fieldgate-router';

/**
 * For `createServer({ checkDocument })`: `_entities` is answered to the router alone. Another sender of representations would write data
 * that goes into prompts. Throws FORBIDDEN.
 */
export function entitiesForRouterOnly(secret: Secret): (input: DocumentToCheck) => void {
  const expected = Buffer.from(secret.reveal());
  return ({ document, headers }) => {
    if (!asksEntities(document)) return;
    const shown = Buffer.from(headers[routerSecretHeader] ?? '');
    if (shown.length === expected.length && timingSafeEqual(shown, expected)) return;
    throw new GatewayError(
      'FORBIDDEN',
      `"_entities" is answered to the router only, which shows its secret in the header ${routerSecretHeader}.`,
    );
  };
}

const entities = new WeakMap<DocumentNode, boolean>();

/** Only the root type has a field of this name, so a document that has the name asks for it. */
function asksEntities(document: DocumentNode): boolean {
  const known = entities.get(document);
  if (known !== undefined) return known;
  let found = false;
  visit(document, {
    Field({ name }) {
      if (name.value === '_entities') found = true;
      return found ? BREAK : undefined;
    },
  });
  entities.set(document, found);
  return found;
}
