/**
 * Sends one request to a remote subgraph.
 *
 * The library's executor is not used, because it shares requests between clients, keeps bodies in its errors, and takes
 * headers at a place where one caller's headers may serve another caller.
 */
import { GraphQLError, type GraphQLSchema, OperationTypeNode, print } from 'graphql';
import { GatewayError } from '../../core/errors.ts';
import { withDeadline } from '../../core/stream.ts';
import { sharedHttpClient } from '../../outbound/http-client.ts';
import { BodyTooLarge, readBody } from '../../outbound/read-body.ts';
import { countObjects } from '../engine/object-budget.ts';
import { flat } from '../engine/stitching/flat.ts';
import { checkSize } from './answer-size.ts';
import type { SubgraphExecutor, SubgraphRequest, SubgraphResult } from './engine-request.ts';
import { withoutFailed } from './failed-representations.ts';
import { foreignErrors, subgraphError } from './foreign-error.ts';
import { settledAnswer } from './settled-answer.ts';
import { failureOfErrors, type SubgraphFailure } from './subgraph-failure.ts';
import { remoteEvents } from './subscribe.ts';

/** How one subgraph is asked. Times are milliseconds. */
export interface SubgraphAccess {
  /** Sent with every request: credentials of the gateway itself, say. */
  readonly headers: Readonly<Record<string, string>>;
  /** For one attempt. */
  readonly timeoutMs: number;
  /** Further attempts of a query that got no answer. Mutations are never repeated. */
  readonly retries: number;
  readonly maxResponseBytes: number;
  /** Where subscriptions go: `ws:` or `wss:` by graphql-transport-ws, `http:` by SSE. Null: the subgraph's URL, by SSE. */
  readonly subscriptionUrl: string | null;
}

export interface FetchOptions extends Partial<SubgraphAccess> {
  /** Names of the client's headers that go on to remote subgraphs. None by default. */
  readonly propagate?: readonly string[];
  /** The client's headers, by lower-case name; null for work that no client asked for. */
  readonly clientHeaders?: (context: unknown) => Readonly<Record<string, string | undefined>> | null;
  /** Ends every wait of the operation. */
  readonly signal?: (context: unknown) => AbortSignal | null;
  /** Overrides by subgraph name. */
  readonly subgraphs?: Readonly<Record<string, Partial<SubgraphAccess>>>;
  /** A remote subgraph's `extensions`, which never reach the client: its usage, say. */
  readonly onExtensions?: (subgraph: string, extensions: Readonly<Record<string, unknown>>, context: unknown) => void;
  /** Told once of every answer that failed, after the last attempt: for the log. */
  readonly onFailure?: (failure: SubgraphFailure) => void;
  /** The most objects that one execution may gather from remote subgraphs together. Default 50,000. */
  readonly maxObjects?: number;
}

const usualObjects = 50_000;

const defaults: SubgraphAccess = {
  headers: {},
  timeoutMs: 30_000,
  retries: 1,
  maxResponseBytes: 16 * 1024 * 1024,
  subscriptionUrl: null,
};

/** Headers that describe one connection or one body, and are never the client's to set on another. */
const unsent = new Set(['host', 'connection', 'content-length', 'content-type', 'transfer-encoding', 'accept', 'te', 'upgrade', 'expect']);

