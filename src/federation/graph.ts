/**
 * The living supergraph: reads its sources, composes what changed, and replaces the schema by a new object.
 *
 * Operations in flight keep the schema they began with. A source that is down, or subgraphs that do not compose, never
 * replace what is served: the last good supergraph stays, also across a restart, and `status` says why.
 */
import type { GraphQLSchema } from 'graphql';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import { untilAborted } from '../core/turns/abort.ts';
import { monotonicMs as monotonic } from '../core/turns/monotonic.ts';
import type { Composer, Subgraph } from './compose/compose.ts';
import { type ComposedSources, composeSources, type GraphSource } from './compose/compose-sources.ts';
import { type Contract, contractSdl } from './compose/contract.ts';
import { namesIn, unknownSubgraphs, withAddresses } from './compose/subgraph-addresses.ts';
import { chosenPlanner, type EngineChoice } from './engine/choose-engine.ts';
import { engineIn } from './engine/execution.ts';
import type { OpenPlanner } from './engine/plan/planner.ts';
import { UnreadableSupergraph } from './engine/planned-schema.ts';
import { type GraphLog, graphNews } from './graph-news.ts';
import { type LastGood, type LastGoodStore, lastGoodKeeper } from './last-good.ts';
import { checkPolicies, policiesOf, withPolicies } from './policies.ts';
import { type SupergraphOptions, supergraphSchema } from './supergraph.ts';

export type { GraphSource };

export interface GraphOptions extends Omit<SupergraphOptions, 'supergraphSdl' | 'local'> {
  /** Default: auto. */
  readonly engine?: EngineChoice;
  readonly source: GraphSource;
  /** The AI subgraph; null (`ai: false`) serves the source without it. Its SDL may depend on that of the others. */
  readonly ai: {
    readonly name: string;
    readonly sdl: string | ((others: readonly string[]) => string);
    readonly schema: GraphQLSchema;
  } | null;
  readonly composer: Composer;
  /** Of a ready supergraph: its subgraphs that the configuration has settings for, with the addresses that replace theirs; null: none does. */
  readonly addresses?: ReadonlyMap<string, string | null>;
  /** Variants of the graph, by name. */
  readonly contracts?: Readonly<Record<string, Contract>>;
  /** Names of the policies that there are functions for. Default: none, and a supergraph that names one is not served. */
  readonly policies?: readonly string[];
  /** Milliseconds between two looks at the sources; 0: only at `refresh`. */
  readonly pollMs: number;
  /** Milliseconds that one source may take. */
  readonly sourceTimeoutMs?: number;
  readonly log?: GraphLog;
  /** Where the last graph that could be served outlives a restart. Default: nowhere. */
  readonly lastGood?: LastGoodStore;
}

/** Milliseconds between two looks while there is nothing to serve yet: subgraphs often start together with the gateway. */
const firstPollMs = 250;
const usualSourceMs = 10_000;

/** Milliseconds in which subgraphs that start together with the gateway are waited for, rather than served as they were before. */
const startingMs = 2_000;

export interface Graph {
  /** Null until first composed. */
  schema(): GraphQLSchema | null;
  /** The schema for callers who are held to a contract; null until first composed, and where there is no such contract. */
  contract(name: string): GraphQLSchema | null;
  /** Names of the subgraphs in what is served. */
  subgraphNames(): readonly string[];
  /** What is served now; null until first composed, and where there is nothing to compose. */
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
  /** What runs its operations; null until there is one, and where there is nothing to run but this process. */
  readonly engine: 'planner' | 'stitching' | null;
  readonly subgraphs: ComposedSources['subgraphs'];
}

interface Served {
  /** As its sources say. */
  readonly source: string;
  /** With the addresses of the configuration. */
  readonly sdl: string;
  readonly names: readonly string[];
  readonly contracts: ReadonlyMap<string, GraphQLSchema>;
  readonly schema: GraphQLSchema;
  readonly at: number;
}

