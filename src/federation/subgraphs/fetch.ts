/**
 * Sends one request to a remote subgraph.
 *
 * The library's executor is not used, because it shares requests between clients, keeps bodies in its errors, and takes
 * headers at a place where one caller's headers may serve another caller.
 */
import { type GraphQLError, type GraphQLSchema, OperationTypeNode, print } from 'graphql';
import { parseExact } from '../../core/json/raw-number.ts';
import { countObjects } from '../engine/object-budget.ts';
import { flat } from '../engine/stitching/flat.ts';
import { retried } from './access/retried.ts';
import { headersToSend } from './access/sent-headers.ts';
import { shownHeaders } from './access/shown-headers.ts';
import { attemptAt, NoGraphqlResult, type SubgraphAnswer } from './access/subgraph-attempt.ts';
import { accessFrom, type SubgraphAccess } from './access/subgraph-settings.ts';
import { type Attempted, type SubgraphStandings, subgraphStandings } from './access/subgraph-standings.ts';
import type { SubscriptionNews } from './access/subscription-news.ts';
import { checkSize } from './answer-size.ts';
import type { SubgraphExecutor, SubgraphRequest, SubgraphResult } from './engine-request.ts';
import { withoutFailed } from './failed-representations.ts';
import { foreignErrors, tooManyObjects } from './foreign-error.ts';
import { settledAnswer } from './settled-answer.ts';
import { failureOfErrors, type SubgraphFailure } from './subgraph-failure.ts';
import { remoteEvents } from './subscribe.ts';

export interface FetchOptions extends Partial<SubgraphAccess> {
  /** Names of the client's headers that go on to remote subgraphs. None by default. */
  readonly propagate?: readonly string[];
  /** The client's headers, by lower-case name; null for work that no client asked for. */
  readonly clientHeaders?: (context: unknown) => Readonly<Record<string, string | undefined>> | null;
  /** Ends every wait of the operation. */
  readonly signal?: (context: unknown) => AbortSignal | null;
  /** Whether the value of a client's header is a secret between the client and the gateway. It never goes on. Default: none is. */
  readonly isOurSecret?: (value: string) => boolean;
  /** Who takes turns and is judged as one. Null, and the default: nobody that can be told from others. */
  readonly caller?: (context: unknown) => string | null;
  /** Told the headers of an answer that go on to the client, in the order of the configuration. */
  readonly onAnswerHeaders?: (headers: readonly (readonly [string, string])[], context: unknown) => void;
  /** Told of every attempt, also of those that were not sent. */
  readonly onAttempted?: (attempted: Attempted) => void;
  /** Told how subscriptions go. */
  readonly onSubscription?: (news: SubscriptionNews) => void;
  /** How the subgraphs are doing, for all executors together. Default: this executor keeps its own. */
  readonly standings?: SubgraphStandings;
  /** Milliseconds to wait before the next attempt are drawn with it. */
  readonly random?: () => number;
  /** Overrides by subgraph name. */
  readonly subgraphs?: Readonly<Record<string, Partial<SubgraphAccess>>>;
  /** A remote subgraph's `extensions`, which never reach the client: its usage, say. */
  readonly onExtensions?: (subgraph: string, extensions: Readonly<Record<string, unknown>>, context: unknown) => void;
  /** Told once of every answer that failed, after the last attempt: for the log. */
  readonly onFailure?: (failure: SubgraphFailure) => void;
  /** The most objects that one execution may gather from remote subgraphs together. Default 50,000. */
  readonly maxObjects?: number;
}

export const usualObjects = 50_000;

