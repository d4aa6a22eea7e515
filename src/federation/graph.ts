/**
 * The living supergraph: reads its sources, composes what changed, and swaps the schema by handing out a new object.
 *
 * Operations in flight keep the schema that they began with. A source that is down, or subgraphs that do not compose, never
 * replace what is served: the last good supergraph stays, and `status` says why.
 */
import type { GraphQLSchema } from 'graphql';
import { untilAborted } from '../core/abort.ts';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import { type Composer, sentenceOf } from './compose.ts';
import { readSubgraph, readSupergraph, type SubgraphSource } from './sources.ts';
import { type SupergraphOptions, supergraphSchema } from './supergraph.ts';

export type GraphSource =
  | { readonly kind: 'subgraphs'; readonly subgraphs: readonly SubgraphSource[] }
  /** Served as it is: with the AI subgraph on, it must already contain it. */
  | { readonly kind: 'supergraph'; readonly file: string };

export interface GraphOptions extends Omit<SupergraphOptions, 'supergraphSdl' | 'local'> {
  readonly source: GraphSource;
  /** The AI subgraph; null (`ai: false`) serves the source without it. Its SDL may depend on that of the others. */
  readonly ai: {
    readonly name: string;
    readonly sdl: string | ((others: readonly string[]) => string);
    readonly schema: GraphQLSchema;
  } | null;
  readonly composer: Composer;
  /** Milliseconds between two looks at the sources; 0: only at `refresh`. */
  readonly pollMs: number;
  /** Milliseconds that one source may take. */
  readonly sourceTimeoutMs?: number;
  readonly log?: (level: 'info' | 'warn', message: string, details?: Readonly<Record<string, unknown>>) => void;
}

/** Milliseconds between two looks while there is nothing to serve yet: subgraphs often start together with the gateway. */
const firstPollMs = 250;

/** Milliseconds in which sources may still be starting, so that what they do not answer is no alarm. */
const graceMs = 5_000;

export interface Graph {
  /** Null until first composed. */
  schema(): GraphQLSchema | null;
  /** What is served now; null until first composed. */
  supergraphSdl(): string | null;
  /** SDL of the other teams' subgraphs as it was last read, or of the ready supergraph; null until all of it was. */
  others(): readonly string[] | null;
  status(): GraphStatus;
  /** Called with every schema that takes over, and at once with the present one. Returns how to stop. */
  onChange(listener: (schema: GraphQLSchema) => void): () => void;
  /** Looks at all sources now (start-up, SIGHUP). Never rejects: what went wrong is in `status`. */
  refresh(): Promise<GraphStatus>;
  close(): void;
}

export interface GraphStatus {
  /** Whether there is a supergraph to serve. */
  readonly ready: boolean;
  /** Why the newest sources are not what is served; empty when they are. */
  readonly reasons: readonly string[];
  /** Milliseconds since 1970, UTC, of what is served. */
  readonly composedAt: number | null;
  readonly subgraphs: readonly { readonly name: string; readonly healthy: boolean; readonly error: string | null }[];
}

interface Served {
  readonly sdl: string;
  readonly schema: GraphQLSchema;
  readonly at: number;
}

