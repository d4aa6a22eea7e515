/** The configuration that a command works on: a file, or what the environment brings; flags have the last word. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkConfig } from '../assembly/config-check.ts';
import { detected } from '../assembly/detected.ts';
import type { GatewayConfig, GraphConfig } from '../config.ts';
import { GatewayError } from '../core/errors.ts';
import type { Arguments } from './arguments.ts';

export interface LoadedConfig {
  readonly config: GatewayConfig;
  /** Where its relative paths begin. */
  readonly folder: string;
  readonly mistakes: readonly string[];
  readonly warnings: readonly string[];
}

const usualFile = 'gateway.config.ts';

export async function loadConfig(args: Arguments): Promise<LoadedConfig> {
  const file = args.config ?? (existsSync(usualFile) ? usualFile : null);
  const given = file === null ? builtIn() : await imported(resolve(file));
  const folder = file === null ? process.cwd() : dirname(resolve(file));
  const config = withFlags(given, args);
  return { config, folder, ...checkConfig(config, folder) };
}

/** For commands that cannot go on: all mistakes in one error. */
export async function soundConfig(args: Arguments): Promise<LoadedConfig> {
  const loaded = await loadConfig(args);
  if (loaded.mistakes.length > 0)
    throw new GatewayError(
      'BAD_REQUEST',
      `The configuration has mistakes:\n${loaded.mistakes.map((mistake) => `  ${mistake}`).join('\n')}`,
    );
  return loaded;
}

function builtIn(): GatewayConfig {
  return { ...detected(), collections: { documents: {} } };
}

async function imported(file: string): Promise<GatewayConfig> {
  if (!existsSync(file))
    throw new GatewayError(
      'BAD_REQUEST',
      `There is no configuration ${file}. --config names a TypeScript or JavaScript module that exports defineConfig({ ... }) by default.`,
    );
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (cause) {
    throw new GatewayError(
      'BAD_REQUEST',
      `${file} cannot be loaded: ${cause instanceof Error ? cause.message : 'it threw'}. It must be a module that exports defineConfig({ ... }) by default.`,
      {},
      { cause },
    );
  }
  const config = module.default;
  const parts = ['providers', 'deployments', 'routes'] as const;
  if (typeof config !== 'object' || config === null || !parts.every((part) => typeof Reflect.get(config, part) === 'object')) {
    throw new GatewayError('BAD_REQUEST', `${file} must export defineConfig({ providers, deployments, routes }) by default.`);
  }
  return config as GatewayConfig;
}

/** Flags replace the configuration's graph: its subgraphs would not be in the supergraph that was asked for. */
function withFlags(config: GatewayConfig, args: Arguments): GatewayConfig {
  const { supergraph, subgraphs, ai, host, port } = args;
  const graph = graphFrom(config.graph ?? {}, { supergraph, subgraphs, ai });
  const server = { ...config.server, ...(host === null ? {} : { host }), ...(port === null ? {} : { port }) };
  return { ...config, graph, server };
}

function graphFrom(graph: GraphConfig, { supergraph, subgraphs, ai }: Pick<Arguments, 'supergraph' | 'subgraphs' | 'ai'>): GraphConfig {
  const { supergraph: _, subgraphs: __, fields, prompts: ___, ...rest } = graph;
  const withAi = ai ? {} : { ai: false };
  if (supergraph !== null) return { ...rest, supergraph: resolve(supergraph), ...withAi };
  if (subgraphs.length > 0) return { ...rest, subgraphs, ...withAi };
  return ai ? graph : { ...rest, ...(graph.subgraphs === undefined ? {} : { subgraphs: graph.subgraphs }), ...withAi };
}
