/** Subscribes to remote subgraphs: graphql-transport-ws for `ws:` URLs, else SSE (graphql-sse, distinct connections). */
import type { Readable } from 'node:stream';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { parseExact } from '../../core/json/raw-number.ts';
import type { Stream } from '../../core/pull-stream.ts';
import { interruptible, mapStream } from '../../core/stream.ts';
import { clientFor } from '../../outbound/http-client.ts';
import { readBody } from '../../outbound/read-body.ts';
import { placeErrors } from '../engine/place-errors.ts';
import { NoGraphqlResult, refuseRedirect } from './access/subgraph-attempt.ts';
import { followSubscription, type SubscriptionNews } from './access/subscription-news.ts';
import { checkSize } from './answer-size.ts';
import type { SubgraphRequest, SubgraphResult } from './engine-request.ts';
import { foreignErrors, subgraphError } from './foreign-error.ts';
import { settledAnswer } from './settled-answer.ts';
import { socketResults } from './socket-results.ts';

export interface RemoteSubscription {
  readonly name: string;
  readonly url: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Authorities, as PEM, in place of those that Node trusts; null: those. */
  readonly ca: string | null;
  /** Whether a server without TLS is asked by HTTP/2. */
  readonly h2c: boolean;
  readonly signal: AbortSignal | null;
  readonly request: SubgraphRequest;
  readonly schema: GraphQLSchema;
  /** Of one event. */
  readonly maxObjects: number;
  /** Called with the errors of an event, and with the one that ended the subscription. */
  readonly tell: (errors: readonly GraphQLError[]) => void;
  readonly onNews: (news: SubscriptionNews) => void;
}

const maxEventBytes = 4 * 1024 * 1024;
/** A subgraph that accepts a subscription and then sends no response headers within this time fails. */
const headersTimeoutMs = 300_000;

/**
 * The subgraph's results, asked for at the first pull. Leaving (return, or the signal) closes the connection at once, also before
 * the first event. An error is the last result; after an abort there is none.
 */
export function remoteEvents({
  name,
  signal,
  request,
  schema,
  tell,
  onNews,
  maxObjects,
  ...subscription
}: RemoteSubscription): Stream<SubgraphResult> {
  const check = (event: Uint8Array): void => checkSize(name, maxObjects)(event);
  const results = /^wss?:/.test(subscription.url)
    ? socketResults({ ...subscription, check })
    : eventStreamResults({ name, ...subscription, check });
  const followed = followSubscription(name, results, onNews);
  return mapStream(
    interruptible(followed.results, { ended: followed.ended, ...(signal === null ? {} : { signal }) }),
    (event) => {
      const result = resultOf(name, event);
      if (request.isUnsettled !== true) return settledAnswer({ name, request, schema, tell }, result);
      tell(result.errors ?? []);
      return result;
    },
    (error) => {
      if (signal?.aborted === true) return null;
      const failure = failureOf(name, error);
      tell([failure]);
      if (request.isUnsettled === true) return { data: null, errors: [failure] };
      return placeErrors(request, { data: null, errors: [failure] }, schema);
    },
  );
}

function failureOf(name: string, error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return error instanceof NoGraphqlResult
    ? subgraphError(name, error.message, 'SUBGRAPH_UNAVAILABLE', false, error.cause)
    : subgraphError(name, 'ended the subscription.', 'SUBGRAPH_UNAVAILABLE', true, error);
}

interface Sent extends Pick<RemoteSubscription, 'name' | 'url' | 'query' | 'variables' | 'headers' | 'ca' | 'h2c'> {
  /** Called with each event before it is parsed; throws where it has too much in it. */
  readonly check: (event: Uint8Array) => void;
}
type Results = (signal: AbortSignal) => AsyncIterable<unknown>;

function resultOf(name: string, event: unknown): SubgraphResult {
  const { data, errors } = (typeof event === 'object' && event !== null ? event : {}) as { data?: unknown; errors?: unknown };
  return {
    data: typeof data === 'object' ? (data as Record<string, unknown> | null) : null,
    ...(Array.isArray(errors) ? { errors: foreignErrors(name, errors) } : {}),
  };
}

function eventStreamResults({ name, url, query, variables, headers, ca, h2c, check }: Sent): Results {
  return async function* (signal) {
    const sent = clientFor({ ca, h2c }).send(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query, variables }),
      signal,
      headersTimeoutMs,
    });
    const response = await sent.catch((error: unknown) => {
      throw subgraphError(name, 'could not be reached.', 'SUBGRAPH_UNAVAILABLE', true, error);
    });
    try {
      refuseRedirect(response.status, response.headers);
    } catch (error) {
      response.body.destroy();
      throw error;
    }
    const type = String(response.headers['content-type'] ?? '');
    if (!type.startsWith('text/event-stream')) {
      yield await readRefusal(name, type, response.body, check);
      return;
    }
    for await (const { event, data } of serverSentEvents(response.body)) {
      if (event === 'complete') return;
      if (event !== 'next' || data === '') continue;
      check(Buffer.from(data));
      yield parseExact(data);
    }
  };
}

/** Reads the GraphQL errors with which the subgraph refuses. An answer that is not JSON is not read at all. */
async function readRefusal(name: string, type: string, body: Readable, check: Sent['check']): Promise<unknown> {
  if (type.includes('json')) {
    const text = await readBody(body, maxEventBytes);
    check(text);
    const parsed: unknown = JSON.parse(text.toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null && 'errors' in parsed) return parsed;
  } else body.destroy();
  throw subgraphError(
    name,
    'does not serve subscriptions over SSE at its URL. Give it a `subscriptionUrl` in `graph.subgraphs`: ws:// or wss:// for graphql-ws, http:// or https:// for SSE.',
    'SUBGRAPH_UNAVAILABLE',
    false,
  );
}

/** Looks at each byte once, however small the pieces are that an event comes in. */
async function* serverSentEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<{ readonly event: string; readonly data: string }> {
  const decoder = new TextDecoder();
  /** Lines of the event that has begun, and the pieces of its last line. */
  let lines: string[] = [];
  let line: string[] = [];
  let length = 0;
  for await (const chunk of body) {
    const [first = '', ...rest] = decoder.decode(chunk, { stream: true }).split('\n');
    line.push(first);
    length += first.length;
    for (const next of rest) {
      const whole = line.join('').replace(/\r$/, '');
      if (whole !== '') lines.push(whole);
      else {
        if (lines.length > 0) yield eventOf(lines);
        lines = [];
        length = 0;
      }
      line = [next];
      length += next.length;
    }
    if (length > maxEventBytes) throw new Error('An event of the subgraph is too large.');
  }
}

function eventOf(lines: readonly string[]): { readonly event: string; readonly data: string } {
  const event = lines.findLast((line) => line.startsWith('event:'));
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).replace(/^ /, ''));
  return { event: event === undefined ? 'message' : event.slice(6).trim(), data: data.join('\n') };
}
