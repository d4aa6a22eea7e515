/** All mistakes of a configuration at once, in sentences, each with the path of what is wrong, before anything listens. */
import { existsSync } from 'node:fs';
import { type DeploymentConfig, type GatewayConfig, pathIn, type RouteNames } from '../config.ts';
import { nanoUsdOf } from '../core/money.ts';
import { strategies } from '../routing/strategies/registry.ts';
import { networks } from '../server/address.ts';
import { settingMistakes } from './config-settings.ts';
import { embeddingModelOf, routesOf } from './routes.ts';

export interface ConfigReport {
  /** The gateway does not start with these. */
  readonly mistakes: readonly string[];
  /** It starts, and refuses some calls. */
  readonly warnings: readonly string[];
}

/** `folder`: where the configuration lies; its relative paths begin there. */
export function checkConfig(config: GatewayConfig, folder: string): ConfigReport {
  const mistakes = [
    ...settingMistakes(config),
    ...deploymentMistakes(config),
    ...routeMistakes(config),
    ...routeNameMistakes(config),
    ...collectionMistakes(config, folder),
    ...teamMistakes(config),
    ...graphMistakes(config, folder),
    ...serverMistakes(config),
    ...storageMistakes(config),
    ...telemetryMistakes(config),
  ];
  return { mistakes, warnings: [...keyless(config), ...unpriced(config), ...handedOn(config)] };
}

const isWhole = (value: number, least: number): boolean => Number.isInteger(value) && value >= least;

const listed = (names: Iterable<string>): string => [...names].join(', ') || 'none';

const notThere = (path: string, file: string, folder: string): string[] =>
  existsSync(pathIn(folder, file)) ? [] : [`${path} is "${file}", which is not there. Paths begin at ${folder}.`];

function deploymentMistakes(config: GatewayConfig): string[] {
  return Object.entries(config.deployments).flatMap(([id, deployment]) => {
    const path = `deployments.${id}`;
    const found: string[] = [];
    if (config.providers[deployment.provider] === undefined) {
      found.push(`${path}.provider is "${deployment.provider}". Providers: ${listed(Object.keys(config.providers))}.`);
    }
    if (deployment.model.trim() === '') found.push(`${path}.model is empty. It is the vendor's name of the model, such as gpt-5-mini.`);
    for (const name of ['contextWindow', 'maxOutputTokens'] as const) {
      const value = deployment[name];
      if (value !== undefined && !isWhole(value, 1))
        found.push(`${path}.${name} is ${value}. It must be a whole number of tokens above 0.`);
    }
    if (deployment.weight !== undefined && !(deployment.weight >= 0))
      found.push(`${path}.weight is ${deployment.weight}. It must be 0 or more.`);
    for (const [of, amount] of pricesIn(deployment)) {
      if (!(amount >= 0)) found.push(`${path}.price.${of} is ${amount}. It must be US dollars per million tokens, 0 or more.`);
    }
    return found;
  });
}

/** Every amount of an operator's own price, by its name. */
function pricesIn({ price }: DeploymentConfig): readonly (readonly [string, number])[] {
  if (price === undefined) return [];
  if (!('tiers' in price)) return Object.entries(price);
  return price.tiers.flatMap((tier, index) => Object.entries(tier).map(([of, amount]) => [`tiers.${index}.${of}`, amount] as const));
}

function routeMistakes(config: GatewayConfig): string[] {
  const found = Object.entries(config.routes).flatMap(([name, route]) => {
    const path = `routes.${name}`;
    const inRoute: string[] = [];
    if (route.deployments.length === 0)
      inRoute.push(`${path}.deployments is empty. Deployments: ${listed(Object.keys(config.deployments))}.`);
    for (const id of route.deployments) {
      if (config.deployments[id] === undefined)
        inRoute.push(`${path}.deployments names "${id}". Deployments: ${listed(Object.keys(config.deployments))}.`);
    }
    if (route.strategy !== undefined && !Object.hasOwn(strategies, route.strategy)) {
      inRoute.push(`${path}.strategy is "${route.strategy}". Strategies: ${listed(Object.keys(strategies))}.`);
    }
    for (const key of ['cacheSeconds', 'attempts', 'firstChunkMs', 'idleMs', 'totalMs'] as const) {
      const value = route[key];
      if (value !== undefined && !isWhole(value, 1)) inRoute.push(`${path}.${key} is ${value}. It must be a whole number above 0.`);
    }
    const { hedge, attempts = 2 } = route;
    if (hedge !== undefined && !(Number.isInteger(hedge.afterMs) && hedge.afterMs > 0))
      inRoute.push(`${path}.hedge.afterMs is ${hedge.afterMs}. It must be a whole number of milliseconds above 0.`);
    if (hedge !== undefined && (new Set(route.deployments).size < 2 || attempts < 2))
      inRoute.push(
        `${path}.hedge needs a second deployment and a second attempt. Name another in ${path}.deployments, or leave hedge out.`,
      );
    const models = new Set(
      route.deployments
        .filter((id) => config.deployments[id]?.capabilities?.includes('embedding'))
        .map((id) => config.deployments[id]?.model),
    );
    if (models.size > 1)
      inRoute.push(
        `${path} embeds with several models (${listed([...models].map(String))}). Vectors of two models cannot be compared: give each model a route.`,
      );
    return inRoute;
  });
  return config.routes['default'] === undefined
    ? [...found, 'routes.default is missing. It is the route of every call that names none.']
    : found;
}

