/** Settings that there are not, and values that no setting takes: what a compiler would tell, for files that none has seen. */
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
} from '../../config.ts';
import type { Capability } from '../../providers/provider.ts';
import { shown } from './told.ts';

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
  mostPerOperation: true,
  mostObjects: true,
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
const storage: Names<StorageConfig> = { folder: true, usageDays: true, acceptLostMasterKey: true };
const telemetry: Names<TelemetryConfig> = { metrics: true };
const metrics: Names<MetricsAddress> = { host: true, port: true };
const server: Names<ServerConfig> = {
  host: true,
  port: true,
  origins: true,
  development: true,
  drainMs: true,
  strangersPerMinute: true,
  trustedProxies: true,
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

function unknownSettings(config: GatewayConfig): readonly string[] {
  const { deployments, routes, teams = {} } = config;
  const of = (path: string, value: object | undefined, names: Readonly<Record<string, true>>): readonly string[] =>
    Object.keys(value ?? {})
      .filter((name) => !Object.hasOwn(names, name))
      .map((name) => `${path}${name} is no setting. Settings${path === '' ? '' : ' here'}: ${Object.keys(names).join(', ')}.`);
  const ofEach = (path: string, values: object, names: Readonly<Record<string, true>>): readonly string[] =>
    Object.entries(values).flatMap(([name, value]) => of(`${path}.${name}.`, value as object, names));
  return [
    ...of('', config, gateway),
    ...ofEach('deployments', deployments, deployment),
    ...ofEach('routes', routes, route),
    ...Object.entries(routes).flatMap(([name, settings]) => of(`routes.${name}.hedge.`, settings.hedge, hedge)),
    ...ofEach('guardrails', config.guardrails ?? [], guardrail),
    ...ofEach('collections', config.collections ?? {}, collection),
    ...ofEach('documents', config.documents ?? [], document),
    ...of('retrieval.', config.retrieval, retrieval),
    ...ofEach('teams', teams, team),
    ...of('graph.', config.graph, graph),
    ...ofEach('graph.subgraphs', config.graph?.subgraphs ?? [], subgraph),
    ...of('storage.', config.storage, storage),
    ...of('server.', config.server, server),
    ...of('telemetry.', config.telemetry, telemetry),
    ...of('telemetry.metrics.', config.telemetry?.metrics || undefined, metrics),
  ];
}

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
