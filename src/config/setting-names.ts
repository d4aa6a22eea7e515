/** Settings that there are not, and values that no setting takes: what a compiler would tell, for files that none has seen. */

import { nearestName } from '../core/nearest-name.ts';
import type { Capability } from '../providers/provider.ts';
import type {
  DeploymentConfig,
  GatewayConfig,
  GraphConfig,
  GuardrailConfig,
  LogLevel,
  MetricsAddress,
  RetrievalConfig,
  RouteConfig,
  ServerConfig,
  StorageConfig,
  SubgraphConfig,
  TeamConfig,
  TelemetryConfig,
} from './config.ts';
import { shown } from './mistake-sentences.ts';
import { flatPriceNames, tieredPriceNames, tierNames } from './price-section.ts';

type Names<T> = Readonly<Record<keyof T, true>>;

const gateway: Names<GatewayConfig> = {
  providers: true,
  deployments: true,
  routes: true,
  guardrails: true,
  maskPersonalData: true,
  collections: true,
  documents: true,
  retrieval: true,
  teams: true,
  graph: true,
  storage: true,
  server: true,
  telemetry: true,
  logLevel: true,
};
const deployment: Names<DeploymentConfig> = {
  provider: true,
  model: true,
  capabilities: true,
  price: true,
  pricedAs: true,
  contextWindow: true,
  maxOutputTokens: true,
  weight: true,
};
const route: Names<RouteConfig> = {
  description: true,
  deployments: true,
  strategy: true,
  cacheSeconds: true,
  attempts: true,
  hedge: true,
  firstChunkMs: true,
  idleMs: true,
  totalMs: true,
  providerOptions: true,
};
const hedge: Names<NonNullable<RouteConfig['hedge']>> = { afterMs: true };
const guardrail: Names<GuardrailConfig> = { guardrail: true, routes: true };
/** A collection without `readers` is everybody's, so that none may go by a wrong name. */
const collection: Names<NonNullable<GatewayConfig['collections']>[string]> = {
  readers: true,
  writers: true,
  embeddingRoute: true,
  similarityFloor: true,
};
const document: Names<NonNullable<GatewayConfig['documents']>[number]> = { collection: true, paths: true };
const retrieval: Names<RetrievalConfig> = {
  maxQueuedSources: true,
  maxQueuedBytes: true,
  maxSourcesAtOnce: true,
  maxSourcesAtOncePerTeam: true,
};
const team: Names<TeamConfig> = {
  dailyBudget: true,
  monthlyBudget: true,
  requestsPerMinute: true,
  callsPerMinute: true,
  concurrency: true,
};
const graph: Names<GraphConfig> = {
  ai: true,
  supergraph: true,
  subgraphs: true,
  fields: true,
  prompts: true,
  pollSeconds: true,
  forwardHeaders: true,
  indexHeaders: true,
  maxCostPerOperation: true,
  maxObjects: true,
  overrideLabels: true,
};
const subgraph: Names<SubgraphConfig> = {
  name: true,
  url: true,
  sdl: true,
  timeoutMs: true,
  retries: true,
  headers: true,
  subscriptionUrl: true,
  run: true,
};
const storage: Names<StorageConfig> = { folder: true, usageDays: true, acceptLostMasterKey: true, lostHoldHours: true };
const telemetry: Names<TelemetryConfig> = { metrics: true };
const metrics: Names<MetricsAddress> = { host: true, port: true };
const server: Names<ServerConfig> = {
  host: true,
  port: true,
  origins: true,
  development: true,
  drainMs: true,
  requestsPerMinutePerAddress: true,
  trustedProxies: true,
  limits: true,
};
const capabilities: Readonly<Record<Capability, true>> = {
  completion: true,
  embedding: true,
  tools: true,
  images: true,
  files: true,
  json: true,
  reasoning: true,
  extractive: true,
};
const logLevels: Readonly<Record<LogLevel, true>> = { debug: true, info: true, warn: true, error: true, silent: true };

export function settingMistakes(config: GatewayConfig): readonly string[] {
  return [...unknownSettings(config), ...wrongValues(config)];
}

type Checked = Readonly<Record<string, true>>;
type Settings = Readonly<Record<string, unknown>>;
type Objects = readonly (readonly [path: string, value: unknown, names: Checked])[];