/** `schema`: the subgraph's own, as the supergraph knows it. */
export function remoteExecutor(name: string, url: string, schema: GraphQLSchema, options: FetchOptions): SubgraphExecutor {
  const access: SubgraphAccess = { ...defaults, ...defined(options), ...defined(options.subgraphs?.[name] ?? {}) };
  const maxObjects = options.maxObjects ?? usualObjects;
  const propagate = (options.propagate ?? []).map((header) => header.toLowerCase()).filter((header) => !unsent.has(header));

  const headersFor = (context: unknown): Record<string, string> => {
    const incoming = propagate.length === 0 ? null : (options.clientHeaders?.(context) ?? null);
    const passed = propagate.flatMap((header) => {
      const value = incoming?.[header];
      return value === undefined ? [] : [[header, value] as const];
    });
    return { ...Object.fromEntries(passed), ...access.headers };
  };

  const tell = (errors: readonly GraphQLError[]): void => {
    if (errors.length > 0) options.onFailure?.(failureOfErrors(name, errors));
  };

  /** Its last failure where it gave no answer. */
  async function answerOf({ document, variables = {}, operationType, context, info }: SubgraphRequest): Promise<SubgraphResult> {
    const clientSignal = options.signal?.(context) ?? null;
    const body = JSON.stringify({ query: print(document), variables });
    const headers = headersFor(context);
    const attempts = operationType === OperationTypeNode.QUERY ? 1 + access.retries : 1;
    for (let attempt = 1; ; attempt++) {
      const deadline = withDeadline(clientSignal, access.timeoutMs, tookTooLong);
      try {
        const bounds = { maxBytes: access.maxResponseBytes, check: checkSize(name, maxObjects) };
        const result = resultOf(name, await post(url, headers, body, bounds, deadline.signal));
        if (countObjects({ info, context }, result.data ?? null) > maxObjects) throw tooMany(name, maxObjects);
        if (result.extensions !== undefined) options.onExtensions?.(name, result.extensions, context);
        return result;
      } catch (error) {
        const failure = failureOf(name, error, clientSignal, deadline.signal);
        const isLast = attempt >= attempts || failure.extensions['retryable'] !== true || clientSignal?.aborted === true;
        if (isLast) return { data: null, errors: [failure] };
      } finally {
        deadline.end();
      }
    }
  }

  return async (asked) => {
    const whole = { ...asked, document: flat(asked.document) };
    const settling = { name, request: whole, schema, tell };
    if (whole.operationType === OperationTypeNode.SUBSCRIPTION) {
      const { document, variables = {}, context } = whole;
      const subscribed = { url: access.subscriptionUrl ?? url, query: print(document), variables, headers: headersFor(context) };
      return remoteEvents({ ...settling, ...subscribed, signal: options.signal?.(context) ?? null, maxObjects });
    }
    const { request, restored } = withoutFailed(whole);
    return settledAnswer({ ...settling, restored }, request === null ? null : await answerOf(request));
  };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  { maxBytes, check }: { readonly maxBytes: number; readonly check: (piece: Uint8Array) => void },
  signal: AbortSignal,
): Promise<Answer> {
  const response = await sharedHttpClient().send(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json;q=0.9' },
    body,
    signal,
  });
  return { status: response.status, body: (await readBody(response.body, maxBytes, check)).toString('utf8') };
}

/** For the one attempt; {@link failureOf} says whose it was. */
const tookTooLong = (): GatewayError => new GatewayError('TIMEOUT', 'The subgraph did not answer in time.');

const tooMany = (name: string, most: number): GraphQLError =>
  subgraphError(
    name,
    `has more for this operation than it may gather: ${most} objects of all subgraphs together. Ask for shorter lists, or for fewer lists inside lists.`,
    'COST_LIMIT_EXCEEDED',
    false,
  );

function resultOf(name: string, { status, body }: Answer): SubgraphResult {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = null;
  }
  const result = parsed as { readonly data?: unknown; readonly errors?: unknown; readonly extensions?: unknown } | null;
  const isResult =
    typeof result === 'object' && result !== null && (isData(result.data) || (result.data === undefined && Array.isArray(result.errors)));
  if (!isResult) {
    throw subgraphError(
      name,
      `answered with status ${status} and no GraphQL result.`,
      'SUBGRAPH_UNAVAILABLE',
      status >= 500 || status === 429,
    );
  }
  const errors = Array.isArray(result.errors) ? foreignErrors(name, result.errors) : [];
  const { data, extensions } = result;
  return {
    data: isData(data) ? data : null,
    ...(errors.length === 0 ? {} : { errors }),
    ...(typeof extensions === 'object' && extensions !== null ? { extensions: extensions as Record<string, unknown> } : {}),
  };
}

const isData = (data: unknown): data is Record<string, unknown> | null => typeof data === 'object' && !Array.isArray(data);

function failureOf(name: string, error: unknown, client: AbortSignal | null, deadline: AbortSignal): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (client?.aborted === true) return subgraphError(name, 'was not waited for: the operation was cancelled.', 'CANCELLED', false);
  if (deadline.aborted) return subgraphError(name, 'did not answer in time.', 'TIMEOUT', true, error);
  if (error instanceof BodyTooLarge)
    return subgraphError(name, 'answered with more bytes than the gateway takes.', 'SUBGRAPH_UNAVAILABLE', false);
  return subgraphError(name, 'could not be reached.', 'SUBGRAPH_UNAVAILABLE', true, error);
}

function defined<T extends object>(value: T): Partial<SubgraphAccess> {
  const keys = Object.keys(defaults) as (keyof SubgraphAccess)[];
  const given = value as Partial<Record<keyof SubgraphAccess, unknown>>;
  return Object.fromEntries(keys.filter((key) => given[key] !== undefined).map((key) => [key, given[key]])) as Partial<SubgraphAccess>;
}
