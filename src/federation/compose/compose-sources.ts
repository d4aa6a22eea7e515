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
  /** Served as it is: with the AI subgraph on, it must already contain it. */
  | { readonly kind: 'supergraph'; readonly reader: SupergraphReader };

export interface SourcesOptions {
  readonly source: GraphSource;
  readonly composer: Composer;
  /** The AI subgraph as it is composed with the others; none: an empty list. */
  readonly own: (others: readonly string[]) => readonly Subgraph[];
  /** Milliseconds that one source may take. */
  readonly sourceTimeoutMs: number;
  /** By name: the newest SDL that each subgraph gave. Added to, and used for a subgraph that does not answer. */
  readonly lastRead: Map<string, string>;
}

export interface ComposedSources {
  /** Null: nothing could be composed. */
  readonly graph: LastGood | null;
  /** SDL of the other teams' subgraphs, or of the ready supergraph; null until all of it was read. */
  readonly others: readonly string[] | null;
  /** What is not as the sources say. */
  readonly reasons: readonly string[];
  readonly subgraphs: readonly ReadSubgraph[];
}

export interface ReadSubgraph {
  readonly name: string;
  /** Whether its SDL was read at the last look. */
  readonly healthy: boolean;
  /** Whether it was asked for it, and not a file. */
  readonly asked: boolean;
  readonly error: string | null;
  /** What the network or the file system said, for the log alone; null: nothing. */
  readonly cause: string | null;
}

/** BAD_REQUEST for a supergraph file that cannot be read, SUBGRAPH_UNAVAILABLE where no server gives it. */
export async function composeSources(options: SourcesOptions, signal: AbortSignal): Promise<ComposedSources> {
  const deadline = withDeadline(signal, options.sourceTimeoutMs, () => sourcesTooSlow(options.sourceTimeoutMs));
  if (options.source.kind === 'supergraph') {
    const { from, read } = options.source.reader;
    const supergraphSdl = await read(deadline.signal).finally(deadline.end);
    return { graph: { file: from, subgraphs: [], supergraphSdl }, others: [supergraphSdl], reasons: [], subgraphs: [] };
  }
  const outcomes = options.source.subgraphs.map((source) => outcomeOf(source, options.lastRead, deadline.signal));
  const read = await Promise.all(outcomes).finally(deadline.end);
  for (const { name, sdl } of read) if (sdl !== null) options.lastRead.set(name, sdl);
  const subgraphs = read.map(({ name, asked, error, cause }) => ({ name, healthy: error === null, asked, error, cause }));
  const problems = read.flatMap(({ error }) => (error === null ? [] : [error]));
  const others = read.flatMap(({ sdl }) => (sdl === null ? [] : [sdl]));
  // Composing without a subgraph would take its types from clients: a graph begins whole or not at all.
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
  /** The newest SDL that is known; null when there has never been one. */
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
