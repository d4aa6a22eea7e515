/**
 * The whole wiring, on one screen.
 *
 * A request comes in by `server/`, is opened for its principal (`access/`), judged as a whole (`assembly/admission.ts`), and run
 * on the supergraph (`federation/`) or straight on the AI subgraph (`graphql/`). Each AI field becomes a Call, and every Call
 * goes through `pipeline/pipeline.ts`. The two halves meet here, through the type Handler.
 */
import { authenticator } from './access/authenticate.ts';
import { developmentKey } from './access/development-key.ts';
import { admission } from './assembly/admission.ts';
import { entitiesOf } from './assembly/entities.ts';
import { graphOf, operatorFields } from './assembly/graph.ts';
import { ingestCalls } from './assembly/ingest-calls.ts';
import { type GatewayContext, operationHooks } from './assembly/operations.ts';
import { anonymousOf, teamLimits } from './assembly/principals.ts';
import { quoteRules } from './assembly/quote-rules.ts';
import { collectionsOf, routesOf } from './assembly/routes.ts';
import { servicesOf } from './assembly/services.ts';
import { startDocuments } from './assembly/start-documents.ts';
import { type GatewayConfig, includesRoute, pathIn } from './config.ts';
import { nanoUsdOf } from './core/money.ts';
import { bypassing } from './federation/bypass.ts';
import { aiFields } from './graphql/ai-fields/schema-part.ts';
import { aiSchema } from './graphql/schema.ts';
import { memoryStore } from './pipeline/cache-store.ts';
import { guarded } from './pipeline/guard.ts';
import { pipeline } from './pipeline/pipeline.ts';
import { validated } from './pipeline/validate.ts';
import { openRetrieval } from './retrieval/open.ts';
import { healthBook } from './routing/health.ts';
import { openRuns } from './runs/open.ts';
import { createServer } from './server/server.ts';
import { openStorage } from './storage/open.ts';
import { type Log, openLog } from './telemetry/log.ts';

export interface Gateway {
  /** Serves. Rejects in a sentence when the address is taken. */
  listen(at: { readonly host: string; readonly port: number }): Promise<{ readonly url: string }>;
  /** Looks at the sources of the graph now; resolves with what is served then. */
  refresh(): Promise<GraphStatus>;
  /** A key with every scope, for the person at this machine; null outside development. */
  readonly developmentKey: string | null;
  readonly graph: Graph;
  readonly services: Services;
  readonly storage: Storage;
  /** Lets operations finish for the configured grace, stores what must be kept, ends everything. */
  close(): Promise<void>;
}

export interface GatewayOptions {
  /** Where the configuration lies: its relative paths begin there. */
  readonly folder: string;
  /** Whether it listens on this machine alone: only then may anonymous callers use the embedded provider. */
  readonly loopback: boolean;
  readonly log?: Log;
  readonly now?: () => number;
}

/** For a configuration that `checkConfig` found no mistake in. Nothing listens before `listen`. */
export async function createGateway(config: GatewayConfig, options: GatewayOptions): Promise<Gateway> {
  const { folder, now = Date.now, log = openLog({ level: config.logLevel ?? 'info' }) } = options;
  const { graph: graphConfig = {}, server: serverConfig = {} } = config;
  const development = serverConfig.development ?? process.env['NODE_ENV'] !== 'production';

  const stateFolder = config.storage?.folder === undefined ? '.fieldgate' : config.storage.folder;
  const storage = await openStorage({
    folder: stateFolder === null ? null : pathIn(folder, stateFolder),
    now,
    warn: (sentence) => log.warn(sentence),
  });
  const routes = routesOf(config);
  const health = healthBook({ now });

  const handle = pipeline({
    routes,
    ledger: storage.ledger,
    limits: storage.limits,
    guard: guarded({
      guardrails: (route) =>
        (config.guardrails ?? []).filter((guard) => includesRoute(guard.routes, route)).map(({ guardrail }) => guardrail),
      mask: (route, kind) => kind === 'completion' && includesRoute(config.maskPersonalData, route),
    }),
    validate: validated(),
    cache: memoryStore(),
    health,
    log,
    now,
  });

  const runs = openRuns({
    completions: storage.completions,
    now,
    onStoreFailed: (error) => log.error('a completion could not be stored', { err: error }),
  });
  const retrieval = openRetrieval({
    passages: storage.passages,
    jobs: storage.jobs,
    handle,
    collections: collectionsOf(config),
    ingestCallFor: ingestCalls(storage.limits, routes, now),
    onFailure: (error, source) => log.warn('a source could not be ingested', { ...source, err: error }),
  });

  const { read, prompts } = operatorFields(config, folder);
  const services = servicesOf({
    storage,
    handle,
    runs,
    retrieval,
    routes,
    health,
    collections: collectionsOf(config),
    prompts,
    graph: { graph: () => living.schema(), quote: (...asked) => admit.quote(...asked) },
    entities,
    log,
    now,
  });

  const own = graphConfig.ai === false ? null : aiSchema(services, aiFields(read, services));
  const living = graphOf({ config, folder, fields: read, schema: own, log });
  const admit = admission({
    rules: quoteRules({
      services,
      fields: read.fields,
      listSizeOf: (coordinate) => living.listSize(coordinate),
      principal: serviceOf('quote'),
      assumedListSize: 100,
    }),
    mostPerOperation: nanoUsdOf(graphConfig.mostPerOperation ?? ''),
    isEntityField: (coordinate) => read.fields.some((field) => field.coordinate === coordinate),
  });
}