/** Nothing is read before the first `refresh`. */
export function livingGraph(options: GraphOptions, now: () => number = Date.now): Graph {
  const log = options.log ?? (() => {});
  const closing = new AbortController();
  const openedAt = now();
  const listeners = new Set<(schema: GraphQLSchema) => void>();
  const lastGood = new Map<string, string>();
  let served: Served | null = null;
  let others: readonly string[] | null = null;
  let reasons: readonly string[] = ['The graph has not been composed yet.'];
  let subgraphs: GraphStatus['subgraphs'] = [];
  let told: { readonly reasons: string; readonly starting: boolean } | null = null;
  let looking: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;

  const status = (): GraphStatus => ({ ready: served !== null, reasons, composedAt: served?.at ?? null, subgraphs });

  const serve = (sdl: string): void => {
    if (served?.sdl === sdl) return;
    const { ai, source: _source, composer: _composer, pollMs: _pollMs, log: _log, sourceTimeoutMs: _timeout, ...execution } = options;
    const schema = supergraphSchema({ ...execution, supergraphSdl: sdl, local: ai === null ? {} : { [localUrl(ai.name)]: ai.schema } });
    served = { sdl, schema, at: now() };
    log('info', 'The supergraph has been taken into service.', { subgraphs: subgraphs.map(({ name }) => name) });
    for (const listener of listeners) listener(schema);
  };

  const look = async (signal: AbortSignal): Promise<readonly string[]> => {
    const timed = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(options.sourceTimeoutMs ?? 10_000)]);
    if (options.source.kind === 'supergraph') {
      const sdl = await readSupergraph(options.source.file, timed());
      others = [sdl];
      serve(sdl);
      return [];
    }
    const read = await Promise.all(options.source.subgraphs.map((source) => outcomeOf(source, lastGood, timed())));
    for (const { name, sdl } of read) if (sdl !== null) lastGood.set(name, sdl);
    subgraphs = read.map(({ name, error }) => ({ name, healthy: error === null, error }));
    const problems = read.flatMap(({ error }) => (error === null ? [] : [error]));
    const missing = read.filter(({ sdl }) => sdl === null);
    // Composing without a subgraph would take its types from clients: a graph begins whole or not at all.
    if (missing.length > 0) return problems;
    const sdls = read.map(({ sdl }) => sdl ?? '');
    others = sdls;
    const own = options.ai === null ? [] : [{ name: options.ai.name, url: localUrl(options.ai.name), sdl: sdlOf(options.ai.sdl, sdls) }];
    const composed = await options.composer.compose([...read.map(({ name, url, sdl }) => ({ name, url, sdl: sdl ?? '' })), ...own], signal);
    if (!composed.ok) return [...problems, ...composed.problems.map(sentenceOf)];
    serve(composed.supergraphSdl);
    return problems;
  };

  /** Once for each state of affairs: what has only just been started is waited for, what still fails afterwards is a warning. */
  const tell = (found: readonly string[]): void => {
    const starting = served === null && now() - openedAt < graceMs;
    const news = found.join('\n');
    if (news !== (told?.reasons ?? '') || (news !== '' && told?.starting !== starting)) {
      if (news === '') {
        if (told?.starting === false) log('info', 'The graph is what its sources say again.');
      } else if (starting) {
        const silent = subgraphs.filter(({ healthy }) => !healthy).map(({ name }) => name);
        log('info', 'Waiting for the sources of the graph.', silent.length === 0 ? { reasons: found } : { subgraphs: silent });
      } else log('warn', 'The graph is not what its sources say.', { reasons: found });
    }
    told = news === '' ? null : { reasons: news, starting };
  };

  const once = async (): Promise<void> => {
    try {
      const found = await untilAborted(look(closing.signal), closing.signal);
      tell(found);
      reasons = found;
    } catch (error) {
      if (closing.signal.aborted) return;
      const failure = asGatewayError(error);
      const cause = String(failure.cause ?? '');
      const news = `${failure.message} ${cause}`;
      if (news !== told?.reasons) log('warn', failure.message, { errorId: failure.errorId, cause });
      told = { reasons: news, starting: false };
      reasons = [failure.message];
    }
  };

  const schedule = (): void => {
    clearTimeout(timer);
    if (options.pollMs <= 0 || closing.signal.aborted) return;
    timer = setTimeout(() => void refresh(), served === null ? Math.min(options.pollMs, firstPollMs) : options.pollMs);
    timer.unref();
  };

  const refresh = async (): Promise<GraphStatus> => {
    looking ??= once().finally(() => {
      looking = null;
      schedule();
    });
    await looking;
    return status();
  };

  return {
    schema: () => served?.schema ?? null,
    supergraphSdl: () => served?.sdl ?? null,
    others: () => others,
    status,
    onChange(listener) {
      listeners.add(listener);
      if (served !== null) listener(served.schema);
      return () => {
        listeners.delete(listener);
      };
    },
    refresh,
    close() {
      clearTimeout(timer);
      listeners.clear();
      closing.abort(new GatewayError('CANCELLED', 'The graph is closed.'));
    },
  };
}

export const localUrl = (name: string): string => `local://${name}`;

const sdlOf = (sdl: string | ((others: readonly string[]) => string), others: readonly string[]): string =>
  typeof sdl === 'string' ? sdl : sdl(others);

interface Outcome {
  readonly name: string;
  readonly url: string;
  /** The newest SDL that is known; null when there has never been one. */
  readonly sdl: string | null;
  readonly error: string | null;
}

async function outcomeOf(source: SubgraphSource, lastGood: ReadonlyMap<string, string>, signal: AbortSignal): Promise<Outcome> {
  const { name, url } = source;
  try {
    return { name, url, sdl: await readSubgraph(source, signal), error: null };
  } catch (error) {
    return { name, url, sdl: lastGood.get(name) ?? null, error: asGatewayError(error).message };
  }
}
