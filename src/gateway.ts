/**
 * The whole wiring, on one screen.
 *
 * A request comes in by `server/`, is opened for its principal (`access/`), judged as a whole (`operations/admit.ts`), and run
 * on the supergraph (`federation/`) or straight on the AI subgraph (`graphql/`). Each AI field becomes a Call, and every Call
 * goes through `pipeline/pipeline.ts`. The two halves meet here, through the type Handler.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { GraphQLSchema } from 'graphql';
import { developmentKey } from './access/development-key.ts';
import { doorOf } from './assembly/caller-limits.ts';
import { type Configured, configured } from './assembly/configured.ts';
import { type Foundation, openFoundation } from './assembly/foundation.ts';
import { servedSdl } from './assembly/graph/configured-graph.ts';
import { metricsDoor, registerGauges } from './assembly/register-gauges.ts';
import { firstDocuments } from './assembly/welcome/welcome.ts';
import { type GatewayConfig, isDevelopment } from './config/config.ts';
import { withDefaults } from './config/kinds/section.ts';
import { gatewaySection } from './config/sections/gateway-section.ts';
import { graphSection } from './config/sections/graph-section.ts';
import { serverSection } from './config/sections/server-section.ts';
import { GatewayError } from './core/errors.ts';
import type { Secret } from './core/secret.ts';
import { monotonicMs } from './core/turns/monotonic.ts';
import type { Composer } from './federation/compose/compose.ts';
import type { Graph, GraphStatus } from './federation/graph.ts';
import { maskedError } from './graphql/graphql-errors.ts';
import type { Services } from './graphql/services.ts';
import type { Listening } from './server/listening.ts';
import { openGraphDoor, openSubgraphDoor } from './server/schema-door.ts';
import { createServer } from './server/server.ts';
import type { Storage } from './storage/storage.ts';
import { type Log, openLog } from './telemetry/log.ts';

export interface Gateway {
  /** Serves, and begins what goes on in the background. Rejects in a sentence when the address is taken. */
  listen(at: { readonly host: string; readonly port: number }): Promise<Listening>;
  readonly graph: Graph;
  /** The AI subgraph as it runs here: what `fieldgate subgraph` serves. Null where the configuration has none. */
  readonly aiSchema: GraphQLSchema | null;
  readonly services: Services;
  readonly storage: Storage;
  readonly log: Log;
  /** A key with every scope, for the person at this machine; null outside development. */
  readonly developmentKey: string | null;
  /** Whether callers without a key may use the default route. */
  readonly keyless: boolean;
  /**
   * Takes over a configuration that `checkConfig` found no mistake in: new operations run by it, those in flight by the one
   * that they began with. Its graph must be composed first: rejects with MODEL_UNAVAILABLE, and the present one stays, where it
   * is not. `server`, `cache`, `storage`, `telemetry` and `logLevel` take effect at the next start.
   */
  reconfigure(config: GatewayConfig): Promise<void>;
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
  /** What makes one supergraph of the subgraphs. Default: it is composed in a process of its own. */
  readonly composer?: Composer;
  readonly log?: Log;
  readonly now?: () => number;
}

/**
 * Opens the stores and puts the gateway together. It does not listen yet. The configuration must be one that `fieldgate check`
 * finds no mistake in.
 *
 * @example
 * ```ts
 * import { createGateway, defineConfig, fromEnvironment } from 'fieldgate';
 *
 * const gateway = await createGateway(defineConfig(fromEnvironment()), { folder: import.meta.dirname, loopback: true });
 * const { url } = await gateway.listen({ host: '127.0.0.1', port: 4000 });
 * console.log(`${url}/graphql`);
 * process.once('SIGTERM', () => void gateway.close());
 * ```
 */
export async function createGateway(config: GatewayConfig, options: GatewayOptions): Promise<Gateway> {
  const { folder, now = Date.now, log = openLog({ level: withDefaults(gatewaySection, config).logLevel }) } = options;
  const foundation = await openFoundation(config, { ...options, folder, log, now });
  try {
    return await gatewayOn(foundation, config, options);
  } catch (error) {
    await foundation.storage.close();
    throw error;
  }
}

