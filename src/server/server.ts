/**
 * The server: paths, connections and their time limits, and the way down.
 *
 * Closing keeps the listener open while streams finish, so that load balancers read "not ready" instead of running into
 * refused connections; operations that come in the meantime get a refusal with Retry-After.
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import type { Door } from '../doors/door.ts';
import type { OperationHooks } from '../operations/open.ts';
import type { Log } from '../telemetry/log.ts';
import { clientAddress, isIn, networks } from './client/address.ts';
import { type AnonymousRateOptions, anyAnonymousRate, limitAnonymousRate } from './client/anonymous-rate.ts';
import { callers } from './client/callers.ts';
import { credentialsBeside, credentialsOf } from './client/client.ts';
import { connectionShares } from './client/connections.ts';
import { originRules } from './client/origin.ts';
import { pipelinedRequests } from './client/pipelined.ts';
import { unreadAnswers } from './client/unread.ts';
import { documentReader } from './document/document.ts';
import { openUnderway } from './doors/underway.ts';
import { answerAt, doorAt } from './doors/visits.ts';
import { type Engine, graphqlEngine, type SchemaFor } from './engine.ts';
import { answerBrokenRequest } from './http/broken-request.ts';
import { answerGraphQL, type ContractOf } from './http/http.ts';
import { cutByShutdown, HttpRefusal, headersOf, shuttingDown } from './http/refusal.ts';
import { respondRefusal } from './http/respond.ts';
import { targetOf } from './http/target.ts';
import type { Listening } from './listening.ts';
import { loopTurns, pipelinedPerTurn, requestBytesPerTurn, requestsPerTurn, streamEventsPerTurn } from './loop-turns.ts';
import { type DocumentToCheck, operations } from './operation.ts';
import { graphiqlPage } from './pages/graphiql.ts';
import { answerLive, answerReady, isReady, type Readiness } from './pages/health-page.ts';
import { answerMetrics, type MetricsDoor, metricsPath, metricsServer } from './pages/metrics-page.ts';
import { answerSchema, type PublicSchemaFor, schemaPathEnd } from './pages/schema-page.ts';
import type { JudgePolicies } from './policy-judge.ts';
import { type MaskError, openMasking } from './response-errors.ts';
import { type ServerLimits, serverLimits } from './server-limits.ts';
import { sockets } from './websocket/websocket.ts';

export interface ServerOptions extends OperationHooks {
  /** Asked for each operation, so it may change at any time; operations in flight keep theirs. */
  readonly schema: SchemaFor;
  /** Coordinates of the fields that call a model: they never run by GET. */
  readonly modelFields: () => ReadonlySet<string>;
  readonly ready: () => Promise<Readiness>;
  /** Has its share of the time for closing. */
  readonly background?: Background;
  /** GraphiQL, and web pages of this machine. */
  readonly development: boolean;
  /**
   * Exact origins, such as `https://app.example.com`; `*` for any. `headers`: that pages may send beside those that the gateway reads.
   * `exposed`: headers of answers that pages may read.
   */
  readonly cors: {
    readonly origins: readonly string[];
    readonly headers?: readonly string[] | undefined;
    readonly exposed?: readonly string[] | undefined;
  };
  readonly limits?: Partial<ServerLimits>;
  readonly maskError: MaskError;
  readonly log: Log;
  /** The documents that GraphiQL opens with, a tab each, asked for at each visit. */
  readonly graphiql?: () => readonly string[];
  readonly metrics?: MetricsDoor | undefined;
  /** What `GET /graphql/schema` shows; absent: there is nothing at that path. */
  readonly publicSchema?: PublicSchemaFor | undefined;
  /** What an address may ask without credentials that hold; absent: anything. */
  readonly anonymousRate?: AnonymousRateOptions | undefined;
  /** Names of variants of the graph, each at a path of its own. */
  readonly contracts?: () => readonly string[];
  readonly contractOf?: ContractOf;
  /** Whether an Authorization header is left to subgraphs: its caller is anonymous here. Default: none is. */
  readonly isForeignToken?: (authorization: string) => boolean;
  /** Whose `X-Forwarded-For` is believed: addresses and networks. */
  readonly trustedProxies?: readonly string[];
  /** Refuses a document by what stands in it; throws GatewayError. Default: none is refused. */
  readonly checkDocument?: ((input: DocumentToCheck) => void) | undefined;
  /** Judges `@policy` before an operation runs. Default: no policy holds. */
  readonly judgePolicies?: JudgePolicies;
  /** Without documents, each at paths of its own. Default: none. */
  readonly doors?: readonly Door[];
  /** graphql-js unless another is given: `apolloEngine`. */
  readonly engine?: Engine | undefined;
  /** For streams that are told to end: time to say so. Default 2 s. */
  readonly farewellMs?: number;
}

