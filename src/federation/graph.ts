/**
 * The living supergraph: reads its sources, composes what changed, and replaces the schema by a new object.
 *
 * Operations in flight keep the schema they began with. A source that is down, or subgraphs that do not compose, never
 * replace what is served: the last good supergraph stays, also across a restart, and `status` says why.
 */
import type { GraphQLSchema } from 'graphql';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import { throwIfAborted, untilAborted } from '../core/turns/abort.ts';
import { monotonicMs as monotonic } from '../core/turns/monotonic.ts';
import type { Composer } from './compose/compose.ts';
import { type ComposedSources, composeSources, type GraphSource } from './compose/compose-sources.ts';
import { unknownSubgraphs } from './compose/subgraph-addresses.ts';
import { chosenPlanner } from './engine/choose-engine.ts';
import type { OpenPlanner } from './engine/plan/planner.ts';
import { type GraphLog, graphNews } from './graph-news.ts';
import { keptSources, localUrl, type OwnSubgraph } from './kept-sources.ts';
import { type LastGood, type LastGoodStore, lastGoodKeeper } from './last-good.ts';
import { makePlansAhead, type PlannedGraph } from './plans-ahead.ts';
import { engineOf, type ServedGraph, type ServingOptions, servedGraph } from './served-graph.ts';

export type { GraphSource };

export interface GraphOptions extends ServingOptions {
  readonly source: GraphSource;
  /** The AI subgraph. Null (`ai: false`): the source is served without it. */
  readonly ai: (OwnSubgraph & { readonly schema: GraphQLSchema }) | null;
  readonly composer: Composer;
  /** Milliseconds between two readings of the sources. 0: only `refresh` reads them. */
  readonly pollMs: number;
  /** Time limit of one source, in milliseconds. */
  readonly sourceTimeoutMs?: number;
  readonly log?: GraphLog;
  /** Where the last servable graph is kept over a restart. Default: nowhere. */
  readonly lastGood?: LastGoodStore;
}

/** Milliseconds between two readings while nothing is served: subgraphs often start together with the gateway. */
const firstPollMs = 250;
const usualSourceMs = 10_000;

/** How long to wait, in milliseconds, for subgraphs that start together with the gateway, before the graph of the last run is served. */
const startingMs = 2_000;

export interface Graph {
  /** Null until the first composition. */
  schema(): GraphQLSchema | null;
  /** The schema for callers who are limited to a contract. Null until the first composition, and for an unknown contract. */
  contract(name: string): GraphQLSchema | null;
  /** What is served, for a graph that takes over: see `plans-ahead.ts`. Null until the first composition. */
  planned(): PlannedGraph | null;
  /** Names of the subgraphs that are served. */
  subgraphNames(): readonly string[];
  /** The supergraph that is served now. Null until the first composition, and when there is nothing to compose. */
  supergraphSdl(): string | null;
  /** SDL of the other teams' subgraphs as last read, or of the ready supergraph. Null until all of it was read. */
  others(): readonly string[] | null;
  status(): GraphStatus;
  /** Calls the listener with every new schema, and at once with the present one. Returns a function that stops it. */
  onChange(listener: (schema: GraphQLSchema) => void): () => void;
  /** Reads all sources now (at the start and at SIGHUP). Never rejects: `status` says what went wrong. */
  refresh(): Promise<GraphStatus>;
  close(): void;
}

export interface GraphStatus {
  /** Whether there is a supergraph to serve. */
  readonly ready: boolean;
  /** Why the newest sources are not served. Empty when they are. */
  readonly reasons: readonly string[];
  /** When the served graph was composed, in milliseconds since 1970, UTC. */
  readonly composedAt: number | null;
  /** What runs its operations. Null until there is an engine, and when this process alone answers everything. */
  readonly engine: 'planner' | 'stitching' | null;
  readonly subgraphs: ComposedSources['subgraphs'];
}