/** `schema`: the subgraph's own, as the supergraph knows it. */
export function remoteExecutor(name: string, url: string, schema: GraphQLSchema, options: FetchOptions): SubgraphExecutor {
  const access = accessFrom(options, options.subgraphs?.[name] ?? {});
  const maxObjects = options.maxObjects ?? usualObjects;
  const standing = (options.standings ?? subgraphStandings()).of(name);
  const forwarded = [...(options.propagate ?? []).map((header) => ({ name: header })), ...access.forward];
  const toSend = headersToSend({ ...access, forward: forwarded, isOurs: options.isOurSecret ?? (() => false) });
  const headersFor = (context: unknown): Record<string, string> =>
    toSend(forwarded.length === 0 ? null : (options.clientHeaders?.(context) ?? null));

  const tell = (errors: readonly GraphQLError[]): void => {
    if (errors.length > 0) options.onFailure?.(failureOfErrors(name, errors));
  };

  /** Its last failure where it gave no answer. */
  async function answerOf(request: SubgraphRequest): Promise<SubgraphResult> {
    const { document, text, variables = {}, bodyText, operationType, context, info, isUnsettled = false } = request;
    const signal = options.signal?.(context) ?? null;
    const asking = {
      ...{ name, url, access, standing, signal },
      body: bodyText?.() ?? JSON.stringify({ query: text ?? print(document), variables }),
      headers: headersFor(context),
      caller: options.caller?.(context) ?? null,
      onAttempted: options.onAttempted ?? (() => {}),
      read(answer: SubgraphAnswer) {
        const result = resultOf(name, answer);
        if (!isUnsettled && countObjects({ info, context }, result.data ?? null) > maxObjects) throw tooManyObjects(name, maxObjects);
        return { result, hasErrors: (result.errors?.length ?? 0) > 0 };
      },
    };
    const attempts = operationType === OperationTypeNode.QUERY ? 1 + access.retries : 1;
    const last = await retried(attempts, access.timeoutMs, signal, options.random ?? Math.random, () =>
      attemptAt({ ...asking, check: checkSize(name, maxObjects) }),
    );
    if (!last.ok) return { data: null, errors: [last.error] };
    const { extensions } = last.result;
    if (extensions !== undefined) options.onExtensions?.(name, extensions, context);
    const shown = shownHeaders(access.answerHeaders, last.headers);
    if (shown.length > 0) options.onAnswerHeaders?.(shown, context);
    return last.result;
  }

  return async (asked) => {
    const whole = asked.text === undefined ? { ...asked, document: flat(asked.document) } : asked;
    const settling = { name, request: whole, schema, tell };
    if (whole.operationType === OperationTypeNode.SUBSCRIPTION) {
      const { document, text = print(document), variables = {}, context } = whole;
      const { subscriptionUrl, ca, h2c } = access;
      const subscribed = { url: subscriptionUrl ?? url, query: text, variables, headers: headersFor(context), ca, h2c };
      const onNews = options.onSubscription ?? (() => {});
      return remoteEvents({ ...settling, ...subscribed, signal: options.signal?.(context) ?? null, maxObjects, onNews });
    }
    if (whole.isUnsettled === true) {
      const answer = await answerOf(whole);
      tell(answer.errors ?? []);
      return answer;
    }
    const { request, restored } = withoutFailed(whole);
    return settledAnswer({ ...settling, restored }, request === null ? null : await answerOf(request));
  };
}

function resultOf(name: string, answer: SubgraphAnswer): SubgraphResult {
  let parsed: unknown;
  try {
    parsed = parseExact(answer.body);
  } catch {
    parsed = null;
  }
  const result = parsed as { readonly data?: unknown; readonly errors?: unknown; readonly extensions?: unknown } | null;
  const isResult =
    typeof result === 'object' && result !== null && (isData(result.data) || (result.data === undefined && Array.isArray(result.errors)));
  if (!isResult) {
    throw new NoGraphqlResult(`answered with status ${answer.status} and no GraphQL result${encodingNote(answer)}.`, answer);
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

/** A body whose encoding is not known here is read as it came. */
function encodingNote({ headers }: SubgraphAnswer): string {
  const encoding = String(headers['content-encoding'] ?? '');
  return encoding === '' || /^(x-)?(gzip|deflate|br|zstd|identity)$/i.test(encoding.trim())
    ? ''
    : `: its encoding is "${encoding.slice(0, 50)}". Accepted are gzip, br, deflate, zstd`;
}
