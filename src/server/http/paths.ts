/**
 * What is at each path: `/graphql` with its contracts and its schema, health, metrics, the page, and the doors without documents.
 *
 * What can be refused without knowing who asks is refused here, in the form of the door at the path; such a refusal counts for its address.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { asGatewayError, type GatewayError } from '../../core/errors.ts';
import type { Door } from '../../doors/door.ts';
import { credentialsOf } from '../client/client.ts';
import type { Origins } from '../client/origin.ts';
import type { Underway } from '../doors/underway.ts';
import { answerAt, doorAt } from '../doors/visits.ts';
import { answerBuiltPage, type BuiltPage, builtPageAt } from '../pages/built-pages.ts';
import { graphiqlPage } from '../pages/graphiql.ts';
import { answerLive, answerReady, isReady, type Readiness } from '../pages/health-page.ts';
import { answerMetrics, type MetricsDoor, metricsPath } from '../pages/metrics-page.ts';
import { answerSchema, type PublicSchemaFor, schemaPathEnd } from '../pages/schema-page.ts';
import { answerGraphQL, type DoorParts } from './http.ts';
import { HttpRefusal, headersOf, shuttingDown } from './refusal.ts';
import { respondRefusal } from './respond.ts';
import { pathBelow, targetOf } from './target.ts';

/** What a server offers beside operations. */
export interface PathOptions {
  readonly ready: () => Promise<Readiness>;
  /** What all paths stand below, such as `/ai`. Default: nothing. */
  readonly basePath?: string;
  /** GraphiQL, and web pages of this machine. */
  readonly development: boolean;
  /** The documents that GraphiQL opens with, a tab each, asked for at each visit. */
  readonly graphiql?: () => readonly string[];
  /** What `GET /graphql/schema` shows; absent: there is nothing at that path. */
  readonly publicSchema?: PublicSchemaFor | undefined;
  /** Names of variants of the graph, each at a path of its own. */
  readonly contracts?: () => readonly string[];
  /** Doors without documents, each at paths of its own. Default: none. */
  readonly doors?: readonly Door[];
  /** Pages of the operator's, each at a path of its own. Default: none. */
  readonly pages?: readonly BuiltPage[];
}

interface PathParts extends PathOptions {
  readonly door: DoorParts & { readonly underway: Underway };
  readonly origins: Origins;
  /** Where GraphQL is asked. */
  readonly endpoint: string;
  /** Null: metrics are off, or have an address of their own. */
  readonly metrics: MetricsDoor | null;
  readonly isClosing: () => boolean;
}

export interface HttpPaths {
  answer(request: IncomingMessage, response: ServerResponse): void;
  /** The contract that the path of the request names; null: none; undefined: the path is not of the graph. */
  contractIn(request: IncomingMessage): string | null | undefined;
}

/** Time for the graph to be composed, before the page is shown without it. */
const pageWaitMs = 15_000;
const pagePollMs = 100;

export function httpPaths(parts: PathParts): HttpPaths {
  const {
    door,
    origins,
    endpoint,
    metrics,
    isClosing,
    ready,
    development,
    publicSchema,
    contracts = () => [],
    doors = [],
    pages = [],
    basePath = '',
  } = parts;
  const { callers, credentialsIn, addressOf, contractOf, mask } = door;
  const page = graphiqlPage(parts.graphiql ?? (() => ['{ __typename }']));
  const paths = [
    endpoint,
    ...(publicSchema === undefined ? [] : [`${endpoint}${schemaPathEnd}`]),
    '/health/live',
    '/health/ready',
    ...(metrics === null ? [] : [metricsPath]),
    ...doors.map(({ path }) => path),
    ...pages.map(({ path }) => `${path}/`),
  ].map((path) => `${basePath}${path}`);

  /** Routes the request. What is refused before its caller is known counts for its address. */
  function reach(request: IncomingMessage, response: ServerResponse): Promise<void> | void {
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
    throw await callers.refusalFor(error, credentialsIn(request.headers.authorization), addressOf(request));
  }

  function contractAt(path: string): string | null | undefined {
    if (path === endpoint) return null;
    const name = path.startsWith(`${endpoint}/`) ? path.slice(endpoint.length + 1) : '';
    return contracts().includes(name) ? name : undefined;
  }

  /** Returns what answers at the path; undefined when the request has been answered. Throws where the request does not fit the path. */
  function routed(request: IncomingMessage, response: ServerResponse): (() => Promise<void>) | void {
    const { path, search } = targetOf(request, basePath);
    const method = request.method ?? '';
    if (path === '/health/live') return answerLive(response);
    if (path === '/health/ready') return () => answerReady(response, ready, isClosing());
    if (path === metricsPath && metrics !== null) {
      origins.allowed(request);
      origins.refuseRebound(request);
      return async () => {
        await callers.admit({ authorization: request.headers.authorization ?? null }, addressOf(request));
        await answerMetrics(request, response, metrics);
      };
    }
    const built = builtPageAt(pages, path);
    if (built !== undefined) {
      origins.refuseRebound(request);
      return () => answerBuiltPage(built, path, request, response);
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
        const principal = await callers.admit(credentialsOf(request.headers, credentialsIn), addressOf(request));
        await answerSchema(request, response, { principal, schema: () => publicSchema(contractOf(principal, schemaOf)) });
      };
    }
    if (plain !== undefined) {
      origins.refuseRebound(request);
      if (isClosing()) throw shuttingDown();
      return () => answerAt(plain, request, response, door);
    }
    if (method !== 'GET' && method !== 'POST')
      throw new HttpRefusal(405, `${method} is not used here: send GET or POST.`, { Allow: 'GET, POST, OPTIONS' });
    if (method === 'GET' && request.headers.accept?.includes('text/html') === true) {
      if (!development) throw new HttpRefusal(406, `This gateway shows no pages: ask ${basePath}${endpoint} for application/json.`);
      return () => openPage(response);
    }
    origins.refuseRebound(request);
    if (isClosing()) throw shuttingDown();
    return () => answerGraphQL(request, response, { search, contract: contract ?? null }, door);
  }

  async function openPage(response: ServerResponse): Promise<void> {
    // GraphiQL asks for the schema once, when it opens: a page that is opened right after a start would see none.
    for (let waited = 0; waited < pageWaitMs && !isClosing() && !(await isReady(ready)); waited += pagePollMs) await wait(pagePollMs);
    return page(response);
  }

  /** Writes the refusal in the form of the door at the path. */
  function refuse(request: IncomingMessage, response: ServerResponse, error: GatewayError): void {
    door.connections.refused(request.socket);
    if (response.headersSent) {
      if (!response.writableEnded) response.destroy();
      return;
    }
    const [path = ''] = (request.url ?? '').split('?');
    const write = doorAt(doors, pathBelow(basePath, path))?.refuse;
    if (write === undefined) respondRefusal(response, error, mask);
    else {
      // This logs the cause beside the errorId, as of each refusal.
      mask.error(error);
      write(response, error, headersOf(error));
    }
  }

  return {
    contractIn: (request) => contractAt(targetOf(request, basePath).path),
    answer(request, response) {
      if (response.destroyed) return;
      reach(request, response)?.catch((error: unknown) => refuse(request, response, asGatewayError(error)));
    },
  };
}
