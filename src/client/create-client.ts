import { aiAnswerStream, completionStream, gatewayVersion, startCompletion } from './completion-documents.ts';
import type { AiAnswerInput, CompletionInput } from './completion-input.ts';
import { type Answer, type AnswerOptions, type Leaving, liveAnswer, never } from './live-answer.ts';
import { credentials, type TokenSource } from './transport/credentials.ts';
import { gatewayLink } from './transport/gateway-link.ts';
import type { Operation, Result } from './transport/link.ts';
import { RequestError, type SentError } from './transport/request-error.ts';
import type { SocketConstructor } from './transport/socket-link.ts';
import { type Document, type EventOf, type Print, textOf } from './typed-document.ts';

export interface ClientOptions {
  /** Of the gateway's GraphQL endpoint. In a page it may be relative: `/graphql`. */
  readonly url: string;
  /**
   * A function is asked when the client first needs a token, when the gateway refuses the one it has, and before a lost connection is made
   * anew. Null: no token. What it throws counts as a lost connection; return null where the user has logged out.
   */
  readonly token?: TokenSource;
  /** `auto` (default): one WebSocket for all streams, and server-sent events where none opens. */
  readonly transport?: 'auto' | 'ws' | 'sse';
  /** The name under which `aiUsage` counts what this app asks for. */
  readonly clientName?: string;
  readonly clientVersion?: string;
  /** Prints syntax trees: `print` of graphql. Text needs none. */
  readonly print?: Print;
  /** Default: those of the platform. */
  readonly fetch?: typeof globalThis.fetch;
  readonly WebSocket?: SocketConstructor;
  /** A silence after which the client asks whether the gateway is still there. Default: 20000, above the gateway's own heartbeat. */
  readonly silenceMs?: number;
}

export interface AskOptions {
  /** What becomes of the answer when its last reader leaves. Default: `detach`. The gateway stops it ten seconds later, unless somebody reads it again. */
  readonly leaving?: Leaving;
}

export interface CompleteOptions extends AskOptions {
  /** It goes on to its end when nobody reads it, also through a long sleep of the device. */
  readonly background?: boolean;
}

export interface QueryResult<Data> {
  readonly data: Data;
  /** Of fields that have none: they are null in `data`. */
  readonly errors: readonly SentError[];
  readonly extensions: Readonly<Record<string, unknown>>;
}

export interface Client {
  /** A completion: asked when somebody reads it, never before. */
  complete(input: CompletionInput, options?: CompleteOptions): Answer;
  /** An answer from documents, with citations: asked when somebody reads it, never before. */
  answer(input: AiAnswerInput, options?: AskOptions): Answer;
  /** A completion that exists: after a reload, in another tab, on another device. `after` leaves out, in `for await`, what its cursor has behind it. */
  resume(completion: { readonly id: string; readonly after?: string | null | undefined }, options?: AskOptions): Answer;
  /** The events of a subscription of your own. Select `seq` and `cursor`, and hand `$after` on, so that it goes on after a drop. Throws a RequestError. */
  stream<Data, Variables extends object>(
    document: Document<Data, Variables>,
    variables?: Variables,
    options?: { readonly signal?: AbortSignal | undefined },
  ): AsyncGenerator<EventOf<Data>, void>;
  /** A query or mutation of your own. Rejects with a RequestError where there is no data at all. */
  query<Data, Variables extends object>(
    document: Document<Data, Variables>,
    variables?: Variables,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<QueryResult<Data>>;
  /**
   * Each result of an operation as the gateway sends it: the parts of a query with `@defer`, every event with its errors. Resolves behind the
   * last, or when the signal fires. Nothing is repeated. Rejects with a RequestError; a refusal may also come as a result without data.
   */
  results(operation: Operation, onResult: (result: Result) => void, signal: AbortSignal): Promise<void>;
}

/**
 * The client of a gateway. It opens nothing before the first answer is read.
 *
 * @example
 * ```ts
 * import { createClient } from 'fieldgate/client';
 *
 * const gate = createClient({ url: 'https://gateway.example/graphql', token: () => localStorage.getItem('token') });
 * const answer = gate.complete({ prompt: { text: 'Name three uses of a kettle.' } });
 * for await (const event of answer) if (event.__typename === 'TextDelta') console.log(event.text);
 * ```
 */
export function createClient(options: ClientOptions): Client {
  const { url, token = null, clientName, clientVersion, print, silenceMs = 20_000, transport = 'auto' } = options;
  const keys = credentials(token, {
    ...(clientName && { 'apollographql-client-name': clientName }),
    ...(clientVersion && { 'apollographql-client-version': clientVersion }),
  });
  const link = gatewayLink({
    url,
    headers: keys.headers,
    refused: keys.refused,
    silenceMs,
    openMs: 5_000,
    transport,
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
    Socket: options.WebSocket ?? globalThis.WebSocket,
  });
  /** Asks the gateway for its version. What comes of that disturbs no answer. */
  const meet = (): void => {
    met[url] ??= link.ask({ query: gatewayVersion }, never).then(
      ({ data }) => knownVersion.test(JSON.stringify(data)) || console.warn('The gateway is not of the version of fieldgate/client:', data),
      () => {},
    );
  };
  const asked = (parts: Omit<AnswerOptions, 'link' | 'onDrop' | 'onEvent'>) =>
    liveAnswer({ link, onDrop: keys.forget, onEvent: meet, ...parts });

  return {
    complete(input, { background = false, ...options } = {}) {
      const variables = keyed(input);
      return asked({
        begin: { query: completionStream, variables },
        start: background && { query: startCompletion, variables },
        ...options,
      });
    },
    answer: (input, options) => asked({ begin: { query: aiAnswerStream, variables: keyed(input) }, ...options }),
    resume: (completion, options) => asked({ ...completion, ...options }),
    stream(document, variables, options) {
      const query = textOf(document, print);
      return asked({ begin: { query, variables: keyedFor(query, variables) }, own: true, ...options })[Symbol.asyncIterator]() as never;
    },
    async query(document, variables = {} as never, { signal = never } = {}) {
      const operation = { query: textOf(document, print), variables };
      const ask = () => link.ask(operation, signal);
      const result = await ask().catch((error: unknown) => {
        if (error instanceof RequestError && error.code === 'UNAUTHENTICATED') return ask();
        throw error;
      });
      return { errors: [], extensions: {}, ...(result as { readonly data: never }) };
    },
    results: link.subscribe,
  };
}

/** Gateways that were asked for their version: once, however many clients a page or a server makes. */
const met: Record<string, Promise<unknown>> = {};

/** In the answer of a gateway whose protocol this client speaks. */
const knownVersion = /"0\./;

const keyed = <Input extends { readonly idempotencyKey?: string | null | undefined }>(input: Input) => ({
  input: { ...input, idempotencyKey: input.idempotencyKey ?? newKey() },
});

/** A subscription that starts a completion has its input in `$input`: with a key, a drop before the first event starts no second one. */
function keyedFor(query: string, variables: { readonly input?: object } = {}): object {
  return variables.input && /\b(completion|aiAnswer)Stream\b/.test(query) ? { ...variables, ...keyed(variables.input) } : variables;
}

/** 128 random bits. `crypto.randomUUID` exists on secure origins alone. */
const newKey = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-');
