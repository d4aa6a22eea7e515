/**
 * The whole wiring, on one screen.
 *
 * A request comes in by `server/`, is opened for its principal (`access/`), judged as a whole (`assembly/admission.ts`), and run
 * on the supergraph (`federation/`) or straight on the AI subgraph (`graphql/`). Each AI field becomes a Call, and every Call
 * goes through `pipeline/pipeline.ts`. The two halves meet here, through the type Handler.
 */
import { join } from 'node:path';
import { authenticator } from './access/authenticate.ts';
import { developmentKey } from './access/development-key.ts';
import { openLeases } from './access/leases.ts';
import { admission } from './assembly/admission.ts';
import { openIndexes } from './assembly/entity-indexes.ts';
import { gatewayFace, subgraphFace } from './assembly/faces.ts';
import { graphOf, operatorFields, servedSdl, whenComposed } from './assembly/graph.ts';
import { ingestCalls } from './assembly/ingest-calls.ts';
import { listSizesOf } from './assembly/list-sizes.ts';
import { metricsDoor, watchAll } from './assembly/metrics.ts';
import { operationHooks } from './assembly/operations.ts';
import { anonymousOf, doorOf, serviceOf, teamLimits } from './assembly/principals.ts';
import { collectionsOf, routesOf } from './assembly/routes.ts';
import { servicesOf } from './assembly/services.ts';
import { startDocuments } from './assembly/start-documents.ts';
import { firstDocuments } from './assembly/welcome.ts';
import { type GatewayConfig, includesRoute, isDevelopment, pathIn } from './config.ts';
import { nanoUsdOf } from './core/money.ts';
import type { Secret } from './core/secret.ts';
import type { Graph } from './federation/graph.ts';
import { aiFields } from './graphql/ai-fields/schema-part.ts';
import { maskedError } from './graphql/errors.ts';
import { quoteRules } from './graphql/quote-rules.ts';
import { rootPricers } from './graphql/root-pricers.ts';
import { aiSchema } from './graphql/schema.ts';
import type { Services } from './graphql/services.ts';
import { memoryStore } from './pipeline/cache-store.ts';
import { guarded } from './pipeline/guard.ts';
import { pipeline } from './pipeline/pipeline.ts';
import { spentRefusal } from './pipeline/spent.ts';
import { validated } from './pipeline/validate.ts';
import { openRetrieval } from './retrieval/open.ts';
import { healthBook } from './routing/health.ts';
import { openRuns } from './runs/open.ts';
import { createServer, type Listening } from './server/server.ts';
import { keptFile } from './storage/kept-file.ts';
import { openStorage, type Storage } from './storage/open.ts';
import { type Log, openLog } from './telemetry/log.ts';
import { openMetrics } from './telemetry/metrics.ts';
import { repeatedSeldom } from './telemetry/repeated-warnings.ts';

export interface Gateway {
  /** Serves, and begins what goes on in the background. Rejects in a sentence when the address is taken. */
  listen(at: { readonly host: string; readonly port: number }): Promise<Listening>;
  readonly graph: Graph;
  readonly services: Services;
  readonly storage: Storage;
  readonly log: Log;
  /** A key with every scope, for the person at this machine; null outside development. */
  readonly developmentKey: string | null;
  /** Whether callers without a key may use the default route. */
  readonly keyless: boolean;
  /** Lets operations finish for the configured grace, stores what must be kept, ends everything. Idempotent. */
  close(): Promise<void>;
}

export interface GatewayOptions {
  /** Where the configuration lies: its relative paths begin there. */
  readonly folder: string;
  /** Whether it listens on this machine alone: only then may anonymous callers use the embedded provider. */
  readonly loopback: boolean;
  /** Serves the AI schema alone, as a subgraph of the router that shows this secret: it may ask for `_entities`. */
  readonly router?: Secret;
  readonly log?: Log;
  readonly now?: () => number;
}

