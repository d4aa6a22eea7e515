/** Reads from the configuration how remote subgraphs are asked: for operations, and for their SDL. */
import { readFileSync } from 'node:fs';
import { holdsKey } from '../../access/virtual-key.ts';
import type { GatewayConfig, SubgraphConfig } from '../../config/config.ts';
import { withDefaults } from '../../config/kinds/section.ts';
import { pathIn } from '../../config/path-in.ts';
import { graphSection } from '../../config/sections/graph/graph-section.ts';
import { subgraphSection } from '../../config/sections/graph/subgraph-section.ts';
import { Secret } from '../../core/secret.ts';
import type { Authorize } from '../../federation/authorization.ts';
import type { SubgraphSource } from '../../federation/compose/sources.ts';
import type { SubgraphAccess } from '../../federation/subgraphs/access/subgraph-settings.ts';
import type { SubgraphStandings } from '../../federation/subgraphs/access/subgraph-standings.ts';
import type { FetchOptions } from '../../federation/subgraphs/fetch.ts';
import { askForOperation, authorizeField } from '../../server/subgraph-access.ts';
import type { Log } from '../../telemetry/log.ts';
import { subgraphFailureLog } from '../../telemetry/log-failures.ts';
import type { Metrics } from '../../telemetry/metrics.ts';

export interface AccessParts {
  readonly config: GatewayConfig;
  readonly folder: string;
  readonly standings: SubgraphStandings;
  /** Null where they are turned off. */
  readonly metrics: Pick<Metrics, 'subgraphs'> | null;
  readonly log: Log;
}

/** How remote subgraphs are asked on behalf of an operation, and what its principal may ask of them. */
export function accessTo({ config, folder, standings, metrics, log }: AccessParts): {
  readonly fetch: FetchOptions;
  readonly authorize: Authorize;
} {
  const graph = withDefaults(graphSection, config.graph);
  return {
    fetch: {
      propagate: graph.forwardHeaders,
      maxObjects: graph.maxObjects,
      ...askForOperation,
      isOurSecret: holdsKey,
      standings,
      ...(metrics === null ? {} : { onAttempted: metrics.subgraphs.attempted, onSubscription: metrics.subgraphs.subscription }),
      subgraphs: Object.fromEntries((graph.subgraphs ?? []).map((subgraph) => [subgraph.name, accessOf(subgraph, folder)])),
      onFailure: subgraphFailureLog(log),
    },
    authorize: authorizeField,
  };
}

function accessOf(subgraph: SubgraphConfig, folder: string): Partial<SubgraphAccess> {
  const settings = withDefaults(subgraphSection, subgraph);
  const { timeoutMs, retries, headers, maxResponseBytes, maxConcurrency, circuitFailures, subscriptionUrl, ca, h2c } = settings;
  return {
    headers: revealHeaders(headers),
    forward: (settings.forwardHeaders ?? []).map((header) => (typeof header === 'string' ? { name: header } : header)),
    withhold: settings.withholdHeaders.map((name) => name.toLowerCase()),
    answerHeaders: settings.responseHeaders.map((name) => name.toLowerCase()),
    timeoutMs,
    retries,
    maxResponseBytes,
    circuitFailures,
    h2c,
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
    ...(subscriptionUrl === undefined ? {} : { subscriptionUrl }),
    ...(ca === undefined ? {} : { ca: readFileSync(pathIn(folder, ca), 'utf8') }),
  };
}

/** The other teams' subgraphs that the gateway composes, and where the SDL of each is read. */
export const subgraphSources = ({ graph = {} }: GatewayConfig, folder: string): readonly SubgraphSource[] =>
  (graph.subgraphs ?? []).flatMap(({ name, url, sdl, headers, ca, h2c }) =>
    url === undefined
      ? []
      : [
          {
            name,
            url,
            headers: revealHeaders(headers),
            ...(h2c === undefined ? {} : { h2c }),
            ...(ca === undefined ? {} : { ca: readFileSync(pathIn(folder, ca), 'utf8') }),
            ...(sdl === undefined ? {} : { sdl: { file: pathIn(folder, sdl) } }),
          },
        ],
  );

/**
 * Addresses that replace those of the supergraph, by the names of its subgraphs. Every name that the configuration has settings for is in
 * it.
 */
export const subgraphAddresses = ({ graph = {} }: GatewayConfig): ReadonlyMap<string, string | null> =>
  new Map((graph.subgraphs ?? []).map(({ name, url }) => [name, url ?? null]));

/** Headers by lower-case name, with their secrets. */
export function revealHeaders(headers: SubgraphConfig['headers'] = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === null ? [] : [[name.toLowerCase(), value instanceof Secret ? value.reveal() : value]],
    ),
  );
}

/** Headers of clients that may go on to a subgraph, so that pages may send them. */
export const forwardedNames = ({ graph = {} }: GatewayConfig): readonly string[] => [
  ...(graph.forwardHeaders ?? []),
  ...(graph.subgraphs ?? []).flatMap(({ forwardHeaders = [] }) =>
    forwardHeaders.map((header) => (typeof header === 'string' ? header : header.name)),
  ),
];

/** Headers of subgraphs' answers that clients get, so that pages may read them. */
export const answeredNames = ({ graph = {} }: GatewayConfig): readonly string[] => [
  ...new Set((graph.subgraphs ?? []).flatMap(({ responseHeaders = [] }) => responseHeaders.map((name) => name.toLowerCase()))),
];