function routeNameMistakes(config: GatewayConfig): string[] {
  const check = (path: string, names: RouteNames | undefined): string[] =>
    names === undefined || names === '*'
      ? []
      : names
          .filter((name) => config.routes[name] === undefined)
          .map((name) => `${path} names "${name}". Routes: ${listed(Object.keys(config.routes))}.`);
  return [
    ...check('maskPersonalData', config.maskPersonalData),
    ...(config.guardrails ?? []).flatMap(({ routes, guardrail }) => check(`guardrails (${guardrail.name})`, routes)),
  ];
}

function collectionMistakes(config: GatewayConfig, folder: string): string[] {
  const collections = Object.entries(config.collections ?? {});
  const embedders = Object.keys(config.routes).filter((route) => embeddingModelOf(config, route) !== null);
  return [
    ...collections.flatMap(([name, { embeddingRoute = 'embedding' }]) =>
      embeddingModelOf(config, embeddingRoute) === null
        ? [
            `collections.${name}.embeddingRoute is "${embeddingRoute}", which has no deployment that embeds. Routes that do: ${listed(embedders)}.`,
          ]
        : [],
    ),
    ...(config.documents ?? []).flatMap(({ collection, paths }, index) => [
      ...(config.collections?.[collection] === undefined
        ? [`documents.${index}.collection is "${collection}". Collections: ${listed(collections.map(([name]) => name))}.`]
        : []),
      ...paths.flatMap((path, at) => notThere(`documents.${index}.paths.${at}`, path, folder)),
    ]),
  ];
}

function teamMistakes(config: GatewayConfig): string[] {
  return Object.entries(config.teams ?? {}).flatMap(([name, team]) => {
    const path = `teams.${name}`;
    const found: string[] = [];
    for (const key of ['dailyBudget', 'monthlyBudget'] as const) {
      const value = team[key];
      if (value !== undefined && (typeof value !== 'string' || nanoUsdOf(value) === null))
        found.push(`${path}.${key} is "${value}". It must be US dollars as text, such as "25.00".`);
    }
    for (const key of ['requestsPerMinute', 'concurrency'] as const) {
      const value = team[key];
      if (value !== undefined && !isWhole(value, 1)) found.push(`${path}.${key} is ${value}. It must be a whole number above 0.`);
    }
    return found;
  });
}

function graphMistakes({ graph = {} }: GatewayConfig, folder: string): string[] {
  const { supergraph, subgraphs = [], fields = [], prompts } = graph;
  const found: string[] = [];
  if (supergraph !== undefined && subgraphs.length > 0)
    found.push('graph has a supergraph and subgraphs. Give one: a composed file, or what is to be composed.');
  if (graph.ai === false && supergraph === undefined && subgraphs.length === 0)
    found.push('graph.ai is false, and there is no other graph. Give graph.supergraph or graph.subgraphs, or serve the AI subgraph.');
  if (graph.ai === false && fields.length > 0) found.push('graph.ai is false, but graph.fields has AI fields. Leave one out.');
  const files = [
    ...(supergraph === undefined ? [] : [['graph.supergraph', supergraph] as const]),
    ...(prompts === undefined ? [] : [['graph.prompts', prompts] as const]),
    ...fields.map((file, index) => [`graph.fields.${index}`, file] as const),
    ...subgraphs.flatMap(({ sdl }, index) => (sdl === undefined ? [] : [[`graph.subgraphs.${index}.sdl`, sdl] as const])),
  ];
  found.push(...files.flatMap(([path, file]) => notThere(path, file, folder)));
  if (graph.pollSeconds !== undefined && !(graph.pollSeconds >= 0))
    found.push(`graph.pollSeconds is ${graph.pollSeconds}. It must be a number of seconds, 0 or more; 0 never asks again.`);
  for (const [index, { name, url, timeoutMs = 1, retries = 0 }] of subgraphs.entries()) {
    if (!isWhole(timeoutMs, 1))
      found.push(`graph.subgraphs.${index}.timeoutMs is ${timeoutMs}. It must be a whole number of milliseconds above 0.`);
    if (!isWhole(retries, 0)) found.push(`graph.subgraphs.${index}.retries is ${retries}. It must be a whole number, 0 or more.`);
    if (!/^[A-Za-z][\w-]*$/.test(name) || name === 'ai')
      found.push(
        `graph.subgraphs.${index}.name is "${name}". It must begin with a letter, hold letters, digits, _ and -, and not be "ai", which is our own.`,
      );
    if (subgraphs.findIndex((other) => other.name === name) !== index)
      found.push(`graph.subgraphs.${index}.name is "${name}" a second time. Each subgraph needs a name of its own.`);
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      found.push(`graph.subgraphs.${index}.url is "${url}". It must be an http or https address.`);
  }
  if (graph.mostPerOperation !== undefined && nanoUsdOf(graph.mostPerOperation) === null) {
    found.push(`graph.mostPerOperation is "${graph.mostPerOperation}". It must be US dollars as text, such as "0.50".`);
  }
  if (graph.mostObjects !== undefined && !(Number.isSafeInteger(graph.mostObjects) && graph.mostObjects > 0)) {
    found.push(`graph.mostObjects is ${graph.mostObjects}. It must be a whole number from 1 on.`);
  }
  return found;
}

