/** One subgraph of another team: its name, where it is, and how it is asked. */
import { Secret } from '../../core/secret.ts';
import { isObject, listOf } from '../kinds/composed.ts';
import { milliseconds, wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { type DefaultOptions, needed, type Setting, settingOf } from '../kinds/setting.ts';
import { file, text } from '../kinds/texts.ts';
import { showValue } from '../mistake-sentences.ts';

export const isHeaderName = (name: string): boolean => /^[\w!#$%&'*+.^`|~-]+$/.test(name);

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

/** Headers that describe the connection or the body: the gateway sets them itself. */
const ownHeaders: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'accept',
  'te',
  'upgrade',
  'expect',
]);

type HeaderValue = string | Secret | null;

export const headers: Setting<Readonly<Record<string, HeaderValue>>, undefined, false> = settingOf<
  Readonly<Record<string, HeaderValue>>,
  undefined
>({ type: 'object', accepted: 'an object with a value for each header: text, or a secret' }, {}, (path, value) =>
  isObject(value)
    ? Object.entries(value).flatMap(([name, one]) => headerMistakes(`${path}["${name}"]`, name, one))
    : [`${path} is ${showValue(value)}. It must be an object with a member for each.`],
);

function headerMistakes(path: string, name: string, value: unknown): readonly string[] {
  if (!isHeaderName(name)) return [`${path} is not the name of a header. A name such as x-api-key would be accepted.`];
  if (ownHeaders.has(name.toLowerCase())) return [`${path} is set by the gateway itself. Leave it out.`];
  if (value === null)
    return [`${path} is null: the environment variable that it is read from is not set. Set it, or leave the header out.`];
  const sent = value instanceof Secret ? value.reveal() : value;
  if (typeof sent !== 'string') return [`${path} is ${showValue(value)}. It must be text, or a secret: secretFrom('NAME').`];
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(sent) ? [] : [`${path} has characters that no header can have, such as a line break.`];
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
  /** Where it is asked. */
  url: needed(address(/^https?:$/, 'an http or https address')),
  /** A file with its SDL; without it the subgraph is asked for `_service { sdl }`. */
  sdl: file({ otherwise: 'the subgraph is asked' }),
  /** Time for one request to it. */
  timeoutMs: milliseconds({ default: 30_000 }),
  /** Repetitions of failed queries; mutations are never repeated. */
  retries: wholeNumber({ min: 0, default: 1 }),
  /** The largest answer of it that is read. */
  maxResponseBytes: wholeNumber({ unit: 'bytes', default: 16 * 1024 * 1024 }),
  /**
   * Sent with every request to it, also when it is asked for its SDL: credentials of the gateway itself, for example. They win over
   * `forwardHeaders` of the same name. A null (`secretFrom` of a variable that is not set) is a mistake.
   */
  headers,
  /** Where its subscriptions go: `ws:` or `wss:` by graphql-transport-ws, `http:` or `https:` by SSE. */
  subscriptionUrl: address(/^(https?|wss?):$/, 'a ws, wss, http or https address', { otherwise: '`url`, by SSE' }),
  /** A program that serves it, started and ended with the gateway: for examples and development. */
  run: listOf(text(), {
    whenEmpty: (path) => [`${path} is empty. It must be the program and its arguments, such as ["node", "products.ts"].`],
  }),
});
