/** Builds the routes of a configuration for the pipeline: names resolved, prices looked up, defaults filled in. */
import type { DeploymentConfig, GatewayConfig, RouteConfig } from '../config/config.ts';
import { withDefaults } from '../config/kinds/section.ts';
import { deploymentSection } from '../config/sections/deployments-section.ts';
import { routeSection } from '../config/sections/routes-section.ts';
import type { DataClasses } from '../fields/data-classes.ts';
import type { FieldsRead } from '../fields/read-fields.ts';
import { embeddedLexical } from '../providers/embedded/embedded.ts';
import type { CollectionConfig } from '../retrieval/collections.ts';
import { checkStrategy } from '../routing/checked-strategy.ts';
import { contextWindowOf, priceOf } from '../routing/prices.ts';
import type { Deployment, Route, Strategy } from '../routing/route.ts';
import type { RuleBook } from '../routing/routing-rules.ts';
import { strategies } from '../routing/strategies.ts';
import { type Log, silentLog } from '../telemetry/log.ts';
import { repeatedSeldom } from '../telemetry/repeated-warnings.ts';

/** The collections with the model of their embedding routes. */
export function collectionsOf(config: GatewayConfig): Readonly<Record<string, CollectionConfig>> {
  return Object.fromEntries(
    Object.entries(config.collections ?? {}).map(([name, collection]) => [
      name,
      { ...collection, ...embeddingOf(config, collection.embeddingRoute ?? 'embedding') },
    ]),
  );
}

/** Lexical vectors say no more than the words, so only words decide there which passages are relevant. */
export function embeddingOf(config: GatewayConfig, route: string): Pick<CollectionConfig, 'embeddingModel' | 'similarityFloor'> {
  const embeddingModel = embeddingModelOf(config, route) ?? 'unknown';
  return { embeddingModel, ...(embeddingModel === embeddedLexical ? { similarityFloor: 1 } : {}) };
}

/** The route's embedding model; null when it has none. */
export function embeddingModelOf(config: GatewayConfig, route: string): string | null {
  const ids = config.routes[route]?.deployments ?? [];
  const embeds = ids.find((id) => config.deployments[id]?.capabilities?.includes('embedding'));
  return embeds === undefined ? null : (config.deployments[embeds]?.model ?? null);
}

/**
 * The rules of the configuration. `read`: what its AI fields send. `othersNow`: the SDL of the other subgraphs. Null: it is not known
 * yet, and a field that reads other subgraphs then counts as sending every class of data that a rule names.
 */
export function ruleBookOf(
  { rules = [] }: GatewayConfig,
  { dataClasses, reads }: Pick<FieldsRead, 'dataClasses' | 'reads'>,
  othersNow: () => readonly string[] | null,
): RuleBook {
  const all = [...new Set(rules.flatMap((rule) => rule.dataClasses ?? []))];
  let known: { readonly others: readonly string[]; readonly classes: DataClasses } | null = null;
  function classesOf(coordinate: string): readonly string[] {
    if (all.length === 0) return noClasses;
    const others = othersNow();
    if (others === null) return (reads.get(coordinate)?.size ?? 0) > 0 ? all : noClasses;
    if (known?.others !== others) known = { others, classes: dataClasses(others) };
    return known.classes.get(coordinate) ?? noClasses;
  }
  return {
    rules: rules.map(
      ({ name, teams = null, routes, dataClasses = null, deployments = null, models = null, regions = null, maxInputTokens = null }) => ({
        ...{ name, teams, dataClasses, deployments, models, regions, maxInputTokens },
        routes: routes === undefined || routes === '*' ? null : routes,
      }),
    ),
    classesOf,
  };
}

const noClasses: readonly string[] = [];

/** For a configuration without mistakes: an unknown name is left out here, and reported by `config/check-config.ts`. */
export function routesOf(config: GatewayConfig, log: Pick<Log, 'warn'> = silentLog): ReadonlyMap<string, Route> {
  const deployments = new Map(Object.entries(config.deployments).flatMap(([id, settings]) => deploymentOf(config, id, settings)));
  return new Map(Object.entries(config.routes).flatMap(([name, settings]) => routeOf(name, settings, deployments, log)));
}

function deploymentOf(config: GatewayConfig, id: string, given: DeploymentConfig): [string, Deployment][] {
  const settings = withDefaults(deploymentSection, given);
  const provider = config.providers[settings.provider];
  if (provider === undefined) return [];
  const pricedAs = settings.pricedAs ?? settings.provider;
  const deployment: Deployment = {
    id,
    provider,
    model: settings.model,
    price: priceOf(pricedAs, settings.model, settings.price ?? null),
    contextWindow: settings.contextWindow ?? contextWindowOf(pricedAs, settings.model),
    maxOutputTokens: settings.maxOutputTokens,
    capabilities: settings.capabilities,
    weight: settings.weight,
    region: settings.region ?? null,
  };
  return [[id, deployment]];
}

function routeOf(
  name: string,
  given: RouteConfig,
  deployments: ReadonlyMap<string, Deployment>,
  log: Pick<Log, 'warn'>,
): [string, Route][] {
  const settings = withDefaults(routeSection, given);
  const [first, ...others] = settings.deployments.flatMap((id) => deployments.get(id) ?? []);
  if (first === undefined) return [];
  const route: Route = {
    name,
    description: settings.description ?? null,
    deployments: [first, ...others],
    system: settings.system ?? null,
    callerSystem: settings.callerSystem,
    inputBound: null,
    strategy: typeof settings.strategy === 'function' ? ownStrategy(name, settings.strategy, log) : strategies[settings.strategy],
    attempts: settings.attempts ?? 2 + others.length,
    hedge: settings.hedge ?? null,
    firstChunkMs: settings.firstChunkMs,
    idleMs: settings.idleMs,
    wholeMode: settings.wholeMode,
    wholeModeMs: settings.wholeModeMs,
    totalMs: settings.totalMs,
    cacheSeconds: settings.cacheSeconds ?? null,
    providerOptions: settings.providerOptions,
  };
  return [[name, route]];
}

function ownStrategy(route: string, strategy: Strategy, log: Pick<Log, 'warn'>): Strategy {
  const warn = repeatedSeldom((event, fields) => log.warn(event, fields));
  return checkStrategy(strategy, (what, err) => warn(`a strategy was not followed: ${what}`, { route, err }));
}
