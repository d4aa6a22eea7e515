/** One attempt at a remote subgraph: what it answered, or how the attempt failed. */
import type { IncomingHttpHeaders } from 'node:http';
import { GraphQLError } from 'graphql';
import { GatewayError } from '../../../core/errors.ts';
import { withDeadline } from '../../../core/stream.ts';
import { clientFor } from '../../../outbound/http-client.ts';
import { BodyTooLarge } from '../../../outbound/read-body.ts';
import { retryAfterMs } from '../../../outbound/retry-delay.ts';
import { subgraphError } from '../foreign-error.ts';
import { AnswerTooLate, postForAnswer } from './received-answer.ts';
import type { SubgraphAccess } from './subgraph-settings.ts';
import type { Attempted, AttemptOutcome, SubgraphStanding } from './subgraph-standings.ts';

export interface SubgraphAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The subgraph answered, and not with a GraphQL result. The message completes "The subgraph …". */
export class NoGraphqlResult extends Error {
  readonly status: number;
  readonly retryAfterMs: number | null;

  constructor(what: string, { status, headers }: Omit<SubgraphAnswer, 'body'>, cause?: unknown) {
    super(what, { cause });
    this.status = status;
    this.retryAfterMs = status === 429 || status === 503 ? retryAfterMs(headers) : null;
  }
}

export interface FailedAttempt {
  readonly error: GraphQLError;
  readonly outcome: AttemptOutcome;
  /** What the subgraph asked for, in milliseconds; null: nothing. */
  readonly retryAfterMs: number | null;
}

export interface AttemptOptions<T> {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly access: SubgraphAccess;
  readonly standing: SubgraphStanding;
  /** Of the operation; null: nothing but the time ends the attempt. */
  readonly signal: AbortSignal | null;
  /** Who asks; null: nobody that can be told from others. */
  readonly caller: string | null;
  /** Called with each piece of the answer; throws the error that the fields get. */
  readonly check: (piece: Uint8Array) => void;
  /** Reads the answer, and says whether it has errors. Throws a GraphQLError, or {@link NoGraphqlResult}. */
  readonly read: (answer: SubgraphAnswer) => { readonly result: T; readonly hasErrors: boolean };
  readonly onAttempted: (attempted: Attempted) => void;
}

export type Attempt<T> =
  | { readonly ok: true; readonly result: T; readonly headers: IncomingHttpHeaders }
  | ({ readonly ok: false } & FailedAttempt);

/** Never rejects. */
export function attemptAt<T>(options: AttemptOptions<T>): Promise<Attempt<T>> {
  const { maxConcurrency } = options.access;
  return maxConcurrency === null ? sentAttempt(options) : attemptInLine(options, maxConcurrency);
}

async function attemptInLine<T>(options: AttemptOptions<T>, maxConcurrency: number): Promise<Attempt<T>> {
  const { name, access, signal, caller, onAttempted } = options;
  const patience = withDeadline(signal, access.timeoutMs, () => new GatewayError('CONCURRENCY_LIMITED', 'The line is too long.'));
  let leave: () => void;
  try {
    leave = await options.standing.place(maxConcurrency, caller ?? '', patience.signal);
  } catch (cause) {
    const outcome = signal?.aborted === true ? 'cancelled' : 'crowded';
    onAttempted({ subgraph: name, outcome, tookMs: null });
    const error = outcome === 'cancelled' ? leftBehind(name) : crowded(name, maxConcurrency, cause);
    return { ok: false, error, outcome, retryAfterMs: null };
  } finally {
    patience.end();
  }
  return sentAttempt(options).finally(leave);
}

async function sentAttempt<T>(options: AttemptOptions<T>): Promise<Attempt<T>> {
  const { name, access, standing, signal, caller, read, onAttempted } = options;
  const trial = standing.begin(access.circuitFailures);
  if (trial === null) {
    onAttempted({ subgraph: name, outcome: 'resting', tookMs: null });
    return { ok: false, error: resting(name), outcome: 'resting', retryAfterMs: standing.restMs() };
  }
  const sentAt = performance.now();
  const end = (outcome: AttemptOutcome, isFault: boolean): void => {
    trial.ended(outcome, isFault, caller);
    onAttempted({ subgraph: name, outcome, tookMs: performance.now() - sentAt });
  };
  try {
    const answer = await post(options);
    const { result, hasErrors } = read(answer);
    end(hasErrors ? 'graphql_errors' : 'ok', false);
    return { ok: true, result, headers: answer.headers };
  } catch (error) {
    const failed = failureOf(name, error, signal);
    end(failed.outcome, isFault(failed.outcome, error));
    return { ok: false, ...failed };
  }
}

const post = <T>({ url, headers, body, access, check, signal }: AttemptOptions<T>): Promise<SubgraphAnswer> =>
  postForAnswer(clientFor(access), {
    url,
    headers: { ...headers, 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json;q=0.9' },
    body,
    signal,
    timeoutMs: access.timeoutMs,
    maxBytes: access.maxResponseBytes,
    began: refuseRedirect,
    check,
  });

/** Redirects are not followed: the credentials of the caller and of the gateway would go to an address that nobody configured. */
export function refuseRedirect(status: number, headers: IncomingHttpHeaders): void {
  if (status < 300 || status >= 400) return;
  const what = `redirects to another address (status ${status}). Redirects are not followed: give its own address as \`url\` in \`graph.subgraphs\`.`;
  throw new NoGraphqlResult(what, { status, headers }, new Error(`Location: ${String(headers.location ?? 'none').slice(0, 200)}`));
}

function failureOf(name: string, error: unknown, client: AbortSignal | null): FailedAttempt {
  if (client?.aborted === true) return { error: leftBehind(name), outcome: 'cancelled', retryAfterMs: null };
  if (error instanceof GraphQLError) return { error, outcome: 'too_large', retryAfterMs: null };
  if (error instanceof NoGraphqlResult) {
    const { message, status, retryAfterMs, cause } = error;
    const mayRetry = status >= 500 || status === 429;
    return { error: subgraphError(name, message, 'SUBGRAPH_UNAVAILABLE', mayRetry, cause), outcome: 'not_graphql', retryAfterMs };
  }
  if (error instanceof BodyTooLarge) {
    const tooLarge = subgraphError(name, 'answered with more bytes than the gateway takes.', 'SUBGRAPH_UNAVAILABLE', false);
    return { error: tooLarge, outcome: 'too_large', retryAfterMs: null };
  }
  const isLate = error instanceof AnswerTooLate;
  const failure = isLate
    ? subgraphError(name, 'did not answer in time.', 'TIMEOUT', true, error)
    : subgraphError(name, 'could not be reached.', 'SUBGRAPH_UNAVAILABLE', true, error);
  return { error: failure, outcome: isLate ? 'timeout' : 'unreachable', retryAfterMs: null };
}

const isFault = (outcome: AttemptOutcome, error: unknown): boolean =>
  outcome === 'unreachable' || outcome === 'timeout' || (error instanceof NoGraphqlResult && error.status >= 500);

const leftBehind = (name: string): GraphQLError =>
  subgraphError(name, 'was not waited for: the operation was cancelled.', 'CANCELLED', false);

const resting = (name: string): GraphQLError =>
  subgraphError(name, 'is left alone for a moment, because it did not answer several times in a row.', 'SUBGRAPH_UNAVAILABLE', true);

const crowded = (name: string, maxConcurrency: number, cause: unknown): GraphQLError =>
  subgraphError(
    name,
    `has ${maxConcurrency} requests of this gateway already, and none ended in time.`,
    'CONCURRENCY_LIMITED',
    true,
    cause,
  );
