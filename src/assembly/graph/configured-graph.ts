/** Builds the AI subgraph and the living graph that contains it from the configuration. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GraphQLSchema, print } from 'graphql';
import type { GatewayConfig } from '../../config/config.ts';
import { withDefaults } from '../../config/kinds/section.ts';
import { pathIn } from '../../config/path-in.ts';
import { graphSection } from '../../config/sections/graph/graph-section.ts';
import type { Composer } from '../../federation/compose/compose.ts';
import { type Graph, type GraphSource, livingGraph } from '../../federation/graph.ts';
import type { LastGoodStore } from '../../federation/last-good.ts';
import { ownGraph } from '../../federation/own-graph.ts';
import { mistakeText } from '../../fields/ai-field.ts';
import { withInheritedAuth } from '../../fields/inherited-auth.ts';
import { type PromptFile, parsePrompt, promptTable } from '../../fields/prompts.ts';
import { type FieldsRead, readFields } from '../../fields/read-fields.ts';
import { aiTypeDefs } from '../../graphql/ai-schema.ts';
import { unplannedLog } from '../../telemetry/log-failures.ts';
import { indexMistakes } from './index-mistakes.ts';
import { type AccessParts, accessTo, subgraphAddresses, subgraphSources } from './subgraph-fetch.ts';
import { supergraphReader } from './supergraph-source.ts';

/** The name of our own subgraph, in supergraphs and in `fieldgate compose`. */
export const aiSubgraph = 'ai';

export interface OperatorFields {
  readonly read: FieldsRead;
  readonly prompts: ReadonlyMap<string, PromptFile>;
  /** Sentences with file and line. */
  readonly mistakes: readonly string[];
}

/** The prompts folder and the SDL files with AI fields. `checkConfig` reports missing files. */
export function operatorFields(config: GatewayConfig, folder: string): OperatorFields {
  const { graph = {} } = config;
  const mistakes: string[] = [];
  const prompts: PromptFile[] = [];
  const promptFolder = graph.prompts === undefined ? null : pathIn(folder, graph.prompts);
  const files = promptFolder === null || !existsSync(promptFolder) ? [] : readdirSync(promptFolder).filter((name) => name.endsWith('.md'));
  for (const file of files.sort()) {
    const parsed = parsePrompt(file, readFileSync(join(promptFolder ?? '', file), 'utf8'));
    mistakes.push(...parsed.mistakes);
    if (parsed.prompt !== null) prompts.push(parsed.prompt);
  }
  const table = promptTable(prompts);
  const read = readFields(
    (graph.fields ?? [])
      .filter((file) => existsSync(pathIn(folder, file)))
      .map((file) => ({ file, sdl: readFileSync(pathIn(folder, file), 'utf8') })),
    table,
  );
  return { read, prompts: table, mistakes: [...mistakes, ...read.mistakes.map(mistakeText), ...indexMistakes(config, read)] };
}

/** The AI subgraph's SDL as composition sees it, guarded like what it reads of the others: no prompt is in it. */
export function aiSdl(fields: FieldsRead): (others: readonly string[]) => string {
  const own = `${print(aiTypeDefs())}\n\n${fields.sdl}`;
  let last: { readonly others: string; readonly sdl: string } | null = null;
  return (others) => {
    const all = others.join('\n');
    if (last?.others !== all) last = { others: all, sdl: withInheritedAuth(own, fields.reads, others) };
    return last.sdl;
  };
}

/** The same as another router may compose it. Null until the SDL of all subgraphs that the configuration names was read. */
export function servedSdl({ graph = {} }: GatewayConfig, fields: FieldsRead, living: Pick<Graph, 'others'>): () => string | null {
  const sdl = aiSdl(fields);
  const namesOthers = graph.supergraph !== undefined || (graph.subgraphs ?? []).length > 0;
  return () => {
    const others = namesOthers ? living.others() : [];
    return others === null ? null : sdl(others);
  };
}

export interface GraphParts extends AccessParts {
  readonly fields: FieldsRead;
  /** Null where `graph.ai` is false. */
  readonly schema: GraphQLSchema | null;
  readonly composer: Composer;
  /** The file in which the last good graph survives a restart; null: it does not survive. */
  readonly lastGood: LastGoodStore | null;
}

export function graphOf(parts: GraphParts): Graph {
  const { config, folder, fields, schema, composer, log, metrics, lastGood } = parts;
  const graph = withDefaults(graphSection, config.graph);
  const others = graph.supergraph !== undefined || (graph.subgraphs ?? []).length > 0;
  if (schema !== null && !others && fields.sdl === '') return ownGraph(schema);
  const source: GraphSource =
    graph.supergraph === undefined
      ? { kind: 'subgraphs', subgraphs: subgraphSources(config, folder) }
      : { kind: 'supergraph', reader: supergraphReader(graph.supergraph, folder) };
  return livingGraph({
    source,
    ai: schema === null ? null : { name: aiSubgraph, sdl: aiSdl(fields), schema },
    composer,
    pollMs: graph.pollSeconds * 1_000,
    ...accessTo(parts),
    ...(graph.supergraph === undefined ? {} : { addresses: subgraphAddresses(config) }),
    ...(lastGood === null ? {} : { lastGood }),
    engine: graph.engine,
    onUnplanned: unplannedLog(log),
    ...(metrics === null ? {} : { onStitched: metrics.subgraphs.stitched }),
    overrideLabels: graph.overrideLabels,
    policies: Object.keys(graph.policies ?? {}),
    contracts: graph.contracts ?? {},
    log: (level, message, details) => log[level](message, details),
  });
}

/** Resolves when there is a graph to serve. It never resolves when the graph is closed before. */
export function whenComposed(graph: Graph): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = graph.onChange(() => resolve());
  return promise.finally(stop);
}

/** The schema, as soon as there is one; null when the signal fires before. */
export function schemaWhenComposed(graph: Pick<Graph, 'onChange'>, signal: AbortSignal): Promise<GraphQLSchema | null> {
  const { promise, resolve } = Promise.withResolvers<GraphQLSchema | null>();
  const giveUp = (): void => resolve(null);
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  const stop = graph.onChange(resolve);
  return promise.finally(() => {
    stop();
    signal.removeEventListener('abort', giveUp);
  });
}
