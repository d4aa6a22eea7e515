/**
 * The server: paths, connections and their time limits, and the way down.
 *
 * Closing keeps the listener open while streams finish, so that load balancers read "not ready" instead of running into
 * refused connections; operations that come in the meantime get a refusal with Retry-After.
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { GatewayError } from '../core/errors.ts';
import { anyDocument, type TrustedDocuments } from '../documents/trusted-documents.ts';
import type { OperationHooks } from '../operations/open.ts';
import type { Log } from '../telemetry/log.ts';
import { clientAddress, isIn, networks } from './client/address.ts';
import { addressTurns, countedRequests } from './client/address-turns.ts';
import { type AnonymousRateOptions, anyAnonymousRate, limitAnonymousRate } from './client/anonymous-rate.ts';
import { callers } from './client/callers.ts';
import { credentialsBeside } from './client/client.ts';
import { connectionShares } from './client/connections.ts';
import { originRules } from './client/origin.ts';
import { pipelinedRequests } from './client/pipelined.ts';
import { unreadAnswers } from './client/unread.ts';
import { documentReader } from './document/document.ts';
import { openUnderway } from './doors/underway.ts';
import { type Engine, graphqlEngine, type SchemaFor } from './engine.ts';
import { answerBrokenRequest } from './http/broken-request.ts';
import type { ContractOf } from './http/http.ts';
import { httpPaths, type PathOptions } from './http/paths.ts';
import { cutByShutdown } from './http/refusal.ts';
import type { Listening } from './listening.ts';
import { loopTurns, pipelinedPerTurn, requestBytesPerTurn, requestsPerTurn, streamEventsPerTurn } from './loop-turns.ts';
import { type DocumentToCheck, operations } from './operation.ts';
import { type MetricsDoor, metricsPath, metricsServer } from './pages/metrics-page.ts';
import type { JudgePolicies } from './policy-judge.ts';
import { type MaskError, openMasking } from './response-errors.ts';
import { type ServerLimits, serverLimits } from './server-limits.ts';
import { sockets } from './websocket/websocket.ts';

export interface ServerOptions extends OperationHooks, PathOptions {
  /** Asked for each operation, so it may change at any time; operations in flight keep theirs. */
  readonly schema: SchemaFor;
  /** Coordinates of the fields that call a model: they never run by GET. */
  readonly modelFields: () => ReadonlySet<string>;
  /** Background work, which has its share of the time for closing. */
  readonly background?: Background;
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
  /** Default: any document. */
  readonly trusted?: (() => TrustedDocuments) | undefined;
  readonly maskError: MaskError;
  readonly log: Log;
  readonly metrics?: MetricsDoor | undefined;
  /** What an address may ask without credentials that hold; absent: anything. */
  readonly anonymousRate?: AnonymousRateOptions | undefined;
  readonly contractOf?: ContractOf;
  /** Whether an Authorization header is left to subgraphs: its caller is anonymous here. Default: none is. */
  readonly isForeignToken?: (authorization: string) => boolean;
  /** Whose `X-Forwarded-For` is believed: addresses and networks. */
  readonly trustedProxies?: readonly string[];
  /** Throws GatewayError for a document that is refused for its content. Default: none is refused. */
  readonly checkDocument?: ((input: DocumentToCheck) => void) | undefined;
  /** Judges `@policy` before an operation runs. Default: no policy holds. */
  readonly judgePolicies?: JudgePolicies;
  /** graphql-js unless another is given: `apolloEngine`. */
  readonly engine?: Engine | undefined;
  /** Time for streams that are told to end to send their last event. Default 2 s. */
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
const ignored = (): void => {};
/** Time for clients to close their side. */
const politeMs = 500;

export function createServer(options: ServerOptions): FieldgateServer {
  const { log, development, schema, farewellMs = 2_000, basePath = '' } = options;
  const { contractOf = (_, asked) => asked } = options;
  const limits = serverLimits(options.limits ?? {}, development);
  const mask = openMasking(options.maskError, log);
  const anonymousRate = options.anonymousRate === undefined ? anyAnonymousRate : limitAnonymousRate(options.anonymousRate);
  const known = callers(options.authenticate, anonymousRate);
  const credentialsIn = credentialsBeside(options.isForeignToken ?? (() => false));
  const proxies = networks(options.trustedProxies ?? []);
  const addressOf = clientAddress(options.trustedProxies ?? []);
  const addressesInTurn = addressTurns(addressOf);
  const isProxy = (socket: Socket): boolean => isIn(proxies, socket);
  const connections = connectionShares({ limits, addressOf, isProxy, mask, turns: addressesInTurn });
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
  const door = {
    underway,
    operations: running,
    read,
    trusted: options.trusted ?? (() => anyDocument),
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
  let closing: Promise<void> | null = null;
  const isClosing = (): boolean => closing !== null;
  const paths = httpPaths({ ...options, door, origins, endpoint, metrics: metricsHere, isClosing });
  const pipelined = pipelinedRequests(addressesInTurn);
  const beginnings = { first: loopTurns(requestsPerTurn), pipelined: loopTurns(pipelinedPerTurn) };
  const received = (request: IncomingMessage, response: ServerResponse): void => {
    const place = pipelined.admits(request, response);
    if (place === null) return;
    response.on('error', ignored);
    const turn = beginnings[place].take(1);
    if (turn === null) paths.answer(request, response);
    else void turn.then(() => paths.answer(request, response));
  };
  const server = createHttpServer(
    {
      IncomingMessage: countedRequests(addressesInTurn),
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMs,
      // The body has a limit of its own, with an answer of its own. This limit only catches what that one misses.
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
  const socketDoor = sockets({
    ...door,
    addressesInTurn,
    origins,
    anonymousRate,
    log,
    contractIn: paths.contractIn,
    endpoint: `${basePath}${endpoint}`,
    draining: isClosing,
  });
  // Expectations that nobody has: Node would answer each at once (RFC 9110 §10.1.1 lets us ignore them).
  server.on('checkExpectation', received);
  server.on('connection', addressesInTurn.opened);
  server.on('connection', connections.opened);
  server.on('upgrade', (request, socket, head) => void socketDoor.upgrade(request, socket, head));
  server.on('clientError', (error, socket) => void answerBrokenRequest(error, socket as Socket, door));

  async function shutDown(graceMs: number): Promise<void> {
    const graceEnd = performance.now() + graceMs;
    socketDoor.close(false);
    await underway.idle(graceMs);
    // Operations may have begun background work until they ended.
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
        resolve(`http://${host.includes(':') ? `[${host}]` : host}:${taken}${basePath}`);
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
