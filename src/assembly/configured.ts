/**
 * What one reading of the configuration makes: routes, pipeline, schema, graph and what judges an operation, over the foundation
 * that outlives it. Read again, the configuration makes another, which takes over new operations; those in flight keep theirs.
 */
import { join } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import { authenticator } from '../access/authenticate.ts';
import type { CallerRules } from '../access/caller-rules.ts';
import { findEndedPrincipals, findEndOf, findSuspectsBy } from '../access/ended-principals.ts';
import { joinVersions, rememberPrincipals } from '../access/remembered-principals.ts';
import { openTeamBook, type TeamBook } from '../access/teams/team-book.ts';
import { actForUsers } from '../access/users/acting-user.ts';
import type { GatewayConfig } from '../config/config.ts';
import { withDefaults } from '../config/kinds/section.ts';
import { pathIn } from '../config/path-in.ts';
import { retrievalSection } from '../config/sections/collections-section.ts';
import { trustedDocumentsSection } from '../config/sections/graph/trusted-documents-section.ts';
import { guardSection } from '../config/sections/guards-section.ts';
import type { Authenticate } from '../core/call/call.ts';
import { throughSteps } from '../core/call/step.ts';
import { nanoUsdOf } from '../core/money.ts';
import { anyDocument, readTrustedDocuments, type TrustedDocuments } from '../documents/trusted-documents.ts';
import type { Graph } from '../federation/graph.ts';
import { aiFields } from '../graphql/ai-fields/ai-fields.ts';
import { aiSchema } from '../graphql/ai-schema.ts';
import { listSizesOf } from '../graphql/quote/declared-list-sizes.ts';
import { openGraphAccess } from '../graphql/quote/graph-access.ts';
import { quoteRules } from '../graphql/quote/quote-rules.ts';
import { rootPricers } from '../graphql/quote/root-pricers.ts';
import type { Services } from '../graphql/services.ts';
import { admission } from '../operations/admit.ts';
import { backgroundCalls } from '../operations/background-call.ts';
import { anonymousOf, serviceOf } from '../operations/keyless-principals.ts';
import { type OperationHooks, operationHooks } from '../operations/open.ts';
import { guardRoutes } from '../pipeline/guard/route-guards.ts';
import { guarded } from '../pipeline/guard.ts';
import { pipeline } from '../pipeline/pipeline.ts';
import { spentRefusal } from '../pipeline/refuse-spent.ts';
import { validated } from '../pipeline/validate.ts';
import { openRetrieval } from '../retrieval/open-retrieval.ts';
import type { Route } from '../routing/route.ts';
import { routesByRules } from '../routing/routing-rules.ts';
import { serverLimits } from '../server/server-limits.ts';
import { keptFile } from '../storage/state/kept-file.ts';
import type { Log } from '../telemetry/log.ts';
import { callerRulesOf, configuredAnonymous, declaredTeams } from './caller-limits.ts';
import { servicesOf } from './fill-services.ts';
import type { Foundation } from './foundation.ts';
import { graphOf, type OperatorFields, operatorFields, whenComposed } from './graph/configured-graph.ts';
import { demandLimit } from './graph/demand-limit.ts';
import { openIndexes } from './graph/entity-indexes.ts';
import { unknownClasses } from './graph/fields-check.ts';
import { publicSchemas } from './graph/public-schemas.ts';
import { revealHeaders } from './graph/subgraph-fetch.ts';
import { limitsOfFields } from './limits-of-fields.ts';
import { guardDesk } from './reports/guard-desk.ts';
import { healthReport } from './reports/health-report.ts';
import { collectionsOf, routesOf, ruleBookOf } from './routes.ts';
import { startDocuments } from './start-documents.ts';
import { acceptedTokens } from './token-issuers.ts';

