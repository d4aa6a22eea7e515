/** One subgraph of another team: its name, its address, and how it is called. */
import { listOf } from '../../kinds/composed.ts';
import { milliseconds, wholeNumber } from '../../kinds/numbers.ts';
import { section } from '../../kinds/section.ts';
import { type DefaultOptions, needed, type Setting } from '../../kinds/setting.ts';
import { file, flag, text } from '../../kinds/texts.ts';
import { answerHeaderName, forwardedHeaders, headerName, headers } from './header-settings.ts';

/** A user and a password are refused, because they would be in logs and in the supergraph. The refusal does not show them either. */
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
  /** Name of the subgraph in the supergraph. */
  name: needed(
    text({
      accepted: 'begin with a letter, hold letters, digits, _ and -, and not be "ai"',
      fits: (name) => /^[A-Za-z][\w-]*$/.test(name) && name !== 'ai',
      refusal: 'It must begin with a letter, hold letters, digits, _ and -, and not be "ai", which is our own.',
    }),
  ),
  /** Its address. Required without `graph.supergraph`; with it, this replaces the address in the supergraph. */
  url: address(/^https?:$/, 'an http or https address', { otherwise: 'its address in the supergraph' }),
  /** A file with its SDL. Absent: the subgraph is asked for `_service { sdl }`. */
  sdl: file({ otherwise: 'the subgraph is asked' }),
  /** Time limit of one request. */
  timeoutMs: milliseconds({ default: 30_000 }),
  /**
   * How often a query without an answer is repeated: after the `Retry-After` that the subgraph sends (at most `timeoutMs`), otherwise after up to
   * 250 ms × 2ⁿ. Mutations are never repeated.
   */
  retries: wholeNumber({ min: 0, default: 1 }),
  /** Maximum number of requests at the same time, without subscriptions. Further requests wait, callers in turns, at most for `timeoutMs`. */
  maxConcurrency: wholeNumber({ otherwise: 'any number' }),
  /**
   * Number of attempts without an answer, one after the other, after which the subgraph is not called for a second, and for up to ten seconds while
   * it goes on. 0: it is always called. Slow answers and answers with status 500 and more count when two callers got them.
   */
  circuitFailures: wholeNumber({ min: 0, default: 5 }),
  /** Maximum size of an answer after decompression (gzip, deflate, br, zstd). */
  maxResponseBytes: wholeNumber({ unit: 'bytes', default: 16 * 1024 * 1024 }),
  /**
   * Headers of every request, also when the subgraph is asked for its SDL: credentials of the gateway itself, for example. They replace headers of
   * clients with the same name. A null (`secretFrom` of a variable that is not set) is a mistake.
   */
  headers,
  /**
   * Headers of clients that the subgraph receives, in addition to `graph.forwardHeaders`: a name, or a header under another name. A key of this
   * gateway is never sent.
   */
  forwardHeaders: forwardedHeaders,
  /** Headers of clients that the subgraph does not receive, whatever `graph.forwardHeaders` says. */
  withholdHeaders: listOf(headerName, { default: [] }),
  /**
   * Headers of its answers that clients receive: for queries and mutations, and with `@defer` from the answers in the first part. A subscription
   * has sent its own headers before the first event. Cookies of several subgraphs are all sent, equal ones once.
   */
  responseHeaders: listOf(answerHeaderName, { default: [] }),
  /** A file of certificates (PEM) of the authorities that are trusted for it, in place of those that Node trusts. */
  ca: file({ otherwise: 'those of Node, with NODE_EXTRA_CA_CERTS' }),
  /**
   * Uses HTTP/2 without TLS (h2c, by prior knowledge), for a server that accepts nothing else. Over TLS, HTTP/2 is negotiated without this setting.
   */
  h2c: flag({ default: false }),
  /** Address of its subscriptions: `ws:` or `wss:` for graphql-transport-ws, `http:` or `https:` for SSE. */
  subscriptionUrl: address(/^(https?|wss?):$/, 'a ws, wss, http or https address', { otherwise: '`url`, by SSE' }),
  /** A program that serves it, started and ended together with the gateway: for examples and development. */
  run: listOf(text(), {
    whenEmpty: (path) => [`${path} is empty. It must be the program and its arguments, such as ["node", "products.ts"].`],
  }),
});