async function gatewayOn(foundation: Foundation, config: GatewayConfig, options: GatewayOptions): Promise<Gateway> {
  const { folder, router = null } = options;
  const { origins, drainMs } = withDefaults(serverSection, config.server);
  const { forwardHeaders } = withDefaults(graphSection, config.graph);
  const development = isDevelopment(config);
  const open = development && options.loopback;
  const { storage, runs, health, metrics, state, log, now } = foundation;
  const configure = (by: GatewayConfig): Configured => configured(by, foundation, { folder, development, open });
  let current = configure(config);
  /** Of each operation's context: who opened it admits and closes it. */
  const openedBy = new WeakMap<object, Configured>();

  const face =
    router === null || current.own === null
      ? openGraphDoor(() => current, storage)
      : await openSubgraphDoor({
          own: current.own,
          router,
          sdl: servedSdl(config, current.fields, current.graph),
          stores: storage,
          log,
        });
  const server = createServer({
    authenticate: (credentials) => current.authenticate(credentials),
    async openOperation(input) {
      const by = current;
      const context = await by.hooks.openOperation(input);
      openedBy.set(context, by);
      return context;
    },
    admitOperation: async (context, operation) =>
      (await (openedBy.get(context) ?? current).hooks.admitOperation?.(context, operation)) ?? null,
    closeOperation: (context) => (openedBy.get(context) ?? current).hooks.closeOperation(context),
    ...face,
    modelFields: () => current.modelFields,
    background: runs,
    development,
    ...doorOf(config, open),
    cors: { origins, headers: forwardHeaders },
    maskError: (error) => maskedError(error, current.services.failed),
    log,
    ...(metrics === null ? {} : { metrics: metricsDoor(config, metrics, (credentials) => current.authenticate(credentials)) }),
    graphiql: () =>
      firstDocuments(
        { config: current.config, fields: current.fields.fields, schema: current.graph.schema() },
        { keyless: current.keyless },
      ),
  });
  if (metrics !== null) registerGauges(metrics, { current: () => current, health, storage, runs, server });

  let listens = false;
  let closing: Promise<void> | null = null;
  async function shutDown(): Promise<void> {
    await server.close(drainMs);
    await runs.stop();
    await current.stop();
    await storage.close();
  }
  async function takeOver(by: GatewayConfig): Promise<void> {
    const next = configure(by);
    const { ready, reasons } = await composedSoon(next.graph);
    if (!ready || closing !== null) {
      await next.stop();
      throw new GatewayError('MODEL_UNAVAILABLE', `The graph of the new configuration cannot be served. ${reasons.join(' ')}`);
    }
    const before = current;
    current = next;
    await before.stop();
    if (listens) next.start();
  }
  let takingOver: Promise<void> = Promise.resolve();

  return {
    get graph() {
      return current.graph;
    },
    get aiSchema() {
      return current.own;
    },
    get services() {
      return current.services;
    },
    get keyless() {
      return current.keyless;
    },
    storage,
    log,
    developmentKey: development ? await developmentKey({ folder: state, keys: storage.keys, now }) : null,
    async listen(at) {
      const listening = await server.listen(at);
      listens = true;
      current.start();
      return listening;
    },
    reconfigure(by) {
      const turn = takingOver.then(() => takeOver(by));
      takingOver = turn.catch(() => {});
      return turn;
    },
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}

/** For the sources of a new configuration; a subgraph that is down is served as it was before by then, where that is known. */
const maxComposingMs = 4_000;
const lookAgainMs = 250;

async function composedSoon(graph: Graph): Promise<GraphStatus> {
  const endsAt = monotonicMs() + maxComposingMs;
  for (;;) {
    const status = await graph.refresh();
    if (status.ready || monotonicMs() > endsAt) return status;
    await wait(lookAgainMs);
  }
}
