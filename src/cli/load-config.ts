/** Loads the configuration of a command: from a file, or from the environment when there is none. Flags override both. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fromEnvironment } from '../assembly/from-environment.ts';
import { type OperatorFields, operatorFields } from '../assembly/graph/configured-graph.ts';
import { fieldMistakes, unknownGuards } from '../assembly/graph/fields-check.ts';
import { checkConfig } from '../config/check-config.ts';
import type { GatewayConfig } from '../config/config.ts';
import { isObject } from '../config/kinds/composed.ts';
import { showValue } from '../config/mistake-sentences.ts';
import { GatewayError } from '../core/errors.ts';
import type { Arguments } from './arguments.ts';
import { withFlags } from './graph-flags.ts';

export interface LoadedConfig {
  readonly config: GatewayConfig;
  /** The folder in which relative paths of the configuration begin. */
  readonly folder: string;
  readonly fields: OperatorFields;
  readonly mistakes: readonly string[];
  readonly warnings: readonly string[];
}

const usualFile = 'gateway.config.ts';

/**
 * With all mistakes of the configuration and of its AI fields; BAD_REQUEST when there is no configuration to look at. `reading`:
 * another number reads the file again; the modules that it imports stay as they were first read.
 */
export async function loadConfig(args: Arguments, reading = 0): Promise<LoadedConfig> {
  const file = args.config ?? (existsSync(usualFile) ? usualFile : null);
  const given = file === null ? builtIn() : await imported(resolve(file), reading);
  const folder = file === null ? process.cwd() : dirname(resolve(file));
  const { config, notes } = withFlags(given, args);
  try {
    const { mistakes, warnings } = checkConfig(config, folder);
    const read = mistakes.length === 0 ? readFields(config, folder) : readFieldsBeside(config, folder);
    return {
      config,
      folder,
      fields: read.fields,
      mistakes: [...mistakes, ...read.mistakes],
      warnings: [...notes, ...warnings, ...read.warnings],
    };
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new GatewayError(
      'BAD_REQUEST',
      `${file} has not the form of a configuration (${cause.message}). defineConfig is typed: an editor, or tsc, shows where.`,
      {},
      { cause },
    );
  }
}

/** For commands that cannot go on: all mistakes in one error. */
export async function soundConfig(args: Arguments, reading = 0): Promise<LoadedConfig> {
  const loaded = await loadConfig(args, reading);
  if (loaded.mistakes.length > 0)
    throw new GatewayError(
      'BAD_REQUEST',
      `The configuration has mistakes:\n${loaded.mistakes.map((mistake) => `  ${mistake}`).join('\n')}`,
    );
  return loaded;
}

interface FieldsReport {
  readonly fields: OperatorFields;
  readonly mistakes: readonly string[];
  readonly warnings: readonly string[];
}

function readFields(config: GatewayConfig, folder: string): FieldsReport {
  const fields = operatorFields(config, folder);
  const mistakes = [...fields.mistakes, ...fieldMistakes(config, fields.read)];
  return { fields, mistakes, warnings: unknownGuards(config, fields.read) };
}

/** A configuration with mistakes may have a form in which its AI fields cannot be looked at: only its mistakes are reported then. */
function readFieldsBeside(config: GatewayConfig, folder: string): FieldsReport {
  try {
    return readFields(config, folder);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { fields: operatorFields({ ...config, graph: {} }, folder), mistakes: [], warnings: [] };
  }
}

function builtIn(): GatewayConfig {
  return { ...fromEnvironment(), collections: { documents: {} } };
}

async function imported(file: string, reading: number): Promise<GatewayConfig> {
  if (!existsSync(file))
    throw new GatewayError(
      'BAD_REQUEST',
      `There is no configuration ${file}. --config names a TypeScript or JavaScript module that exports defineConfig({ ... }) by default.`,
    );
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(`${pathToFileURL(file).href}${reading === 0 ? '' : `?reading=${reading}`}`)) as Readonly<
      Record<string, unknown>
    >;
  } catch (cause) {
    if (cause instanceof GatewayError) throw new GatewayError('BAD_REQUEST', `${file} cannot be loaded: ${cause.message}`, {}, { cause });
    throw new GatewayError(
      'BAD_REQUEST',
      `${file}${lineOf(cause, file)} cannot be loaded: ${cause instanceof Error ? cause.message : 'it threw'}. A configuration is a module that exports defineConfig({ ... }) by default.`,
      {},
      { cause },
    );
  }
  const config = module['default'];
  if (!isObject(config) || config instanceof Promise) {
    throw new GatewayError(
      'BAD_REQUEST',
      `${file} must export defineConfig({ providers, deployments, routes }) by default. ${exported(module)}`,
    );
  }
  return config as unknown as GatewayConfig;
}

/** `:4` where the error says in which line of the file it is; else nothing. A file that does not parse is named at the head of the stack. */
function lineOf(error: unknown, file: string): string {
  const { stack = '' } = error instanceof Error ? error : {};
  const at = stack.indexOf(`${file}:`);
  const line = at === -1 ? null : /^\d+/.exec(stack.slice(at + file.length + 1));
  return line === null ? '' : `:${line[0]}`;
}

/** Says what the module exports in place of a configuration. */
function exported(module: Readonly<Record<string, unknown>>): string {
  const { default: value, ...others }: Readonly<Record<string, unknown>> = { default: undefined, ...module };
  const names = Object.keys(others);
  if (value instanceof Promise) return 'It exports a promise: write `export default await ...`.';
  if (value !== undefined) return `It exports ${showValue(value)}.`;
  return names.length === 0 ? 'It exports nothing by default.' : `It exports nothing by default, but ${names.join(', ')} by name.`;
}