export interface Configured {
  readonly config: GatewayConfig;
  readonly routes: ReadonlyMap<string, Route>;
  readonly fields: OperatorFields['read'];
  readonly services: Services;
  /** The AI subgraph; null where `graph.ai` is false. */
  readonly own: GraphQLSchema | null;
  readonly graph: Graph;
  readonly hooks: OperationHooks;
  readonly authenticate: Authenticate;
  readonly teams: TeamBook;
  /** What the doors ask about callers. */
  readonly callers: CallerRules;
  readonly trusted: TrustedDocuments;
  /** Coordinates of the fields that call a model. */
  readonly modelFields: ReadonlySet<string>;
  /** Whether callers without a key may use the default route. */
  readonly keyless: boolean;
  /** Begins what goes on in the background: ingestion, indexes, the documents of the configuration. */
  start(): void;
  /** Ends the background work, and looks at the graph's sources no more. Parts that operations still use go on working. */
  stop(): Promise<void>;
}

export interface ConfiguredOptions {
  readonly folder: string;
  readonly development: boolean;
  /** Whether callers without a key may use the embedded provider. */
  readonly open: boolean;
}

export function configure(config: GatewayConfig, foundation: Foundation, { folder, development, open }: ConfiguredOptions): Configured {
  const { storage, leases, health, activity, metrics, runs, log, now, state } = foundation;
  const { graph: graphConfig = {}, guardrails = [] } = config;
  const routes = routesOf(config, log);
  const collections = collectionsOf(config);
  const guards = guardRoutes(routes.keys(), guardrails, config.maskPersonalData);
  const { read, prompts } = operatorFields(config, folder);
  const routeFor = routesByRules(
    routes,
    ruleBookOf(config, read, () => living.others()),
  );
  const answered = pipeline({
    routes,
    routeFor,
    ledger: storage.ledger,
    limits: storage.limits,
    leases,
    guard: guarded({
      guardrails: guards.guardrails,
      mask: guards.mask,
      ...withDefaults(guardSection, config.guard),
      refuseSpent: spentRefusal(routeFor),
    }),
    validate: validated({ masked: guards.isMasked }),
    cache: foundation.cache,
    health,
    watch: activity,
    log,
    now,
  });
  const handle = throughSteps(metrics === null ? [] : [metrics.counted], answered);

  const anonymous = configuredAnonymous(config) ?? (open ? anonymousOf(routes) : null);
  const issuers = Object.keys(config.issuers ?? {});
  const findEnded = findEndedPrincipals({ keys: foundation.endedTeams.keys, issuers, anonymous: anonymous !== null, development, now });
  const findEnd = findEndOf(findEnded, leases);
  const limitsOfField = limitsOfFields(config);
  const ingestCallFor = backgroundCalls({
    limits: storage.limits,
    findEnd,
    routes,
    ...(limitsOfField === undefined ? {} : { limitsOfField }),
  });
  const declared = declaredTeams(config);
  const teams = openTeamBook(declared, storage.directory);
  const asking = { config, folder, standings: foundation.standings, metrics, log };
  const indexes = openIndexes({
    read,
    storage,
    handle,
    callFor: ingestCallFor,
    graph: () => living,
    ...asking,
    headers: revealHeaders(graphConfig.indexHeaders),
  });
  const retrievalSettings = withDefaults(retrievalSection, config.retrieval);
  const retrieval = openRetrieval({
    passages: storage.passages,
    jobs: storage.jobs,
    handle,
    collections,
    ingestCallFor,
    permissions: {
      leases,
      findEnded,
      findEnd,
      findSuspects: findSuspectsBy(foundation.findRevocations, foundation.endedTeams.archivedOrganisations),
    },
    entities: indexes,
    queue: retrievalSettings,
    worker: retrievalSettings,
    onFailure: (err, source) => log.warn('a source could not be ingested', { ...source, err }),
  });

  const { maxTypedValues } = serverLimits(config.server?.limits ?? {});
  const maxCostPerOperation = nanoUsdOf(graphConfig.maxCostPerOperation ?? '');
  const access = openGraphAccess(maxTypedValues);
  const services = servicesOf({
    storage,
    issuers,
    leases,
    teams,
    declaredTeams: declared,
    development,
    guardrails: guardrails.map(({ guardrail }) => guardrail.name),
    contracts: Object.keys(graphConfig.contracts ?? {}),
    handle,
    runs,
    retrieval,
    routes,
    health,
    activity,
    guards: guardDesk(guards, withDefaults(guardSection, config.guard).phoneCountries, storage.limits),
    healthReport: () => healthReport({ storage, routes, graph: living, standings: foundation.standings, publicSchema }),
    collections,
    prompts,
    fields: read,
    entities: indexes,
    access,
    maxCostPerOperation,
    limitsOfField,
    routeFor,
    budgetWarnings: foundation.budgetWarnings,
    noteChange: foundation.changeLog.note,
    log,
    now,
  });
  const own = graphConfig.ai === false ? null : aiSchema(services, aiFields(read, services));
  const living = graphOf({
    ...asking,
    fields: read,
    schema: own,
    composer: foundation.composer,
    lastGood: state === null ? null : keptFile(join(state, 'graph.json')),
  });
  const shown = { graph: living, fields: read, services };
  const publicSchema = publicSchemas(() => shown);
  const rules = quoteRules({
    services,
    fields: read.fields,
    listSizeOf: listSizesOf(living),
    principal: serviceOf('quote'),
    assumedListSize: 100,
  });
  const { demandControl } = graphConfig;
  const admit = admission({
    demand: demandControl === undefined ? null : demandLimit(demandControl, living),
    // Without the AI subgraph, a field of another team that has the name of one of ours asks no model.
    rules: own === null ? { ...rules, ceilingOf: () => null } : rules,
    maxCostPerOperation,
    entityFields: new Set(read.fields.map(({ coordinate }) => coordinate)),
  });

  living.onChange(() => {
    for (const sentence of unknownClasses(config, read, living.others() ?? [])) log.warn(sentence);
  });
  access.connect({ graph: living, admission: admit });

  const keyless = anonymous?.routes?.includes('default') === true;
  const modelFields = new Set(own === null ? [] : [...Object.keys(rootPricers), ...read.fields.map(({ coordinate }) => coordinate)]);
  const { keys, identities } = storage;
  const tokens = acceptedTokens(config, { pseudonymOf: identities.pseudonymOf }, log, now);
  const remembered = rememberPrincipals(
    authenticator({ keys, identities, anonymous, teams, limitsOfUser: teams.limitsOfUser, tokens, development, now }),
    joinVersions(keys, teams, identities, ...(tokens === null ? [] : [tokens])),
    now,
    foundation.lastUses.note,
  );
  const { limitsOfUser, standingOf } = teams;
  const authenticate = actForUsers(remembered, { identities, limitsOfUser, standingOf });
  const hooks = operationHooks({ authenticate, limits: storage.limits, leases, admission: admit, maxCostPerOperation, now });

  warnOfFieldsWithoutModel(config, own === null ? null : modelFields, log);

  return {
    config,
    routes,
    fields: read,
    services,
    own,
    graph: living,
    hooks,
    authenticate,
    teams,
    callers: callerRulesOf(config),
    trusted: trustedDocumentsOf(config, folder, log),
    modelFields,
    keyless,
    start() {
      tokens?.prefetch();
      retrieval.start();
      void living.refresh();
      void whenComposed(living).then(() => indexes.start());
      void startDocuments(config, folder, retrieval, log);
    },
    async stop() {
      tokens?.close();
      await Promise.all([retrieval.stop(), indexes.stop()]);
      living.close();
    },
  };
}

function trustedDocumentsOf({ graph }: GatewayConfig, folder: string, log: Log): TrustedDocuments {
  if (graph?.trustedDocuments === undefined) return anyDocument;
  const { files, level } = withDefaults(trustedDocumentsSection, graph.trustedDocuments);
  const paths = files.map((file) => pathIn(folder, file));
  return readTrustedDocuments(paths, level, ({ hash }) => log.warn('a document that is not trusted was asked', { hash }));
}

/** Nothing is known of fields that are composed elsewhere: `modelFields` is null. */
function warnOfFieldsWithoutModel({ fieldLimits = {} }: GatewayConfig, modelFields: ReadonlySet<string> | null, log: Log): void {
  const unknown = Object.keys(fieldLimits).filter((coordinate) => modelFields?.has(coordinate) === false && !isOwnWork(coordinate));
  if (unknown.length > 0) log.warn('fieldLimits names fields that ask no model: their limits limit nothing', { fields: unknown });
}

/** Ingestion and indexes ask in the name of fields that no operation resolves with a model. */
const isOwnWork = (coordinate: string): boolean => coordinate === 'Mutation.ingest' || coordinate.startsWith('Index.');
