/**
 * The other way round: the AI schema as a Federation-2 subgraph on Apollo Server, for companies whose router is another.
 *
 * `_entities` is the router's alone: a representation is data for a prompt, and whoever may send one may forge it. Anybody
 * else may ask the rest of the schema with credentials of their own. Subscriptions travel by graphql-ws on the same port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLFormattedError } from 'graphql';
import { WebSocketServer } from 'ws';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import { asksEntities, type IsRouter, refusedEntities, routerRule } from './router-secret.ts';
import { formattedOf, graphqlError, masked } from './subgraph-errors.ts';
import { flatHeaders, type OpenedOperation, type SubgraphOptions } from './subgraph-operation.ts';
import { acceptSockets } from './subgraph-sockets.ts';

export type { OpenedOperation, SubgraphOperation, SubgraphOptions } from './subgraph-operation.ts';

export interface SubgraphServer {
  readonly url: string;
  /** Waits for what is under way, up to `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

const path = '/graphql';

interface Contained {
  request: IncomingHttp;
  opened: OpenedOperation | null;
}

interface IncomingHttp {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export async function serveSubgraph(options: SubgraphOptions): Promise<SubgraphServer> {
  const isRouter = routerRule(options.routerSecret);
  const mask = (error: unknown): GraphQLFormattedError => masked(error, options.onError);
  const apollo = new ApolloServer<Contained>({
    schema: options.schema,
    csrfPrevention: true,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    nodeEnv: 'production',
    persistedQueries: false,
    ...(options.validationRules === undefined ? {} : { validationRules: [...options.validationRules] }),
    formatError: (formatted, error) => formattedOf(formatted, error, mask),
    plugins: [
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      opening(options, isRouter),
    ],
  });
  await apollo.start();
  const http = createServer((request, response) => void handle(apollo, request, response, options.maxBodyBytes ?? 1024 * 1024));
  const sockets = new WebSocketServer({ server: http, path, maxPayload: options.maxBodyBytes ?? 1024 * 1024 });
  const socketServer = acceptSockets(sockets, options, isRouter, mask);
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(options.port, options.host, resolve);
  });
  const { port } = http.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}${path}`,
    async close(graceMs = 5000) {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      await socketServer.dispose();
      http.closeIdleConnections();
      const cut = setTimeout(() => http.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(cut);
      await apollo.stop();
    },
  };
}

/** Opens an operation when it is known, and closes it when its answer is sent. */
function opening(options: SubgraphOptions, isRouter: IsRouter): ApolloServerPlugin<Contained> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, contextValue, request, operationName }) {
          const { headers, signal } = contextValue.request;
          const router = isRouter(headers);
          if (!router && asksEntities(document)) throw graphqlError(refusedEntities());
          const variables = request.variables ?? {};
          try {
            const opened = await options.openOperation({ headers, signal, document, operationName, variables, isRouter: router });
            contextValue.opened = opened;
            Object.assign(contextValue, opened.context);
          } catch (error) {
            throw graphqlError(asGatewayError(error));
          }
        },
        async willSendResponse({ contextValue }) {
          await contextValue.opened?.close();
        },
      };
    },
  };
}

async function handle(
  apollo: ApolloServer<Contained>,
  request: IncomingMessage,
  response: ServerResponse,
  maxBodyBytes: number,
): Promise<void> {
  const leaving = new AbortController();
  response.once('close', () => leaving.abort(new GatewayError('CANCELLED', 'The caller left.')));
  const refuse = (status: number, message: string): void => {
    const body = JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', connection: 'close' }).end(body);
  };
  try {
    const [pathname = '', search = ''] = splitUrl(request.url ?? '');
    if (pathname !== path) return refuse(404, `There is nothing here. The subgraph is at ${path}.`);
    const text = await bodyOf(request, maxBodyBytes);
    if (text === null) return refuse(413, `The body is too large: ${maxBodyBytes} bytes are accepted.`);
    let body: unknown;
    if (text !== '' && String(request.headers['content-type'] ?? '').includes('json')) {
      try {
        body = JSON.parse(text);
      } catch {
        return refuse(400, 'The body is not JSON.');
      }
    }
    const flat = flatHeaders(request.headers);
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(flat)) headers.set(name, value);
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: request.method ?? 'GET', headers, search, body },
      context: async () => ({ request: { headers: flat, signal: leaving.signal }, opened: null }),
    });
    response.statusCode = answer.status ?? 200;
    for (const [name, value] of answer.headers) response.setHeader(name, value);
    if (answer.body.kind === 'complete') response.end(answer.body.string);
    else {
      for await (const piece of answer.body.asyncIterator) response.write(piece);
      response.end();
    }
  } catch {
    if (!response.headersSent) refuse(500, 'Something went wrong in the subgraph.');
    else response.destroy();
  }
}

function splitUrl(url: string): [string, string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at)];
}

/** Null: more than `maxBytes`. */
async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBytes) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