/** Settings that must be objects and are not: what else is wrong with such a file cannot be told. */
export function shapeMistakes(config: GatewayConfig): readonly string[] {
  const missing = (['providers', 'deployments', 'routes'] as const).filter((name) => config[name] === undefined);
  return [
    ...missing.map((name) => `${name} is missing. It must be an object.`),
    ...objectsIn(config).flatMap(([path, value, names]) =>
      isObject(value) ? [] : [`${path} is ${shown(value)}. It must be an object with settings: ${Object.keys(names).join(', ')}.`],
    ),
    ...(['providers', 'deployments', 'routes', 'collections', 'teams'] as const)
      .filter((name) => config[name] !== undefined && !isObject(config[name]))
      .map((name) => `${name} is ${shown(config[name])}. It must be an object with a member for each.`),
    ...(
      [
        ['guardrails', config.guardrails],
        ['documents', config.documents],
        ['graph.subgraphs', config.graph?.subgraphs],
      ] as const
    )
      .filter(([, list]) => list !== undefined && !Array.isArray(list))
      .map(([path, list]) => `${path} is ${shown(list)}. It must be a list.`),
  ];
}

/** Settings that had another name before. */
const renamed: Readonly<Record<string, string>> = {
  'graph.mostPerOperation': 'maxCostPerOperation',
  'graph.mostObjects': 'maxObjects',
  'server.strangersPerMinute': 'requestsPerMinutePerAddress',
};

function unknownSettings(config: GatewayConfig): readonly string[] {
  return objectsIn(config).flatMap(([path, value, names]) =>
    Object.keys(isObject(value) ? value : {})
      .filter((name) => !Object.hasOwn(names, name))
      .map((name) => {
        const known = Object.keys(names);
        const at = path === '' ? name : `${path}.${name}`;
        if (Object.hasOwn(renamed, at)) return `${at} is named ${renamed[at]} now. Write ${renamed[at]} in its place.`;
        const meant = nearestName(name, known);
        return `${at} is no setting. Settings${path === '' ? '' : ' here'}: ${known.join(', ')}.${meant === null ? '' : ` Did you mean ${meant}?`}`;
      }),
  );
}

/** Every object of the configuration whose names are the gateway's own, with its path. */
function objectsIn(config: GatewayConfig): Objects {
  const of = (path: string, value: unknown, names: Checked): Objects => (value === undefined ? [] : [[path, value, names] as const]);
  const each = (path: string, values: unknown, names: Checked, within: (path: string, value: Settings) => Objects = () => []) =>
    Object.entries(typeof values === 'object' && values !== null ? values : {}).flatMap(([name, value]) => [
      ...of(`${path}.${name}`, value ?? null, names),
      ...(isObject(value) ? within(`${path}.${name}`, value) : []),
    ]);
  const { metrics: address } = config.telemetry ?? {};
  return [
    ...of('', config, gateway),
    ...each('deployments', config.deployments, deployment, (path, settings) => pricesIn(`${path}.price`, settings['price'])),
    ...each('routes', config.routes, route, (path, settings) => of(`${path}.hedge`, settings['hedge'], hedge)),
    ...each('guardrails', config.guardrails, guardrail),
    ...each('collections', config.collections, collection),
    ...each('documents', config.documents, document),
    ...of('retrieval', config.retrieval, retrieval),
    ...each('teams', config.teams, team),
    ...of('graph', config.graph, graph),
    ...each('graph.subgraphs', config.graph?.subgraphs, subgraph),
    ...of('storage', config.storage, storage),
    ...of('server', config.server, server),
    ...of('telemetry', config.telemetry, telemetry),
    ...of('telemetry.metrics', address === false ? undefined : address, metrics),
  ];
}

function pricesIn(path: string, price: unknown): Objects {
  if (price === undefined) return [];
  if (!isObject(price) || !('tiers' in price)) return [[path, price, flatPriceNames]];
  const tiers: readonly unknown[] = Array.isArray(price['tiers']) ? price['tiers'] : [];
  return [[path, price, tieredPriceNames], ...tiers.map((tier, index) => [`${path}.tiers.${index}`, tier, tierNames] as const)];
}

const isObject = (value: unknown): value is Settings => typeof value === 'object' && value !== null && !Array.isArray(value);

function wrongValues({ deployments, graph = {}, logLevel }: GatewayConfig): readonly string[] {
  const found: string[] = [];
  for (const [id, { capabilities: own = [] }] of Object.entries(deployments)) {
    for (const name of own.filter((name) => !Object.hasOwn(capabilities, name)))
      found.push(`deployments.${id}.capabilities has ${shown(name)}. Capabilities: ${Object.keys(capabilities).join(', ')}.`);
  }
  for (const name of graph.forwardHeaders ?? [])
    if (!isHeaderName(name)) found.push(`graph.forwardHeaders has ${shown(name)}. It must be the name of a header, such as x-tenant.`);
  if (logLevel !== undefined && !Object.hasOwn(logLevels, logLevel))
    found.push(`logLevel is ${shown(logLevel)}. Levels: ${Object.keys(logLevels).join(', ')}.`);
  return found;
}

const isHeaderName = (name: string): boolean => /^[\w!#$%&'*+.^`|~-]+$/.test(name);