/** For a configuration that `checkConfig` found no mistake in. */
export async function createGateway(config: GatewayConfig, options: GatewayOptions): Promise<Gateway> {
  const { folder, router = null, now = Date.now, log = openLog({ level: config.logLevel ?? 'info' }) } = options;
  const { graph: graphConfig = {}, server: serverConfig = {}, guardrails = [] } = config;
  const development = isDevelopment(config);
  const state = config.storage?.folder === null ? null : pathIn(folder, config.storage?.folder ?? '.fieldgate');

  const warn = repeatedSeldom((sentence, fields) => log.warn(sentence, fields));
  const storage = await openStorage({
    folder: state,
    usageDays: config.storage?.usageDays ?? null,
    acceptLostMasterKey: config.storage?.acceptLostMasterKey ?? false,
    ...(config.storage?.lostHoldHours === undefined ? {} : { lostHoldHours: config.storage.lostHoldHours }),
    now,
    warn: (sentence, cause) => warn(sentence, { err: cause }),
  });
  const routes = routesOf(config);
  const collections = collectionsOf(config);
  const health = healthBook();
  const metrics = config.telemetry?.metrics === false ? null : openMetrics({ routes: routes.keys(), log });

  const leases = openLeases({ keys: storage.keys, now });
  const answered = pipeline({
    routes,
    ledger: storage.ledger,
    limits: storage.limits,
    leases,
    guard: guarded({
      guardrails: (route) => guardrails.filter((entry) => includesRoute(entry.routes, route)).map(({ guardrail }) => guardrail),
      mask: (route, kind) => kind === 'completion' && includesRoute(config.maskPersonalData, route),
      refuseSpent: spentRefusal(routes),
    }),
    validate: validated({ masked: (route) => includesRoute(config.maskPersonalData, route) }),
    cache: memoryStore(),
    health,
    log,
    now,
  });
  const handle = metrics?.counted(answered) ?? answered;

  const runs = openRuns({
    completions: storage.completions,
    now,
    onStoreFailed: (err) => log.error('a completion could not be stored', { err }),
  });
  const ingestCallFor = ingestCalls({ limits: storage.limits, leases, routes, now });
  const { read, prompts } = operatorFields(config, folder);
  const indexes = openIndexes({
    config,
    read,
    storage,
    handle,
    callFor: ingestCallFor,
    graph: () => living,
    headers: graphConfig.indexHeaders ?? {},
    log,
  });
  const retrieval = openRetrieval({
    passages: storage.passages,
    jobs: storage.jobs,
    handle,
    collections,
    ingestCallFor,
    entities: indexes,
    queue: config.retrieval ?? {},
    worker: config.retrieval ?? {},
    now,
    onFailure: (err, source) => log.warn('a source could not be ingested', { ...source, err }),
  });

  const mostPerOperation = nanoUsdOf(graphConfig.mostPerOperation ?? '');
  const services = servicesOf({
    storage,
    leases,
    handle,
    runs,
    retrieval,
    routes,
    health,
    collections,
    prompts,
    entities: indexes,
    graph: { graph: () => living.schema(), quote: (...asked) => admit.quote(...asked), mostPerOperation },
    log,
    now,
  });
  const own = graphConfig.ai === false ? null : aiSchema(services, aiFields(read, services));
  const living = graphOf({
    config,
    folder,
    fields: read,
    schema: own,
    log,
    lastGood: state === null ? null : keptFile(join(state, 'graph.json')),
  });
  const rules = quoteRules({
    services,
    fields: read.fields,
    listSizeOf: listSizesOf(living),
    principal: serviceOf('quote'),
    assumedListSize: 100,
  });
  const admit = admission({
    // Without the AI subgraph, a field of another team that has the name of one of ours asks no model.
    rules: own === null ? { ...rules, ceilingOf: () => null } : rules,
    mostPerOperation,
    isEntityField: (coordinate) => read.fields.some((field) => field.coordinate === coordinate),
  });

  const anonymous = development && options.loopback ? anonymousOf(routes) : null;
  const keyless = anonymous?.routes?.includes('default') === true;
  const modelFields = new Set(own === null ? [] : [...Object.keys(rootPricers), ...read.fields.map(({ coordinate }) => coordinate)]);
  const authenticate = authenticator({ keys: storage.keys, anonymous, teams: teamLimits(config.teams ?? {}), development, now });
  const hooks = operationHooks({ authenticate, limits: storage.limits, leases, admission: admit, mostPerOperation });
  const server = createServer({
    ...hooks,
    ...(router === null || own === null
      ? gatewayFace(living, own, storage)
      : await subgraphFace({ own, router, sdl: servedSdl(config, read, living), hooks, storage, log })),
    modelFields: () => modelFields,
    background: runs,
    development,
    ...doorOf(config, development && options.loopback),
    cors: { origins: serverConfig.origins ?? [], headers: graphConfig.forwardHeaders ?? [] },
    maskError: (error) => maskedError(error, services.failed),
    log,
    ...(metrics === null ? {} : { metrics: metricsDoor(config, metrics, authenticate) }),
    graphiql: () => firstDocuments({ config, fields: read.fields, schema: living.schema() }, { keyless }),
  });

  if (metrics !== null) watchAll(metrics, { config, routes, health, storage, runs, server, graph: living });

  async function shutDown(): Promise<void> {
    await server.close(serverConfig.drainMs ?? 10_000);
    await runs.stop();
    await Promise.all([retrieval.stop(), indexes.stop()]);
    living.close();
    await storage.close();
  }
  let closing: Promise<void> | null = null;

  return {
    graph: living,
    keyless,
    services,
    storage,
    log,
    developmentKey: development ? await developmentKey({ folder: state, keys: storage.keys, now }) : null,
    async listen(at) {
      const listening = await server.listen(at);
      retrieval.start();
      void living.refresh();
      void whenComposed(living).then(() => indexes.start());
      void startDocuments(config, folder, retrieval, log);
      return listening;
    },
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}
