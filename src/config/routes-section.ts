/** Deployments, and the routes that lead to them. */

import { strategies } from '../routing/strategies.ts';
import type { GatewayConfig, RouteNames } from './config.ts';
import { isAmount, isWhole, listed, own, shown } from './mistake-sentences.ts';
import { priceMistakes } from './price-section.ts';

export function deploymentMistakes(config: GatewayConfig): string[] {
  return Object.entries(config.deployments).flatMap(([id, deployment]) => {
    const path = `deployments.${id}`;
    const found: string[] = [];
    if (own(config.providers, deployment.provider) === undefined) {
      found.push(`${path}.provider is ${shown(deployment.provider)}. Providers: ${listed(Object.keys(config.providers))}.`);
    }
    if (deployment.model.trim() === '') found.push(`${path}.model is empty. It is the vendor's name of the model, such as gpt-5-mini.`);
    for (const name of ['contextWindow', 'maxOutputTokens'] as const) {
      const value = deployment[name];
      if (value !== undefined && !isWhole(value, 1))
        found.push(`${path}.${name} is ${shown(value)}. It must be a whole number of tokens above 0.`);
    }
    if (deployment.weight !== undefined && !isAmount(deployment.weight))
      found.push(`${path}.weight is ${shown(deployment.weight)}. It must be 0 or more.`);
    return [...found, ...priceMistakes(`${path}.price`, deployment.price)];
  });
}

export function routeMistakes(config: GatewayConfig): string[] {
  const found = Object.entries(config.routes).flatMap(([name, route]) => {
    const path = `routes.${name}`;
    const inRoute: string[] = [];
    if (route.deployments.length === 0)
      inRoute.push(`${path}.deployments is empty. Deployments: ${listed(Object.keys(config.deployments))}.`);
    for (const id of route.deployments) {
      if (own(config.deployments, id) === undefined)
        inRoute.push(`${path}.deployments names ${shown(id)}. Deployments: ${listed(Object.keys(config.deployments))}.`);
    }
    if (route.strategy !== undefined && !Object.hasOwn(strategies, route.strategy)) {
      inRoute.push(`${path}.strategy is ${shown(route.strategy)}. Strategies: ${listed(Object.keys(strategies))}.`);
    }
    for (const key of ['cacheSeconds', 'attempts', 'firstChunkMs', 'idleMs', 'totalMs'] as const) {
      const value = route[key];
      if (value !== undefined && !isWhole(value, 1)) inRoute.push(`${path}.${key} is ${shown(value)}. It must be a whole number above 0.`);
    }
    const { hedge, attempts = 2 } = route;
    if (hedge !== undefined && !(Number.isInteger(hedge.afterMs) && hedge.afterMs > 0))
      inRoute.push(`${path}.hedge.afterMs is ${shown(hedge.afterMs)}. It must be a whole number of milliseconds above 0.`);
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

/** Routes that other settings name. */
export function routeNameMistakes(config: GatewayConfig): string[] {
  const check = (path: string, names: RouteNames | undefined): string[] =>
    names === undefined || names === '*'
      ? []
      : names
          .filter((name) => own(config.routes, name) === undefined)
          .map((name) => `${path} names ${shown(name)}. Routes: ${listed(Object.keys(config.routes))}.`);
  return [
    ...check('maskPersonalData', config.maskPersonalData),
    ...(config.guardrails ?? []).flatMap(({ routes, guardrail }) => check(`guardrails (${guardrail.name})`, routes)),
  ];
}
