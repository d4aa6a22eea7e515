/** Warnings: settings with which the gateway starts, but which may surprise its operator. */

import { routesOf } from '../assembly/routes.ts';
import type { GatewayConfig } from './config.ts';
import { listNames, ownValue, repeated } from './mistake-sentences.ts';

export const warningsOf = (config: GatewayConfig): readonly string[] => [
  ...keyless(config),
  ...unpriced(config),
  ...handedOn(config),
  ...countedTwice(config),
  ...namedTwice(config),
  ...unknownModels(config),
];

/** Names every provider whose vendor will refuse all requests, most often because an environment variable is not set. */
function keyless({ providers }: GatewayConfig): string[] {
  return Object.entries(providers)
    .filter(([, { lacksKey }]) => lacksKey === true)
    .map(
      ([name]) =>
        `providers.${name} has no key: the variable that its apiKey is read from is not set. Set it; an OpenAI-compatible server that asks for no key needs no apiKey.`,
    );
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

/** A key of the gateway would let a subgraph act in its owner's name, so it is never forwarded. */
function handedOn({ graph = {}, anonymous, issuers = {} }: GatewayConfig): string[] {
  const forwards = (graph.forwardHeaders ?? []).some((name) => name.toLowerCase() === 'authorization');
  return forwards && anonymous?.acceptForeignTokens !== true && Object.keys(issuers).length === 0
    ? [
        'graph.forwardHeaders has authorization, but a key of this gateway never goes on to subgraphs, and no other token is accepted here. anonymous.acceptForeignTokens accepts those of other issuers; else have clients name themselves to subgraphs in a header of its own.',
      ]
    : [];
}

/** Names every team whose `requestsPerMinute` also bounds model calls, because `callsPerMinute` is not set. */
function countedTwice({ teams = {} }: GatewayConfig): string[] {
  return Object.entries(teams)
    .filter(([, { requestsPerMinute, callsPerMinute }]) => requestsPerMinute !== undefined && callsPerMinute === undefined)
    .map(
      ([name, { requestsPerMinute }]) =>
        `teams.${name}.requestsPerMinute is ${requestsPerMinute}: it counts operations, and holds model calls to ${requestsPerMinute} a minute too. Add callsPerMinute to say how many model calls the team may make.`,
    );
}

/** Names every deployment that a route has twice, and every name that two guardrails share. */
function namedTwice({ routes, guardrails = [] }: GatewayConfig): string[] {
  const guards = [...new Set(guardrails.map(({ guardrail }) => guardrail))];
  return [
    ...Object.entries(routes).flatMap(([route, { deployments }]) =>
      repeated(deployments).map(
        (id) => `routes.${route}.deployments names "${id}" more than once. It is asked again for it; attempts says how often without that.`,
      ),
    ),
    ...repeated(guards.map(({ name }) => name)).map(
      (name) => `guardrails has several of the name "${name}". Refusals go by the name: give each its own.`,
    ),
  ];
}

/** Names every deployment whose model its provider is known not to have. */
function unknownModels({ providers, deployments }: GatewayConfig): string[] {
  return Object.entries(deployments).flatMap(([id, { provider, model }]) => {
    const { models } = ownValue(providers, provider) ?? {};
    return models === undefined || models.includes(model)
      ? []
      : [
          `deployments.${id}.model is "${model}", which "${provider}" does not have, so every call of it fails. It has ${listNames(models)}.`,
        ];
  });
}
