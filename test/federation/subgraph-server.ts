/** Subgraphs as other teams run them: @apollo/subgraph behind plain HTTP, each with a log of what it was asked. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type ExecutionResult, execute, type GraphQLSchema, parse, validate } from 'graphql';

export interface Asked {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
}

export interface RunningSubgraph {
  readonly name: string;
  readonly sdl: string;
  readonly url: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

export const federation2 = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject", "@authenticated", "@requiresScopes", "@tag", "@extends"])\n`;

export type Resolvers = Readonly<Record<string, unknown>>;

export function subgraphSchema(sdl: string, resolvers: Resolvers): GraphQLSchema {
  return buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]);
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

export async function listening(server: Server, port = 0): Promise<{ readonly port: number; close(): Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** `version1`: no @link, as Federation 1 subgraphs come. */
export async function runSubgraph(
  name: string,
  typeDefs: string,
  resolvers: Resolvers,
  { version1 = false, port: at = 0 }: { readonly version1?: boolean; readonly port?: number } = {},
): Promise<RunningSubgraph> {
  const sdl = version1 ? typeDefs : federation2 + typeDefs;
  const schema = subgraphSchema(sdl, resolvers);
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const { query, variables } = JSON.parse(await bodyOf(request)) as { query: string; variables?: Record<string, unknown> };
    asked.push({ query, variables: variables ?? {}, headers: request.headers });
    const document = parse(query);
    const invalid = validate(schema, document);
    const result: ExecutionResult =
      invalid.length > 0
        ? { errors: invalid }
        : await execute({ schema, document, variableValues: variables ?? {}, contextValue: { headers: request.headers } });
    response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
  });
  const { port, close } = await listening(server, at);
  return { name, sdl, url: `http://127.0.0.1:${port}/graphql`, asked, close };
}