/** Nothing is read before the first `refresh`. */
export function livingGraph(options: GraphOptions, monotonicMs: () => number = monotonic): Graph {
  const log = options.log ?? (() => {});
  const closing = new AbortController();
  const openedAt = monotonicMs();
  const news = graphNews(log, monotonicMs);
  const listeners = new Set<(schema: GraphQLSchema) => void>();
  const keeper = lastGoodKeeper(options.lastGood, (message, cause) => log('warn', message, { cause: String(cause) }));
  const lastRead = new Map<string, string>();
  let openPlanner: OpenPlanner | null = null;
  let served: Served | null = null;
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

  const engineOf = (graph: Served | null): GraphStatus['engine'] =>
    graph === null ? null : engineIn(graph.schema) === null ? 'stitching' : 'planner';

  /** Null: the planner cannot read the supergraph, and need not be the engine. */
  function planned(make: () => GraphQLSchema): GraphQLSchema | null {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof UnreadableSupergraph) || options.engine === 'planner') throw error;
      log('warn', 'The query planner cannot read the supergraph, so its operations are stitched.', { cause: String(error.cause) });
      return null;
    }
  }

  const serve = (source: string): void => {
    if (served?.source === source) return;
    const { ai, fetch, authorize, overrideLabels } = options;
    const execution = Object.fromEntries(Object.entries({ fetch, authorize, overrideLabels }).filter(([, value]) => value !== undefined));
    const sdl = addressed(source, options.addresses);
    const policies = namesIn(sdl).length === 0 ? new Map<string, readonly string[]>() : policiesOf(sdl);
    checkPolicies(policies, options.policies ?? []);
    const schemaOf = (supergraphSdl: string): GraphQLSchema => {
      const parts = { ...execution, supergraphSdl, local: ai === null ? {} : { [localUrl(ai.name)]: ai.schema } };
      const made = planned(() => supergraphSchema({ ...parts, openPlanner })) ?? supergraphSchema(parts);
      withPolicies(made, policies);
      return made;
    };
    const schema = schemaOf(sdl);
    const contracts = new Map(
      Object.entries(options.contracts ?? {}).map(([name, contract]) => [name, schemaOf(contractSdl(sdl, name, contract))] as const),
    );
    served = { source, sdl, names: namesIn(sdl), schema, contracts, at: Date.now() };
    log('info', 'The supergraph has been taken into service.', { engine: engineOf(served), subgraphs: subgraphs.map(({ name }) => name) });
    for (const listener of listeners) listener(schema);
  };

  const ownWith = (sdls: readonly string[]): readonly Subgraph[] =>
    options.ai === null ? [] : [{ name: options.ai.name, url: localUrl(options.ai.name), sdl: sdlOf(options.ai.sdl, sdls) }];

  /** SDL of the other teams' subgraphs in it, as `others` returns it. */
  const othersIn = ({ file, subgraphs: all, supergraphSdl }: LastGood): readonly string[] =>
    file === null ? all.filter(({ name }) => name !== options.ai?.name).map(({ sdl }) => sdl) : [supergraphSdl];

  /** Whether it is a graph of this configuration: of the same file, or of the same subgraphs and AI fields. */
  const isOurs = (graph: LastGood): boolean => {
    if (options.source.kind === 'supergraph') return graph.file === options.source.reader.from;
    const asked = [...options.source.subgraphs, ...ownWith(othersIn(graph))];
    return graph.file === null && addressesOf(graph.subgraphs) === addressesOf(asked) && ownSdlIn(graph) === ownSdlIn({ subgraphs: asked });
  };

  const ownSdlIn = (graph: { readonly subgraphs: readonly { readonly name: string; readonly sdl?: unknown }[] }): unknown =>
    graph.subgraphs.find(({ name }) => name === options.ai?.name)?.sdl;

  /** While nothing is served: what was served before the restart. Says whether it is. */
  const restore = (kept: LastGood | null): boolean => {
    if (served !== null || kept === null || !isOurs(kept)) return false;
    serve(kept.supergraphSdl);
    others = othersIn(kept);
    log('warn', 'The graph of before the restart is served, until its sources can be.');
    return true;
  };

  /** What a subgraph that is down said before the restart. */
  const rememberSdl = (kept: LastGood | null): void => {
    if (kept === null || options.source.kind !== 'subgraphs') return;
    for (const { name, url } of options.source.subgraphs) {
      const known = kept.subgraphs.find((subgraph) => subgraph.name === name && subgraph.url === url);
      if (known !== undefined && !lastRead.has(name)) lastRead.set(name, known.sdl);
    }
  };

  const look = async (signal: AbortSignal): Promise<readonly string[]> => {
    openPlanner = options.openPlanner ?? (await chosenPlanner(options.engine ?? 'auto'));
    const kept = await keeper.recall();
    if (options.pollMs === 0 || monotonicMs() - openedAt >= startingMs) rememberSdl(kept);
    const { source, composer, sourceTimeoutMs = usualSourceMs } = options;
    const told: string[] = [];
    try {
      const found = await composeSources({ source, composer, own: ownWith, sourceTimeoutMs, lastRead }, signal);
      subgraphs = found.subgraphs;
      others = found.others ?? others;
      for (const { name, healthy, asked } of subgraphs) if (asked) options.fetch?.standings?.of(name).heard(healthy);
      told.push(...found.reasons);
      if (found.graph !== null && options.addresses !== undefined)
        told.push(...unknownSubgraphs(found.graph.supergraphSdl, options.addresses.keys()));
      if (found.graph === null) restore(kept);
      else {
        serve(found.graph.supergraphSdl);
        await keeper.keep(found.graph);
      }
      return told;
    } catch (error) {
      if (signal.aborted || !restore(kept)) throw error;
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

  /** A refresh that is running may have read its sources before they changed. A caller who asks now gets the result of the next one. */
  const refresh = async (): Promise<GraphStatus> => {
    await looking;
    await lookOnce();
    return status();
  };

  return {
    schema: () => served?.schema ?? null,
    contract: (name) => served?.contracts.get(name) ?? null,
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

export const localUrl = (name: string): string => `local://${name}`;

/** A text that is no SDL is left to what refuses it in a sentence. */
function addressed(supergraphSdl: string, addresses: ReadonlyMap<string, string | null> = new Map()): string {
  return namesIn(supergraphSdl).length === 0 ? supergraphSdl : withAddresses(supergraphSdl, addresses);
}

const sdlOf = (sdl: string | ((others: readonly string[]) => string), others: readonly string[]): string =>
  typeof sdl === 'string' ? sdl : sdl(others);

const addressesOf = (subgraphs: readonly { readonly name: string; readonly url: string }[]): string =>
  JSON.stringify(subgraphs.map(({ name, url }) => [name, url]).sort());
