/** One subgraph of another team: its name, where it is, and how it is asked. */
import { listOf } from '../../kinds/composed.ts';
import { milliseconds, wholeNumber } from '../../kinds/numbers.ts';
import { section } from '../../kinds/section.ts';
import { type DefaultOptions, needed, type Setting } from '../../kinds/setting.ts';
import { file, flag, text } from '../../kinds/texts.ts';
import { answerHeaderName, forwardedHeaders, headerName, headers } from './header-settings.ts';

/** Without a user and a password: they would be in logs and in the supergraph, so the sentence about them does not show them either. */
function address(protocol: RegExp, accepted: string, options: DefaultOptions<string> = {}): Setting<string, undefined, false> {
  const plain = text({ ...options, default: undefined, accepted, fits: (url) => protocol.test(URL.parse(url)?.protocol ?? '') });
  return {
    ...plain,
    mistakes: (path, value, place) => {
      const { username = '', password = '' } = typeof value === 'string' ? (URL.parse(value) ?? {}) : {};
      if (username === '' && password === '') return plain.mistakes(path, value, place);
      return [`${path} carries a user or password. Take them out; \`headers\` send credentials, as text or as a secret.`];
    },
  };
}

export const subgraphSection = section('graph.subgraphs.<n>', {
  /** Of the subgraph in the supergraph. */
  name: needed(
    text({
      accepted: 'begin with a letter, hold letters, digits, _ and -, and not be "ai"',
      fits: (name) => /^[A-Za-z][\w-]*$/.test(name) && name !== 'ai',
      refusal: 'It must begin with a letter, hold letters, digits, _ and -, and not be "ai", which is our own.',
    }),
  ),
  /** Where it is asked. Needed, but beside `graph.supergraph`, whose own address it replaces. */
  url: address(/^https?:$/, 'an http or https address', { otherwise: 'its address in the supergraph' }),
  /** A file with its SDL; without it the subgraph is asked for `_service { sdl }`. */
  sdl: file({ otherwise: 'the subgraph is asked' }),
  /** Time for one request to it. */
  timeoutMs: milliseconds({ default: 30_000 }),
  /**
   * Repetitions of queries that got no answer, after the `Retry-After` that it sends (at most `timeoutMs`), else after up to
   * 250 ms × 2ⁿ; mutations are never repeated.
   */
  retries: wholeNumber({ min: 0, default: 1 }),
  /** Requests to it at a time, subscriptions not counted. Further ones wait in line, callers in turns, at most for `timeoutMs`. */
  maxConcurrency: wholeNumber({ otherwise: 'any number' }),
  /**
   * Attempts in a row without an answer, after which it is left alone for a second, and up to ten while it goes on so; 0: it never is.
   * Slow answers and answers with a status of 500 and more count when two callers got them.
   */
  circuitFailures: wholeNumber({ min: 0, default: 5 }),
  /** The largest answer of it that is read, after decompression (gzip, deflate, br, zstd). */
  maxResponseBytes: wholeNumber({ unit: 'bytes', default: 16 * 1024 * 1024 }),
  /**
   * Sent with every request to it, also when it is asked for its SDL: credentials of the gateway itself, for example. They win over
   * headers of clients of the same name. A null (`secretFrom` of a variable that is not set) is a mistake.
   */
  headers,
  /** Headers of clients that it is sent, beside those of `graph.forwardHeaders`: a name, or one under another name. A key of this gateway never goes on. */
  forwardHeaders: forwardedHeaders,
  /** Headers of clients that it is not sent, whatever `graph.forwardHeaders` says. */
  withholdHeaders: listOf(headerName, { default: [] }),
  /**
   * Headers of its answers that clients get: of queries and mutations, and with `@defer` of those that are answered by the first part. A
   * subscription has sent its own before the first event comes. Cookies of several subgraphs are all sent, equal values once.
   */
  responseHeaders: listOf(answerHeaderName, { default: [] }),
  /** A file of certificates (PEM): the authorities that are trusted for it, in place of those that Node trusts. */
  ca: file({ otherwise: 'those of Node, with NODE_EXTRA_CA_CERTS' }),
  /**
   * Asks by HTTP/2 where its address is `http:` (h2c, by prior knowledge): for a server that speaks nothing else. Over TLS that is agreed on
   * without it.
   */
  h2c: flag({ default: false }),
  /** Where its subscriptions go: `ws:` or `wss:` by graphql-transport-ws, `http:` or `https:` by SSE. */
  subscriptionUrl: address(/^(https?|wss?):$/, 'a ws, wss, http or https address', { otherwise: '`url`, by SSE' }),
  /** A program that serves it, started and ended with the gateway: for examples and development. */
  run: listOf(text(), {
    whenEmpty: (path) => [`${path} is empty. It must be the program and its arguments, such as ["node", "products.ts"].`],
  }),
});