/** Nothing is read before the first `refresh`. */
export function livingGraph(options: GraphOptions, monotonicMs: () => number = monotonic): Graph {
  const log = options.log ?? (() => {});
  const closing = new AbortController();
  const openedAt = monotonicMs();
  const news = graphNews(log, monotonicMs);
  const listeners = new Set<(schema: GraphQLSchema) => void>();
  const keeper = lastGoodKeeper(options.lastGood, (message, cause) => log('warn', message, { cause: String(cause) }));
  const sources = keptSources(options.source, options.ai);
  const lastRead = new Map<string, string>();
  let openPlanner: OpenPlanner | null = null;
  let served: (ServedGraph & { readonly at: number }) | null = null;
  let others: readonly string[] | null = null;
  let reasons: readonly string[] = ['The graph has not been composed yet.'];
  let subgraphs: GraphStatus['subgraphs'] = [];
  let looking: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;

  const status = (): GraphStatus => ({
    ready: served !== null,
    reasons,
    composedAt: served?.at ?? null,
    subgraphs,
    engine: engineOf(served),
  });

  const serve = async (source: string): Promise<void> => {
    if (served?.source === source) return;
    const { ai } = options;
    const next = servedGraph(source, options, { openPlanner, local: ai === null ? {} : { [localUrl(ai.name)]: ai.schema }, log });
    const planned = await makePlansAhead(served, next, closing.signal);
    throwIfAborted(closing.signal);
    served = { ...next, at: Date.now() };
    const told = { engine: engineOf(served), subgraphs: subgraphs.map(({ name }) => name) };
    log('info', 'The supergraph has been taken into service.', planned === 0 ? told : { ...told, planned });
    for (const listener of listeners) listener(next.schema);
  };

  /** Serves the graph of the last run while nothing else is served. Returns whether it does. */
  const restore = async (kept: LastGood | null): Promise<boolean> => {
    if (served !== null || kept === null || !sources.isOurs(kept)) return false;
    await serve(kept.supergraphSdl);
    others = sources.othersIn(kept);
    log('warn', 'The graph of before the restart is served, until its sources can be.');
    return true;
  };

  const look = async (signal: AbortSignal): Promise<readonly string[]> => {
    openPlanner = options.openPlanner ?? (await chosenPlanner(options.engine ?? 'auto'));
    const kept = await keeper.recall();
    const isStarting = options.pollMs > 0 && monotonicMs() - openedAt < startingMs;
    if (kept !== null && !isStarting) for (const [name, sdl] of sources.sdlsIn(kept)) if (!lastRead.has(name)) lastRead.set(name, sdl);
    const { source, composer, sourceTimeoutMs = usualSourceMs } = options;
    const told: string[] = [];
    try {
      const found = await composeSources({ source, composer, own: sources.ownWith, sourceTimeoutMs, lastRead }, signal);
      subgraphs = found.subgraphs;
      others = found.others ?? others;
      for (const { name, healthy, asked } of subgraphs) if (asked) options.fetch?.standings?.of(name).heard(healthy);
      told.push(...found.reasons);
      if (found.graph !== null && options.addresses !== undefined)
        told.push(...unknownSubgraphs(found.graph.supergraphSdl, options.addresses.keys()));
      if (found.graph === null) await restore(kept);
      else {
        await serve(found.graph.supergraphSdl);
        await keeper.keep(found.graph);
      }
      return told;
    } catch (error) {
      if (signal.aborted || !(await restore(kept))) throw error;
      return [...told, asGatewayError(error).message];
    }
  };

  const once = async (): Promise<void> => {
    try {
      const found = await untilAborted(look(closing.signal), closing.signal);
      news.tell(found, served !== null, subgraphs);
      reasons = found;
    } catch (error) {
      if (closing.signal.aborted) return;
      const failure = asGatewayError(error);
      news.tellFailure(failure.message, failure.errorId, String(failure.cause ?? ''));
      reasons = [failure.message];
    }
  };

  const schedule = (): void => {
    clearTimeout(timer);
    if (options.pollMs <= 0 || closing.signal.aborted) return;
    timer = setTimeout(() => void lookOnce(), served === null ? Math.min(options.pollMs, firstPollMs) : options.pollMs);
    timer.unref();
  };

  const lookOnce = (): Promise<void> => {
    looking ??= once().finally(() => {
      looking = null;
      schedule();
    });
    return looking;
  };

  /** A running refresh may have read its sources before they changed. A caller who asks now gets the result of the next one. */
  const refresh = async (): Promise<GraphStatus> => {
    await looking;
    await lookOnce();
    return status();
  };

  return {
    schema: () => served?.schema ?? null,
    contract: (name) => served?.contracts.get(name) ?? null,
    planned: () => served,
    subgraphNames: () => served?.names ?? [],
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
