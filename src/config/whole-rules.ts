/** Rules about several sections together. */
import { sharings } from '../access/teams/within-policies.ts';
import { embeddingModelOf } from '../assembly/routes.ts';
import { matches } from '../routing/routing-rules.ts';
import { isObject } from './kinds/composed.ts';
import type { Rule } from './kinds/section.ts';
import { listNames, repeated, showValue } from './mistake-sentences.ts';
import type { gatewaySection } from './sections/gateway-section.ts';
import { serverSection } from './sections/server-section.ts';

type WholeRule = Rule<typeof gatewaySection.table>;

const hasDefaultRoute: WholeRule = {
  reads: [],
  mistakes: ({ routes, graph }) =>
    !isObject(routes) || routes['default'] !== undefined || graph?.ai === false
      ? []
      : ['routes.default is missing. It is the route of every call that names none.'],
};

const embedsWithOneModel: WholeRule = {
  reads: ['routes', 'deployments'],
  mistakes: ({ routes, deployments }) =>
    Object.entries(routes).flatMap(([name, route]) => {
      const embedders = route.deployments.filter((id) => deployments[id]?.capabilities?.includes('embedding'));
      const models = new Set(embedders.map((id) => deployments[id]?.model));
      return models.size <= 1
        ? []
        : [
            `routes.${name} embeds with several models (${listNames([...models].map(String))}). Vectors of two models cannot be compared: give each model a route.`,
          ];
    }),
};

const collectionsEmbed: WholeRule = {
  reads: ['routes', 'deployments', 'collections'],
  mistakes(config) {
    const embedders = Object.keys(config.routes).filter((route) => embeddingModelOf(config, route) !== null);
    return Object.entries(config.collections ?? {}).flatMap(([name, { embeddingRoute = 'embedding' }]) =>
      embedders.includes(embeddingRoute)
        ? []
        : [
            `collections.${name}.embeddingRoute is ${showValue(embeddingRoute)}, which has no deployment that embeds. Routes that do: ${listNames(embedders)}.`,
          ],
    );
  },
};

const metricsHaveAPort: WholeRule = {
  reads: ['server', 'telemetry'],
  mistakes({ telemetry: { metrics } = {}, server: { port = serverSection.table.port.default } = {} }) {
    if (metrics === undefined || metrics === false || metrics.port === 0 || metrics.port !== port) return [];
    return [
      `telemetry.metrics.port is ${port}, the gateway's own. Give metrics another port, or leave telemetry.metrics out: /metrics is then served to keys with the scope ai:metrics.`,
    ];
  },
};

const issuersDiffer: WholeRule = {
  reads: ['issuers'],
  mistakes({ issuers = {} }) {
    const names = Map.groupBy(Object.entries(issuers), ([, { issuer }]) => issuer);
    return [...names].flatMap(([issuer, [first, ...others]]) =>
      others.map(
        ([name]) =>
          `issuers.${name}.issuer is ${showValue(issuer)}, which is that of issuers.${first?.[0]} too. A token could be of either: keep one.`,
      ),
    );
  },
};

const anonymousTeamExists: WholeRule = {
  reads: ['anonymous', 'teams'],
  mistakes: ({ anonymous, teams = {} }) =>
    anonymous?.team === undefined || Object.hasOwn(teams, anonymous.team)
      ? []
      : [`anonymous.team is ${showValue(anonymous.team)}, which is no team. Teams: ${listNames(Object.keys(teams))}.`],
};

const organisationsExist: WholeRule = {
  reads: ['organisations', 'teams'],
  mistakes: ({ organisations = {}, teams = {} }) =>
    Object.entries(teams).flatMap(([name, { organisation }]) =>
      organisation === undefined || Object.hasOwn(organisations, organisation)
        ? []
        : [
            `teams.${name}.organisation is ${showValue(organisation)}, which is no organisation. Organisations: ${listNames(Object.keys(organisations))}.`,
          ],
    ),
};