function serverMistakes({ server = {} }: GatewayConfig): string[] {
  const found: string[] = [];
  if (server.port !== undefined && !(Number.isInteger(server.port) && server.port >= 0 && server.port <= 65_535)) {
    found.push(`server.port is ${server.port}. It must be a whole number from 0 to 65535.`);
  }
  if (server.drainMs !== undefined && !isWhole(server.drainMs, 0))
    found.push(`server.drainMs is ${server.drainMs}. It must be a whole number of milliseconds, 0 or more.`);
  const { strangersPerMinute: strangers = false } = server;
  if (strangers !== false && !(Number.isInteger(strangers) && strangers > 0))
    found.push(`server.strangersPerMinute is ${strangers}. It must be a whole number above 0, or false for any number.`);
  for (const proxy of server.trustedProxies ?? []) {
    if (!isNetwork(proxy))
      found.push(`server.trustedProxies has "${proxy}". It must be an address or a network, such as 10.0.0.0/8 or fd00::/8.`);
  }
  for (const origin of server.origins ?? []) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      found.push(`server.origins has "${origin}". An origin is scheme, host and port, such as https://app.example.com.`);
  }
  return found;
}

/** Names every provider whose vendor will refuse whatever it is asked: a variable that nobody has set, most often. */
function keyless({ providers }: GatewayConfig): string[] {
  return Object.entries(providers)
    .filter(([, { lacksKey }]) => lacksKey === true)
    .map(([name]) => `providers.${name} has no key, and its vendor asks for one. Set the variable that its apiKey is read from.`);
}

function isNetwork(text: string): boolean {
  try {
    networks([text]);
    return true;
  } catch {
    return false;
  }
}

function telemetryMistakes({ telemetry = {}, server = {} }: GatewayConfig): string[] {
  const { metrics } = telemetry;
  if (metrics === undefined || metrics === false) return [];
  const { port } = metrics;
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    return [`telemetry.metrics.port is ${port}. It must be a whole number from 0 to 65535.`];
  if (port !== 0 && port === (server.port ?? 4000))
    return [
      `telemetry.metrics.port is ${port}, the gateway's own. Give metrics another port, or leave telemetry.metrics out: /metrics is then served to keys with the scope ai:metrics.`,
    ];
  return [];
}

function storageMistakes({ storage = {} }: GatewayConfig): string[] {
  const { usageDays } = storage;
  if (usageDays === undefined || isWhole(usageDays, 1)) return [];
  return [`storage.usageDays is ${usageDays}. It must be a whole number of days above 0; leave it out to keep all.`];
}

/** Names every deployment that a budget would refuse, because its price is unknown. */
function unpriced(config: GatewayConfig): string[] {
  const deployments = [...routesOf(config).values()].flatMap((route) => route.deployments);
  const ids = new Set(deployments.filter(({ price }) => price === null).map(({ id }) => id));
  return [...ids].map(
    (id) =>
      `deployments.${id} has no known price, so every call under a budget refuses it. Add price: { input: 0.5, output: 1.5 }, in US dollars per million tokens.`,
  );
}

/** A virtual key opens this gateway: whoever is sent one could spend in its owner's name. */
function handedOn({ graph = {} }: GatewayConfig): string[] {
  return (graph.forwardHeaders ?? []).some((name) => name.toLowerCase() === 'authorization')
    ? [
        "graph.forwardHeaders has authorization, so subgraphs are sent their callers' keys of this gateway. Have clients name themselves to subgraphs in a header of its own.",
      ]
    : [];
}
