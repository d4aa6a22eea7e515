/** Subgraphs that answer byte by byte what a test says, and the supergraph over them. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type ExecutionResult, type GraphQLSchema, parse } from 'graphql';
import { parseExact } from '../../src/core/json/raw-number.ts';
import { composition } from '../../src/federation/compose/composition.ts';
import { exactPath } from '../../src/federation/engine/place-errors.ts';
import type { OpenPlanner } from '../../src/federation/engine/plan/planner.ts';
import type { FetchOptions } from '../../src/federation/subgraphs/fetch.ts';
import { supergraphSchema } from '../../src/federation/supergraph.ts';
import { whenOver } from '../when-over.ts';
import { runOperation } from './run-operation.ts';
import { bodyOf, federation2, listening } from './subgraph-server.ts';

export interface RawAsked {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
}

export type RawAnswer = (response: ServerResponse, asked: RawAsked) => void;

export interface RawSubgraphs {
  readonly schema: GraphQLSchema;
  /** How each answers from now on, by its name. */
  readonly answers: Record<string, RawAnswer>;
  readonly asked: RawAsked[];
  ask(query: string, context?: object): Promise<ExecutionResult>;
}

export const answered =
  (text: string | Uint8Array, headers: Readonly<Record<string, string>> = {}, status = 200): RawAnswer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);

export const giving = (result: unknown): RawAnswer => answered(JSON.stringify(result));

/** `_entities` of as many representations as were asked for. */
export const givingEntities =
  (entities: (count: number) => unknown, errors?: (count: number) => unknown): RawAnswer =>
  (response, asked) => {
    const representations = Object.values(asked.variables).find(Array.isArray) ?? [];
    const data = { _entities: entities(representations.length) };
    giving(errors === undefined ? { data } : { data, errors: errors(representations.length) })(response, asked);
  };

export async function rawSubgraphs(
  sdls: Readonly<Record<string, string>>,
  fetch: FetchOptions = {},
  openPlanner: OpenPlanner | null = null,
): Promise<RawSubgraphs> {
  const answers: Record<string, RawAnswer> = {};
  const asked: RawAsked[] = [];
  const subgraphs = [];
  for (const [name, sdl] of Object.entries(sdls)) {
    const { port, close } = await listening(
      createServer(async (request, response) => {
        const body: RawAsked = { ...(parseExact(await bodyOf(request)) as RawAsked), headers: request.headers };
        asked.push(body);
        (answers[name] ?? giving({ data: null }))(response, body);
      }),
    );
    whenOver(close);
    subgraphs.push({ name, url: `http://127.0.0.1:${port}/graphql`, sdl: `${federation2} ${sdl}` });
  }
  const composed = composition(subgraphs);
  if (!composed.ok) throw new Error(JSON.stringify(composed));
  const schema = supergraphSchema({ supergraphSdl: composed.supergraphSdl, fetch, openPlanner });
  return {
    schema,
    answers,
    asked,
    async ask(query, contextValue = {}) {
      const result = (await runOperation({ schema, document: parse(query), contextValue })) as ExecutionResult;
      const errors = result.errors?.map((error) => ({ ...error.toJSON(), path: exactPath(error) }));
      return { ...result, ...(errors === undefined ? {} : { errors }) } as ExecutionResult;
    },
  };
}
