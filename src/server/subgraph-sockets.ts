/** Operations of the subgraph face over graphql-transport-ws. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { GraphQLError, type GraphQLFormattedError, getOperationAST, parse, specifiedRules, validate } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import type { WebSocketServer } from 'ws';
import { GatewayError } from '../core/errors.ts';
import { asksEntities, type IsRouter, refusedEntities } from './router-secret.ts';
import { flatHeaders, type OpenedOperation, type SubgraphOptions } from './subgraph-operation.ts';

interface SocketExtra {
  readonly request: IncomingMessage;
  readonly socket: Socket;
}

export function acceptSockets(
  sockets: WebSocketServer,
  options: SubgraphOptions,
  isRouter: IsRouter,
  mask: (error: unknown) => GraphQLFormattedError,
) {
  const open = new Map<string, { readonly leaving: AbortController; readonly opened: OpenedOperation }>();
  let connections = 0;
  const connectionIds = new WeakMap<object, number>();
  const keyOf = (extra: object, id: string): string => {
    const known = connectionIds.get(extra) ?? ++connections;
    connectionIds.set(extra, known);
    return `${known}/${id}`;
  };
  const end = async (key: string): Promise<void> => {
    const operation = open.get(key);
    open.delete(key);
    operation?.leaving.abort(new GatewayError('CANCELLED', 'The caller left.'));
    await operation?.opened.close();
  };
  return useServer<Record<string, unknown>, SocketExtra & Record<PropertyKey, never>>(
    {
      async onSubscribe(ctx, id, payload: SubscribePayload) {
        const key = keyOf(ctx.extra, id);
        const leaving = new AbortController();
        try {
          const document = parse(payload.query, { maxTokens: 10_000 });
          const invalid = validate(options.schema, document, [...specifiedRules, ...(options.validationRules ?? [])]);
          if (invalid.length > 0) return invalid;
          const headers = { ...flatHeaders(ctx.extra.request.headers), ...flatHeaders(ctx.connectionParams ?? {}) };
          const router = isRouter(headers);
          if (!router && asksEntities(document)) throw refusedEntities();
          const operation = getOperationAST(document, payload.operationName);
          if (operation === null || operation === undefined)
            throw new GatewayError('BAD_REQUEST', 'The document has several operations: name one of them.');
          const opened = await options.openOperation({
            headers,
            signal: leaving.signal,
            document,
            operationName: payload.operationName ?? null,
            variables: payload.variables ?? {},
            isRouter: router,
          });
          open.set(key, { leaving, opened });
          return {
            schema: options.schema,
            document,
            operationName: payload.operationName,
            variableValues: payload.variables,
            contextValue: opened.context,
          };
        } catch (error) {
          return [new GraphQLError(mask(error).message, { extensions: mask(error).extensions ?? {} })];
        }
      },
      onNext(_ctx, _id, _payload, _args, result) {
        if (result.errors === undefined) return undefined;
        const { errors, data, extensions } = result;
        return {
          ...(data === undefined ? {} : { data }),
          ...(extensions === undefined ? {} : { extensions }),
          errors: errors.map(mask),
        };
      },
      onError: (_ctx, _id, _payload, errors) => errors.map(mask),
      onComplete: (ctx, id) => end(keyOf(ctx.extra, id)),
      async onClose(ctx) {
        const prefix = keyOf(ctx.extra, '');
        await Promise.all([...open.keys()].filter((key) => key.startsWith(prefix)).map(end));
      },
    },
    sockets,
  );
}