const sharesNoWider: WholeRule = {
  reads: ['organisations', 'teams'],
  mistakes: ({ organisations = {}, teams = {} }) =>
    Object.entries(teams).flatMap(([name, { organisation, cacheSharing }]) => {
      const above = organisation === undefined ? undefined : organisations[organisation];
      const widest = above === undefined ? 'team' : (above.cacheSharing ?? 'team');
      return cacheSharing === undefined || sharings.indexOf(cacheSharing) >= sharings.indexOf(widest)
        ? []
        : [
            `teams.${name}.cacheSharing is ${showValue(cacheSharing)}, and ${above === undefined ? 'it has no organisation' : `organisations.${organisation}.cacheSharing is ${showValue(widest)}`}. Sharings that it may have: ${listNames(sharings.slice(sharings.indexOf(widest)))}.`,
          ];
    }),
};

const guardrailsExist: WholeRule = {
  reads: ['organisations', 'teams', 'guardrails'],
  mistakes({ organisations = {}, teams = {}, guardrails = [] }) {
    const known = guardrails.map(({ guardrail }) => guardrail.name);
    const named = [
      ...Object.entries(organisations).map(([name, { guardrails: names = [] }]) => [`organisations.${name}`, names] as const),
      ...Object.entries(teams).map(([name, { guardrails: names = [] }]) => [`teams.${name}`, names] as const),
    ];
    return named.flatMap(([path, names]) =>
      names
        .filter((name) => !known.includes(name))
        .map((name) => `${path}.guardrails names ${showValue(name)}, which is no guardrail. Guardrails: ${listNames(known)}.`),
    );
  },
};

const contractsExist: WholeRule = {
  reads: ['anonymous', 'teams', 'graph'],
  mistakes({ anonymous, teams = {}, graph: { contracts = {} } = {} }) {
    const named: [string, string | undefined][] = [
      ['anonymous', anonymous?.contract],
      ...Object.entries(teams).map(([name, { contract }]): [string, string | undefined] => [`teams.${name}`, contract]),
    ];
    return named.flatMap(([path, contract]) =>
      contract === undefined || Object.hasOwn(contracts, contract)
        ? []
        : [`${path}.contract is ${showValue(contract)}. Contracts: ${listNames(Object.keys(contracts))}.`],
    );
  },
};

const fieldLimitsNameFields: WholeRule = {
  reads: ['fieldLimits'],
  mistakes: ({ fieldLimits = {} }) =>
    Object.keys(fieldLimits)
      .filter((coordinate) => !/^[_A-Za-z]\w*\.[_A-Za-z]\w*$/.test(coordinate))
      .map((coordinate) => `fieldLimits has ${showValue(coordinate)}. It must be a type and a field of it, such as Product.summary.`),
};

/** Names in rules must exist: a misspelt region would leave no deployment for anybody. */
const rulesFit: WholeRule = {
  reads: ['rules', 'deployments'],
  mistakes({ rules = [], deployments }) {
    const models = [...new Set(Object.values(deployments).map(({ model }) => model))];
    const regions = [...new Set(Object.values(deployments).flatMap(({ region }) => region ?? []))];
    return [
      ...repeated(rules.map(({ name }) => name)).map(
        (name) => `rules has two rules with the name ${showValue(name)}. Each needs one of its own.`,
      ),
      ...rules.flatMap((rule, index) => [
        ...(rule.models ?? [])
          .filter((pattern) => !models.some((model) => matches(pattern, model)))
          .map((pattern) => `rules.${index}.models has ${showValue(pattern)}, which no deployment has. Models: ${listNames(models)}.`),
        ...(rule.regions ?? [])
          .filter((region) => !regions.includes(region))
          .map((region) => `rules.${index}.regions has ${showValue(region)}, which no deployment has. Regions: ${listNames(regions)}.`),
      ]),
    ];
  },
};

export const wholeRules: readonly WholeRule[] = [
  hasDefaultRoute,
  embedsWithOneModel,
  collectionsEmbed,
  metricsHaveAPort,
  issuersDiffer,
  anonymousTeamExists,
  organisationsExist,
  sharesNoWider,
  guardrailsExist,
  contractsExist,
  fieldLimitsNameFields,
  rulesFit,
];
