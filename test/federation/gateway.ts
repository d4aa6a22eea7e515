/** A supergraph for a test: subgraphs over HTTP, composed and executed as the gateway does it. */
import { type ExecutionResult, execute, type GraphQLSchema, parse, validate } from 'graphql';
import { composition } from '../../src/federation/composition.ts';
import { exactPath } from '../../src/federation/placed.ts';
import { type SupergraphOptions, supergraphSchema } from '../../src/federation/supergraph.ts';
import { federation2, type Resolvers, type RunningSubgraph, runSubgraph, subgraphSchema } from './subgraph-server.ts';

export interface TestSubgraph {
  readonly sdl: string;
  readonly resolvers: Resolvers;
  readonly version1?: boolean;
}

export interface TestGateway {
  readonly schema: GraphQLSchema;
  readonly supergraphSdl: string;
  readonly subgraphs: Readonly<Record<string, RunningSubgraph>>;
  /** Response as a client sees it, with exact error paths. */
  query(query: string, variables?: Readonly<Record<string, unknown>>, context?: object): Promise<ExecutionResult>;
  close(): Promise<void>;
}

export interface TestGraph {
  readonly remote: Readonly<Record<string, TestSubgraph>>;
  /** By name; served as `local://name`. */
  readonly local?: Readonly<Record<string, TestSubgraph>>;
  readonly options?: Omit<SupergraphOptions, 'supergraphSdl' | 'local'>;
}

export async function gateway({ remote, local = {}, options = {} }: TestGraph): Promise<TestGateway> {
  const running = await Promise.all(
    Object.entries(remote).map(([name, { sdl, resolvers, version1 }]) =>
      runSubgraph(name, sdl, resolvers, { version1: version1 ?? false }),
    ),
  );
  const own = Object.entries(local).map(([name, { sdl, resolvers }]) => ({
    name,
    url: `local://${name}`,
    sdl: federation2 + sdl,
    schema: subgraphSchema(federation2 + sdl, resolvers),
  }));
  const composed = composition([...running, ...own], null);
  if (!composed.ok) throw new Error(composed.problems.map(({ message }) => message).join('\n'));
  const schema = supergraphSchema({
    supergraphSdl: composed.supergraphSdl,
    local: Object.fromEntries(own.map((subgraph) => [subgraph.url, subgraph.schema])),
    ...options,
  });
  return {
    schema,
    supergraphSdl: composed.supergraphSdl,
    subgraphs: Object.fromEntries(running.map((subgraph) => [subgraph.name, subgraph])),
    query: (query, variables = {}, context = {}) => run(schema, query, variables, context),
    close: async () => {
      await Promise.all(running.map((subgraph) => subgraph.close()));
    },
  };
}

async function run(
  schema: GraphQLSchema,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  contextValue: object,
): Promise<ExecutionResult> {
  const document = parse(query);
  const errors = validate(schema, document);
  if (errors.length > 0) return { errors };
  const result = await execute({ schema, document, variableValues: variables, contextValue });
  const formatted = result.errors?.map((error) => ({ ...error.toJSON(), path: exactPath(error) }));
  return JSON.parse(JSON.stringify({ data: result.data, ...(formatted === undefined ? {} : { errors: formatted }) })) as ExecutionResult;
}
