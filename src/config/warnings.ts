/** Warnings: settings with which the gateway starts, and which may surprise its operator. */

import { routesOf } from '../assembly/routes.ts';
import type { GatewayConfig } from './config.ts';

export const warningsOf = (config: GatewayConfig): readonly string[] => [
  ...keyless(config),
  ...unpriced(config),
  ...handedOn(config),
  ...countedTwice(config),
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

/** A virtual key opens this gateway: a subgraph that gets one could spend in its owner's name. */
function handedOn({ graph = {} }: GatewayConfig): string[] {
  return (graph.forwardHeaders ?? []).some((name) => name.toLowerCase() === 'authorization')
    ? [
        "graph.forwardHeaders has authorization, so subgraphs are sent their callers' keys of this gateway. Have clients name themselves to subgraphs in a header of its own.",
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
