/**
 * Reads the sources of a graph and composes them. Returns the graph that can be served now, or the reasons why there is
 * none.
 */
import { asGatewayError, GatewayError } from '../../core/errors.ts';
import { withDeadline } from '../../core/stream.ts';
import type { LastGood } from '../last-good.ts';
import { type Composer, type Subgraph, sentenceOf } from './compose.ts';
import { readSubgraph, type SubgraphSource, type SupergraphReader } from './sources.ts';

export type GraphSource =
  | { readonly kind: 'subgraphs'; readonly subgraphs: readonly SubgraphSource[] }
  /** Served unchanged. If the AI subgraph is on, the supergraph must already contain it. */
  | { readonly kind: 'supergraph'; readonly reader: SupergraphReader };

export interface SourcesOptions {
  readonly source: GraphSource;
  readonly composer: Composer;
  /** The AI subgraph as it is composed with the others. An empty list: there is none. */
  readonly own: (others: readonly string[]) => readonly Subgraph[];
  /** Time limit of one source, in milliseconds. */
  readonly sourceTimeoutMs: number;
  /** The newest SDL of each subgraph, by name. It is filled here, and used for a subgraph that does not answer. */
  readonly lastRead: Map<string, string>;
}

export interface ComposedSources {
  /** Null: nothing could be composed. */
  readonly graph: LastGood | null;
  /** SDL of the other teams' subgraphs, or of the ready supergraph. Null until all of it was read. */
  readonly others: readonly string[] | null;
  /** Sentences about differences between what is served and what the sources say. */
  readonly reasons: readonly string[];
  readonly subgraphs: readonly ReadSubgraph[];
}

export interface ReadSubgraph {
  readonly name: string;
  /** Whether its SDL was read the last time. */
  readonly healthy: boolean;
  /** Whether the SDL came from the running subgraph and not from a file. */
  readonly asked: boolean;
  readonly error: string | null;
  /** Error of the network or the file system, for the log only. Null: there was none. */
  readonly cause: string | null;
}

/** Throws BAD_REQUEST for a supergraph file that cannot be read, and SUBGRAPH_UNAVAILABLE when no server answers. */
export async function composeSources(options: SourcesOptions, signal: AbortSignal): Promise<ComposedSources> {
  const deadline = withDeadline(signal, options.sourceTimeoutMs, () => sourcesTooSlow(options.sourceTimeoutMs));
  if (options.source.kind === 'supergraph') {
    const { from, read } = options.source.reader;
    const supergraphSdl = await read(deadline.signal).finally(() => deadline.end());
    return { graph: { file: from, subgraphs: [], supergraphSdl }, others: [supergraphSdl], reasons: [], subgraphs: [] };
  }
  const outcomes = options.source.subgraphs.map((source) => outcomeOf(source, options.lastRead, deadline.signal));
  const read = await Promise.all(outcomes).finally(() => deadline.end());
  for (const { name, sdl } of read) if (sdl !== null) options.lastRead.set(name, sdl);
  const subgraphs = read.map(({ name, asked, error, cause }) => ({ name, healthy: error === null, asked, error, cause }));
  const problems = read.flatMap(({ error }) => (error === null ? [] : [error]));
  const others = read.flatMap(({ sdl }) => (sdl === null ? [] : [sdl]));
  // Composing without a subgraph would remove its types for clients. So a graph starts with all of them or not at all.
  if (others.length < read.length) return { graph: null, others: null, reasons: problems, subgraphs };
  const asked = [...read.map(({ name, url, sdl }) => ({ name, url, sdl: sdl ?? '' })), ...options.own(others)];
  const composed = await options.composer.compose(asked, signal);
  return composed.ok
    ? { graph: { file: null, subgraphs: asked, supergraphSdl: composed.supergraphSdl }, others, reasons: problems, subgraphs }
    : { graph: null, others, reasons: [...problems, ...composed.problems.map(sentenceOf)], subgraphs };
}

const sourcesTooSlow = (timeoutMs: number): GatewayError =>
  new GatewayError('TIMEOUT', `The sources of the graph could not be read within ${timeoutMs / 1_000} seconds.`);

interface Outcome {
  readonly name: string;
  readonly url: string;
  readonly asked: boolean;
  /** The newest known SDL. Null when none was ever read. */
  readonly sdl: string | null;
  readonly error: string | null;
  readonly cause: string | null;
}

async function outcomeOf(source: SubgraphSource, lastRead: ReadonlyMap<string, string>, signal: AbortSignal): Promise<Outcome> {
  const { name, url, sdl = null } = source;
  const asked = sdl === null;
  try {
    return { name, url, asked, sdl: await readSubgraph(source, signal), error: null, cause: null };
  } catch (error) {
    const { message, cause } = asGatewayError(error);
    return { name, url, asked, sdl: lastRead.get(name) ?? null, error: message, cause: causeText(cause) };
  }
}

function causeText(cause: unknown): string | null {
  if (!(cause instanceof Error)) return null;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return cause.message.includes(code) ? cause.message : `${code}: ${cause.message}`;
}
