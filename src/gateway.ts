/**
 * The whole wiring, on one screen. A request comes in by `server/`, is opened for its principal (`access/`), judged as a whole
 * (`operations/admit.ts`), and run on the supergraph (`federation/`) or straight on the AI subgraph (`graphql/`). Each AI field becomes a
 * Call, which goes through `pipeline/pipeline.ts`. `assembly/configured.ts` makes the two halves of one reading of the configuration.
 */

import { callerRules } from './access/caller-rules.ts';
import { developmentKey } from './access/development-key.ts';
import { anonymousRateOf } from './assembly/caller-limits.ts';
import { type Configured, configure } from './assembly/configured.ts';
import { type Foundation, openFoundation } from './assembly/foundation.ts';
import { servedSdl } from './assembly/graph/configured-graph.ts';
import { publicSchemas } from './assembly/graph/public-schemas.ts';
import { answeredNames, forwardedNames } from './assembly/graph/subgraph-fetch.ts';
import { presentConfiguration } from './assembly/present-configuration.ts';
import { metricsDoor, registerGauges } from './assembly/register-gauges.ts';
import { type Gateway, type GatewayOptions, makeGateway } from './assembly/running-gateway.ts';
import { warmUpOnce } from './assembly/warming.ts';
import { firstDocuments } from './assembly/welcome/welcome.ts';
import { type GatewayConfig, isDevelopment } from './config/config.ts';
import { withDefaults } from './config/kinds/section.ts';
import { pathIn } from './config/path-in.ts';
import { gatewaySection } from './config/sections/gateway-section.ts';
import { serverSection } from './config/sections/server-section.ts';
import { GatewayError } from './core/errors.ts';
import { maskError } from './graphql/graphql-errors.ts';
import { followHooks } from './operations/follow-hooks.ts';
import { readBuiltPages } from './server/pages/built-pages.ts';
import { readConsole } from './server/pages/console-page.ts';
import { policyJudge } from './server/policy-judge.ts';
import { openGraphDoor, openSubgraphDoor } from './server/schema-door.ts';
import { createServer } from './server/server.ts';
import { serverLimits } from './server/server-limits.ts';
import { openLog } from './telemetry/log.ts';

export type { Gateway, GatewayOptions };

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
    return await connectParts(foundation, config, options);
  } catch (error) {
    await foundation.storage.close();
    throw error;
  }
}

async function connectParts(foundation: Foundation, config: GatewayConfig, options: GatewayOptions): Promise<Gateway> {
  const { storage, runs, health, standings, metrics, notices, changeLog, state, lastUses, log, now } = foundation;
  const { folder, loopback, router = null, warmUp = async () => {} } = options;
  const {
    origins,
    drainMs,
    limits = {},
    trustedProxies,
    requestsPerMinutePerAddress,
    pages: folders = {},
    console: isConsoleOn,
    basePath,
  } = withDefaults(serverSection, config.server);
  const development = isDevelopment(config);
  const open = development && loopback;
  const present = presentConfiguration(config, (by) => {
    if (router !== null) refuseDocumentsOf(by);
    return configure(by, foundation, { folder, development, open });
  });
  const current = (): Configured => present.current;
  foundation.endedTeams.follow(() => present.current.teams);
  const hooks = followHooks(() => present.current.hooks, foundation.activity);
  const { own, fields, graph } = present.current;
  const door =
    router === null || own === null
      ? openGraphDoor(current, storage)
      : await openSubgraphDoor({ own, router, sdl: servedSdl(config, fields, graph), stores: storage, log });
  const warming = warmUpOnce(warmUp);
  const pages = [
    ...(isConsoleOn && router === null ? readConsole() : []),
    ...readBuiltPages(Object.fromEntries(Object.entries(folders).map(([name, at]) => [name, pathIn(folder, at)])), log),
  ];
  const server = createServer({
    authenticate: hooks.authenticate,
    openOperation: hooks.openOperation,
    admitOperation: hooks.admitOperation,
    quoteOperation: hooks.quoteOperation,
    closeOperation: hooks.closeOperation,
    schema: door.schema,
    ready: () => warming.readiness(door.ready),
    engine: door.engine,
    checkDocument: door.checkDocument,
    judgePolicies: policyJudge(() => current().config.graph?.policies ?? {}, log),
    modelFields: () => current().modelFields,
    publicSchema: router === null ? publicSchemas(current) : undefined,
    background: runs,
    development,
    pages,
    basePath,
    limits: serverLimits(limits, open),
    trusted: () => current().trusted,
    trustedProxies,
    ...callerRules(() => current().callers, basePath),
    anonymousRate: anonymousRateOf(requestsPerMinutePerAddress, open),
    cors: { origins, headers: forwardedNames(config), exposed: answeredNames(config) },
    maskError: (error) => maskError(error, current().services.failed),
    log,
    metrics: metrics === null ? undefined : metricsDoor(config, metrics, hooks.authenticate),
    graphiql: () => {
      const { config, fields, graph, keyless } = current();
      return firstDocuments({ config, fields: fields.fields, schema: graph.schema() }, { keyless });
    },
  });
  if (metrics !== null) registerGauges(metrics, { current, health, standings, storage, runs, server });
  const key = development ? await developmentKey({ folder: state, keys: storage.keys, now }) : null;
  const paths = pages.map(({ path }) => path);
  return makeGateway({
    present,
    server,
    warming,
    background: runs,
    lastUses,
    notices,
    changeLog,
    storage,
    log,
    drainMs,
    developmentKey: key,
    pages: paths,
  });
}

/** A router writes documents of its own for this subgraph. A list that held nobody would be taken for a lock. */
function refuseDocumentsOf({ graph }: GatewayConfig): void {
  if (graph?.trustedDocuments === undefined) return;
  throw new GatewayError(
    'BAD_REQUEST',
    'graph.trustedDocuments cannot hold where a router asks: it writes documents of its own for its subgraphs. Leave the setting out here, and give the lists to the router.',
  );
}