/** Work that goes on behind operations, and that some of them read. */
export interface Background {
  /** Resolves when none is under way, or after `graceMs`. */
  idle(graceMs: number): Promise<void>;
  /** Ends what is under way, so that its readers get the reason. */
  stop(): Promise<void>;
}

export interface FieldgateServer {
  /** Port 0 takes a free one. Rejects in a sentence. */
  listen(at: { readonly host: string; readonly port: number }): Promise<Listening>;
  /** What goes on now: operations that have not delivered their answer, at any door, and open WebSockets. */
  activity(): { readonly operations: number; readonly sockets: number };
  /**
   * Lets operations and what goes on behind them finish for up to `graceMs` together. Of the rest, what goes on behind is ended
   * first, so that its readers see how; then the operations are, with an error of their own; then every connection is closed.
   */
  close(graceMs: number): Promise<void>;
}

const endpoint = '/graphql';
/** For the graph to be composed before the page is shown without it. */
const pageWaitMs = 15_000;
const pagePollMs = 100;
const ignored = (): void => {};
/** For clients to close their side. */
const politeMs = 500;

export function createServer(options: ServerOptions): FieldgateServer {
  const { log, development, schema, farewellMs = 2_000 } = options;
  const { contracts = () => [], contractOf = (_, asked) => asked, doors = [] } = options;
  const limits = serverLimits(options.limits ?? {}, development);
  const mask = openMasking(options.maskError, log);
  const anonymousRate = options.anonymousRate === undefined ? anyAnonymousRate : limitAnonymousRate(options.anonymousRate);
  const known = callers(options.authenticate, anonymousRate);
  const credentialsIn = credentialsBeside(options.isForeignToken ?? (() => false));
  const proxies = networks(options.trustedProxies ?? []);
  const addressOf = clientAddress(options.trustedProxies ?? []);
  const connections = connectionShares({ limits, addressOf, isProxy: (socket) => isIn(proxies, socket), mask });
  const unread = unreadAnswers(limits);
  const engine = options.engine ?? graphqlEngine(schema);
  const { checkDocument } = options;
  const checks = {
    ...(checkDocument === undefined ? {} : { checkDocument }),
    ...(options.judgePolicies === undefined ? {} : { judgePolicies: options.judgePolicies }),
  };
  const { maxTypedValues } = limits;
  const underway = openUnderway();
  const running = operations({ underway, engine, hooks: options, mask, log, development, anonymousRate, maxTypedValues, ...checks });
  const read = documentReader(limits);
  const origins = originRules(options.cors.origins, development, {
    forwarded: options.cors.headers,
    exposed: options.cors.exposed,
    credentialsIn,
  });
  const page = graphiqlPage(endpoint, options.graphiql ?? (() => ['{ __typename }']));
  const door = {
    underway,
    operations: running,
    read,
    mask,
    limits,
    schema,
    addressOf,
    callers: known,
    credentialsIn,
    contractOf,
    connections,
    unread,
    requestTurns: loopTurns(requestBytesPerTurn),
    streamTurns: loopTurns(streamEventsPerTurn),
    modelFields: options.modelFields,
  };
  const { metrics } = options;
  const metricsHere = metrics?.at === null ? metrics : null;
  const metricsElsewhere = metrics?.at ? metricsServer(metrics.metrics, mask, metrics.at) : null;
  const { publicSchema } = options;
  const paths = [
    endpoint,
    ...(publicSchema === undefined ? [] : [`${endpoint}${schemaPathEnd}`]),
    '/health/live',
    '/health/ready',
    ...(metricsHere === null ? [] : [metricsPath]),
    ...doors.map(({ path }) => path),
  ];
  let closing: Promise<void> | null = null;

  /** Refuses what needs no caller, then asks who calls; what is refused before counts for its address. */
  function answer(request: IncomingMessage, response: ServerResponse): Promise<void> | void {
    let reached: (() => Promise<void>) | void;
    try {
      reached = routed(request, response);
    } catch (error) {
      return refusal(error, request);
    }
    return reached?.();
  }

  async function refusal(error: unknown, request: IncomingMessage): Promise<never> {
    if (error instanceof HttpRefusal && error.status === 503) throw error;
    throw await known.refusalFor(error, credentialsIn(request.headers.authorization), addressOf(request));
  }

  /** The contract that the path names; null: none; undefined: the path is not of the graph. */
  function contractAt(path: string): string | null | undefined {
    if (path === endpoint) return null;
    const name = path.startsWith(`${endpoint}/`) ? path.slice(endpoint.length + 1) : '';
    return contracts().includes(name) ? name : undefined;
  }

  /** What is at the path, for a request that is fit for it; nothing: it has been answered. */
  function routed(request: IncomingMessage, response: ServerResponse): (() => Promise<void>) | void {
    const { path, search } = targetOf(request);
    const method = request.method ?? '';
    if (path === '/health/live') return answerLive(response);
    if (path === '/health/ready') return () => answerReady(response, options.ready, closing !== null);
    if (path === metricsPath && metricsHere !== null) {
      origins.allowed(request);
      origins.refuseRebound(request);
      return async () => {
        await known.admit({ authorization: request.headers.authorization ?? null }, addressOf(request));
        await answerMetrics(request, response, metricsHere);
      };
    }
    const plain = doorAt(doors, path);
    const schemaOf =
      publicSchema !== undefined && path.endsWith(schemaPathEnd) ? contractAt(path.slice(0, -schemaPathEnd.length)) : undefined;
    const contract = schemaOf === undefined ? contractAt(path) : schemaOf;
    if (plain === undefined && contract === undefined)
      throw new HttpRefusal(404, `There is nothing at this path. Paths: ${paths.join(', ')}.`);
    if (method === 'OPTIONS') {
      response.writeHead(204, { ...origins.preflight(request), Vary: 'Origin' });
      return void response.end();
    }
    const origin = origins.allowed(request);
    if (origin !== null) for (const [name, value] of Object.entries(origins.corsHeaders(origin))) response.setHeader(name, value);
    if (schemaOf !== undefined && publicSchema !== undefined) {
      origins.refuseRebound(request);
      return async () => {
        const principal = await known.admit(credentialsOf(request.headers, credentialsIn), addressOf(request));
        await answerSchema(request, response, { principal, schema: () => publicSchema(contractOf(principal, schemaOf)) });
      };
    }
    if (plain !== undefined) {
      origins.refuseRebound(request);
      if (closing !== null) throw shuttingDown();
      return () => answerAt(plain, request, response, door);
    }
    if (method !== 'GET' && method !== 'POST')
      throw new HttpRefusal(405, `${method} is not used here: send GET or POST.`, { Allow: 'GET, POST, OPTIONS' });
    if (method === 'GET' && request.headers.accept?.includes('text/html') === true) {
      if (!development) throw new HttpRefusal(406, `This gateway shows no pages: ask ${endpoint} for application/json.`);
      return () => openPage(response);
    }
    origins.refuseRebound(request);
    if (closing !== null) throw shuttingDown();
    return () => answerGraphQL(request, response, { search, contract: contract ?? null }, door);
  }

  async function openPage(response: ServerResponse): Promise<void> {
    // GraphiQL asks for the schema once, when it opens: a page that is opened right after a start would see none.
    for (let waited = 0; waited < pageWaitMs && closing === null && !(await isReady(options.ready)); waited += pagePollMs)
      await wait(pagePollMs);
    return page(response);
  }

  const pipelined = pipelinedRequests();
  const beginnings = { first: loopTurns(requestsPerTurn), pipelined: loopTurns(pipelinedPerTurn) };
  const begin = (request: IncomingMessage, response: ServerResponse): void => {
    if (response.destroyed) return;
    answer(request, response)?.catch((error: unknown) => refuse(request, response, asGatewayError(error)));
  };
  /** In the form of the door at the path of the request. */
  function refuse(request: IncomingMessage, response: ServerResponse, error: GatewayError): void {
    if (response.headersSent) {
      if (!response.writableEnded) response.destroy();
      return;
    }
    const [path = ''] = (request.url ?? '').split('?');
    const write = doorAt(doors, path)?.refuse;
    if (write === undefined) respondRefusal(response, error, mask);
    else {
      // Its cause is in the log beside its errorId, as of each refusal.
      mask.error(error);
      write(response, error, headersOf(error));
    }
  }
  const received = (request: IncomingMessage, response: ServerResponse): void => {
    const place = pipelined.admits(request, response);
    if (place === null) return;
    response.on('error', ignored);
    const turn = beginnings[place].take(1);
    if (turn === null) begin(request, response);
    else void turn.then(() => begin(request, response));
  };
  const server = createHttpServer(
    {
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMs,
      // The body has a limit of its own with an answer of its own; this one is the net below it.
      requestTimeout: limits.headersTimeoutMs + limits.bodyTimeoutMs + 5_000,
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs),
      keepAliveTimeout: 65_000,
      keepAlive: true,
      noDelay: true,
      requireHostHeader: false,
      // Some clients offer HTTP/2 with every request (`Upgrade: h2c`); an offer may be ignored (RFC 9110 §7.8).
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    received,
  );
  server.maxConnections = limits.maxConnections;
  const socketDoor = sockets({ ...door, origins, anonymousRate, log, contractAt, endpoint, draining: () => closing !== null });
  // Expectations that nobody has: Node would answer each at once (RFC 9110 §10.1.1 lets us ignore them).
  server.on('checkExpectation', received);
  server.on('connection', pipelined.opened);
  server.on('connection', connections.opened);
  server.on('upgrade', (request, socket, head) => void socketDoor.upgrade(request, socket, head));
  server.on('clientError', (error, socket) => void answerBrokenRequest(error, socket as Socket, door));

  async function shutDown(graceMs: number): Promise<void> {
    const graceEnd = performance.now() + graceMs;
    socketDoor.close(false);
    await underway.idle(graceMs);
    // Operations may have begun something until they ended.
    await options.background?.idle(Math.max(0, graceEnd - performance.now()));
    await options.background?.stop();
    await underway.idle(farewellMs);
    underway.stopAll(cutByShutdown());
    await underway.idle(farewellMs);
    socketDoor.close(true);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const cut = setTimeout(() => {
      socketDoor.terminate();
      server.closeAllConnections();
    }, politeMs);
    await closed;
    clearTimeout(cut);
    await metricsElsewhere?.close();
  }

  const listening = ({ host, port }: { readonly host: string; readonly port: number }): Promise<string> =>
    new Promise((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void => reject(listenRefused(error, host, port));
      server.once('error', onError);
      server.listen(port, host, () => {
        server.off('error', onError);
        const { port: taken } = server.address() as AddressInfo;
        resolve(`http://${host.includes(':') ? `[${host}]` : host}:${taken}`);
      });
    });

  return {
    async listen(at) {
      const elsewhere = await metricsElsewhere?.listen();
      const url = await listening(at).catch(async (error: unknown) => {
        await metricsElsewhere?.close();
        throw error;
      });
      const metricsBase = metricsHere === null ? elsewhere?.url : url;
      return { url, metricsUrl: metricsBase === undefined ? null : `${metricsBase}${metricsPath}` };
    },
    activity: () => ({ operations: underway.count(), sockets: socketDoor.count() }),
    close(graceMs) {
      closing ??= server.listening ? shutDown(graceMs) : Promise.resolve();
      return closing;
    },
  };
}

function listenRefused(error: NodeJS.ErrnoException, host: string, port: number): GatewayError {
  const taken = error.code === 'EADDRINUSE';
  const reason = taken ? 'another program uses it, perhaps a gateway that still runs' : `the system says ${error.code ?? 'no'}`;
  const remedy = taken
    ? `Choose another, such as --port ${(port % 65_535) + 1} (with npm: npm start -- --port ${(port % 65_535) + 1}).`
    : 'Choose another with --host and --port.';
  return new GatewayError('BAD_REQUEST', `The gateway cannot listen on ${host}:${port}: ${reason}. ${remedy}`);
}
