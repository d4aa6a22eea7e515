/** A gateway before other teams' subgraphs, all over real HTTP, with AI fields on their entities; the model is what a test says. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GatewayConfig, RouteConfig } from '../../src/config/config.ts';
import type { CompletionRequest, ModelRequest } from '../../src/core/request/request.ts';
import type { Secret } from '../../src/core/secret.ts';
import type { Double } from '../doubles.ts';
import { type Resolvers, type RunningSubgraph, runSubgraph } from '../federation/subgraph-server.ts';
import { plainConfig, startGateway, type TestGateway, temporaryFolder, whenOver } from '../harness.ts';

export interface Team {
  readonly sdl: string;
  readonly resolvers: Resolvers;
}

export interface Teams {
  readonly gateway: TestGateway;
  readonly subgraphs: Readonly<Record<string, RunningSubgraph>>;
}

export interface TeamsSettings {
  /** By name of the subgraph. */
  readonly remote: Readonly<Record<string, Team>>;
  /** SDL of AI fields. */
  readonly fields: string;
  readonly provider: Double;
  /** Other files beside it, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Of the route `default`. */
  readonly route?: Partial<RouteConfig>;
  readonly config?: Partial<GatewayConfig>;
  /** Serves the AI schema alone, to the router that has the secret. */
  readonly router?: Secret;
}

/** A dollar per million input tokens, two per million output tokens. */
const price = { input: 1, output: 2 } as const;

export async function teams({ remote, fields, provider, files = {}, route = {}, config = {}, router }: TeamsSettings): Promise<Teams> {
  const running = await Promise.all(Object.entries(remote).map(([name, { sdl, resolvers }]) => runSubgraph(name, sdl, resolvers)));
  for (const subgraph of running) whenOver(() => subgraph.close());
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries({ ...files, 'fields.graphql': fields })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const model = { provider: 'model', model: 'm', price, maxOutputTokens: 100 } as const;
  const { graph, ...rest } = config;
  const gateway = await startGateway(
    {
      ...plainConfig,
      providers: { ...plainConfig.providers, model: provider },
      deployments: {
        ...plainConfig.deployments,
        m: { ...model, capabilities: ['completion', 'json'] },
        v: { ...model, capabilities: ['embedding'] },
      },
      routes: { ...plainConfig.routes, default: { deployments: ['m'], attempts: 1, ...route }, embedding: { deployments: ['v'] } },
      graph: { subgraphs: running.map(({ name, url }) => ({ name, url })), fields: ['fields.graphql'], ...graph },
      ...rest,
    },
    { folder, ...(router === undefined ? {} : { router }) },
  );
  if (router === undefined && gateway.graph.supergraphSdl() === null) throw new Error(JSON.stringify(gateway.graph.status()));
  for (const { asked } of running) asked.length = 0;
  return { gateway, subgraphs: Object.fromEntries(running.map((subgraph) => [subgraph.name, subgraph])) };
}

/** What the request says to the model, all messages together. */
export function promptOf(request: ModelRequest): string {
  const content = (request as CompletionRequest).messages.flatMap((message) => message.content);
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}
