/** The AI subgraph and the living graph it is part of, from the configuration. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GraphQLSchema, print } from 'graphql';
import { refusal } from '../access/rules.ts';
import { type GatewayConfig, pathIn } from '../config.ts';
import { composer } from '../federation/compose.ts';
import { type Graph, type GraphSource, livingGraph } from '../federation/graph.ts';
import { mistakeText } from '../fields/ai-field.ts';
import { type PromptFile, parsePrompt, promptTable } from '../fields/prompts.ts';
import { type FieldsRead, readFields } from '../fields/read.ts';
import type { OperationContext } from '../graphql/context.ts';
import { aiTypeDefs } from '../graphql/schema.ts';
import type { Log } from '../telemetry/log.ts';

/** The name of our own subgraph, in supergraphs and in `fieldgate compose`. */
export const aiSubgraph = 'ai';

export interface OperatorFields {
  readonly read: FieldsRead;
  readonly prompts: ReadonlyMap<string, PromptFile>;
  /** Sentences with file and line. */
  readonly mistakes: readonly string[];
}

/** The prompts folder and the SDL files with AI fields. Files that are missing are told by `checkConfig`. */
export function operatorFields({ graph = {} }: GatewayConfig, folder: string): OperatorFields {
  const mistakes: string[] = [];
  const prompts: PromptFile[] = [];
  const promptFolder = graph.prompts === undefined ? null : pathIn(folder, graph.prompts);
  for (const file of promptFolder === null ? [] : readdirSync(promptFolder).filter((name) => name.endsWith('.md')).sort()) {
    const parsed = parsePrompt(file, readFileSync(join(promptFolder ?? '', file), 'utf8'));
    mistakes.push(...parsed.mistakes);
    if (parsed.prompt !== null) prompts.push(parsed.prompt);
  }
  const table = promptTable(prompts);
  const read = readFields(
    (graph.fields ?? []).map((file) => ({ file, sdl: readFileSync(pathIn(folder, file), 'utf8') })),
    table,
  );
  return { read, prompts: table, mistakes: [...mistakes, ...read.mistakes.map(mistakeText)] };
}

/** The AI subgraph's SDL, as composition and `_service` see it: no prompt is in it. */
export const aiSdl = (fields: FieldsRead): string => `${print(aiTypeDefs())}\n\n${fields.sdl}`;

export interface GraphParts {
  readonly config: GatewayConfig;
  readonly folder: string;
  readonly fields: FieldsRead;
  /** Null: `graph.ai` is false. */
  readonly schema: GraphQLSchema | null;
  readonly headersOf: (context: OperationContext) => Readonly<Record<string, string | undefined>> | null;
  readonly log: Log;
}

export function graphOf({ config, folder, fields, schema, headersOf, log }: GraphParts): Graph {
  const { graph = {} } = config;
  const { subgraphs = [], pollSeconds = 10 } = graph;
  const source: GraphSource =
    graph.supergraph === undefined
      ? { kind: 'subgraphs', subgraphs: subgraphs.map(({ name, url, sdl }) => ({ name, url, ...(sdl === undefined ? {} : { sdl: { file: pathIn(folder, sdl) } }) })) }
      : { kind: 'supergraph', file: pathIn(folder, graph.supergraph) };
  return livingGraph({
    source,
    ai: schema === null ? null : { name: aiSubgraph, sdl: aiSdl(fields), schema },
    composer: composer({ own: schema === null ? null : aiSubgraph }),
    pollMs: pollSeconds * 1_000,
    fetch: {
      propagate: graph.forwardHeaders ?? [],
      clientHeaders: (context) => headersOf(context as OperationContext),
      signal: (context) => (context as OperationContext).signal,
      subgraphs: Object.fromEntries(
        subgraphs.map(({ name, timeoutMs, retries }) => [name, { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(retries === undefined ? {} : { retries }) }]),
      ),
    },
    authorize: (context, { coordinate, authenticated, scopes }) => {
      const { principal } = context as OperationContext;
      const rules = [...(authenticated ? [{ scopes: null }] : []), ...scopes.map((alternatives) => ({ scopes: alternatives }))];
      return rules.map((rule) => refusal(coordinate, rule, principal)).find((refused) => refused !== null) ?? null;
    },
    log: (level, message, details) => log[level](message, details),
  });
}
