/**
 * A supergraph for a test: subgraphs over HTTP, composed and executed as the gateway does it. Composed from the SDL as
 * its team wrote it, from what the running subgraph tells of it, and once more by the composer alone, as a supergraph file
 * of somebody else's comes: every query must answer the same from all of them.
 */
import { composeServices } from '@theguild/federation-composition';
import { type ExecutionResult, type GraphQLSchema, parse, validate } from 'graphql';
import { expect } from 'vitest';
import { composition } from '../../src/federation/compose/composition.ts';
import { readSubgraph } from '../../src/federation/compose/sources.ts';
import type { OpenPlanner } from '../../src/federation/engine/plan/planner.ts';
import { type SupergraphOptions, supergraphSchema } from '../../src/federation/supergraph.ts';
import { asJson, planner, runOperation } from './run-operation.ts';
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
  /** The same from the first schema alone: for what is drawn by chance. */
  queryOnce(query: string, context: object, variables?: Readonly<Record<string, unknown>>): Promise<ExecutionResult>;
  close(): Promise<void>;
}

export interface TestGraph {
  readonly remote: Readonly<Record<string, TestSubgraph>>;
  /** By name; served as `local://name`. */
  readonly local?: Readonly<Record<string, TestSubgraph>>;
  readonly options?: Omit<SupergraphOptions, 'supergraphSdl' | 'local'>;
  /** What the portable engine cannot do. */
  readonly onPlannerAlone?: boolean;
}

export async function gateway({ remote, local = {}, options = {}, onPlannerAlone = false }: TestGraph): Promise<TestGateway> {
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
  const asServed = await Promise.all(
    running.map(async ({ name, url }) => ({ name, url, sdl: await readSubgraph({ name, url }, new AbortController().signal) })),
  );
  for (const { asked } of running) asked.length = 0;
  const sdls = [running, asServed].map((subgraphs) => composed([...subgraphs, ...own]));
  // With a subgraph of ours in it, a supergraph file is one of `fieldgate compose`.
  if (own.length === 0) sdls.push(...foreign(running));
  const openPlanner = await planner();
  const distinct = [...new Set(sdls)];
  const schemasOn = (engine: OpenPlanner | null): readonly GraphQLSchema[] =>
    distinct.map((supergraphSdl) =>
      supergraphSchema({
        supergraphSdl,
        local: Object.fromEntries(own.map((subgraph) => [subgraph.url, subgraph.schema])),
        openPlanner: engine,
        ...options,
      }),
    );
  const [schema, ...others] = [...schemasOn(openPlanner), ...(onPlannerAlone ? [] : schemasOn(null))];
  if (schema === undefined) throw new Error('Nothing was composed.');
  return {
    schema,
    supergraphSdl: sdls[0] ?? '',
    subgraphs: Object.fromEntries(running.map((subgraph) => [subgraph.name, subgraph])),
    async query(query, variables = {}, context = {}) {
      const result = await run(schema, query, variables, context);
      if (query.trimStart().startsWith('mutation')) return result;
      const before = running.map(({ asked }) => asked.length);
      // Engines list the members of introspection in other orders.
      if (!query.includes('__schema'))
        for (const other of others) expect(comparable(await run(other, query, variables, context))).toEqual(comparable(result));
      for (const [index, { asked }] of running.entries()) asked.length = before[index] ?? 0;
      return result;
    },
    queryOnce: (query, context, variables = {}) => run(schema, query, variables, context),
    close: async () => {
      await Promise.all(running.map((subgraph) => subgraph.close()));
    },
  };
}

/** Without ids, which are drawn, and in the order of the response. */
function comparable({ data, errors = [] }: ExecutionResult): unknown {
  const told = errors.map(({ message, path, extensions: { errorId: _, ...extensions } = {} }) => ({ message, path, extensions }));
  return { data, errors: told.toSorted((a, b) => (JSON.stringify(a.path) < JSON.stringify(b.path) ? -1 : 1)) };
}

function composed(subgraphs: Parameters<typeof composition>[0]): string {
  const result = composition(subgraphs);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.supergraphSdl;
}

/** None where the composer refuses by mistake: that is nobody's supergraph file. */
function foreign(subgraphs: readonly RunningSubgraph[]): readonly string[] {
  const { supergraphSdl } = composeServices(subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
  return supergraphSdl === undefined ? [] : [supergraphSdl];
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
  return asJson((await runOperation({ schema, document, variableValues: variables, contextValue })) as ExecutionResult);
}
