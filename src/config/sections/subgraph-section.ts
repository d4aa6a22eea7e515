/** One subgraph of another team: its name, where it is, and how it is asked. */
import { Secret } from '../../core/secret.ts';
import { isObject, listOf } from '../kinds/composed.ts';
import { milliseconds, wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { needed, type Setting, settingOf } from '../kinds/setting.ts';
import { file, text } from '../kinds/texts.ts';
import { showValue } from '../mistake-sentences.ts';

export const isHeaderName = (name: string): boolean => /^[\w!#$%&'*+.^`|~-]+$/.test(name);

const hasProtocol =
  (protocol: RegExp) =>
  (url: string): boolean =>
    protocol.test(URL.parse(url)?.protocol ?? '');

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
  url: needed(text({ accepted: 'an http or https address', fits: hasProtocol(/^https?:$/) })),
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
  subscriptionUrl: text({
    accepted: 'a ws, wss, http or https address',
    fits: hasProtocol(/^(https?|wss?):$/),
    otherwise: '`url`, by SSE',
  }),
  /** A program that serves it, started and ended with the gateway: for examples and development. */
  run: listOf(text()),
});
