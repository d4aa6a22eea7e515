/**
 * What one client may ask of the server, and what all may together: `server.limits` in `gateway.config.ts`, where a limit is
 * one entry of this table.
 *
 * A caller that no key vouches for (a stranger, or the anonymous caller of development) has the shares that are named
 * "without a key". They are below the whole, so that callers with a key always get in.
 */
import { maxTypedValues } from '../graphql/quote/typed-values.ts';

export interface LimitEntry {
  /** A number, or a function of the limits above it. `open`: anonymous use is intended, as in development on loopback. */
  readonly default: number | ((wholes: Wholes, open: boolean) => number);
  /** The default in words, where it is not a number. */
  readonly words?: string;
  /** The highest value that is accepted: beyond it the parser's stack, the length of a text or a timer is exhausted first. */
  readonly max?: number;
  /** The limit that this share must stay below. */
  readonly below?: keyof Wholes;
}

/** Limits that others are shares of. */
interface Wholes {
  readonly maxConnections: number;
  readonly maxConnectionsWithoutKey: number;
  readonly maxSockets: number;
  readonly maxSocketsWithoutKey: number;
}

const mebibyte = 1024 * 1024;
const share = (of: number, part: number): number => Math.max(1, Math.floor(of * part));

/**
 * Depth 20 admits the introspection query of the usual clients (15); prompts count as one token each, since they
 * are one string. Parsing overflowed the stack at about 2,400 nested levels, so 100 is far below.
 */
export const limitTable = {
  /** Largest request body and WebSocket message; files in base64 are part of it. */
  maxBodyBytes: { default: 2 * mebibyte, max: 256 * mebibyte },
  /** Headers of a request. */
  maxHeaderBytes: { default: 16 * 1024, max: mebibyte },
  /** From the first byte of a request to the end of its headers. */
  headersTimeoutMs: { default: 10_000 },
  /** From the end of the headers to the end of the body. */
  bodyTimeoutMs: { default: 30_000 },
  /** Connections of all clients. */
  maxConnections: { default: 10_000 },
  /** Of those, connections on which no key has been shown, in all. */
  maxConnectionsWithoutKey: {
    default: ({ maxConnections }, open) => share(maxConnections, open ? 0.9 : 0.5),
    words: 'half of `maxConnections`; in development on loopback nine tenths',
    below: 'maxConnections',
  },
  /** Of those, connections of one address, an IPv6 /64 being one. */
  maxConnectionsPerAddress: {
    default: ({ maxConnections, maxConnectionsWithoutKey }, open) =>
      open ? maxConnectionsWithoutKey : Math.min(maxConnectionsWithoutKey, share(maxConnections, 0.2)),
    words: 'a fifth of `maxConnections`; in development on loopback no bound of its own',
  },
  /** Lexical tokens of a document, counted before it is parsed. */
  maxTokens: { default: 5_000 },
  /** Brackets inside brackets of a document, and of the JSON of a request: what would otherwise overflow a stack. */
  maxNesting: { default: 100, max: 1_000 },
  /** Fields inside fields, fragments expanded. */
  maxDepth: { default: 20, max: 1_000 },
  /** Of the operation that runs, fragments expanded. */
  maxAliases: { default: 60 },
  /** Of the operation that runs, fragments expanded. */
  maxRootFields: { default: 30 },
  /** Operations in one document. */
  maxOperations: { default: 20 },
  /**
   * Objects and lists in the JSON of a request, counted before it is parsed: a million empty ones stop the event loop for a while. Parsing
   * 100,000 takes some 10 ms.
   */
  maxJsonObjects: { default: 100_000 },
  /**
   * Members of all objects and lists in the JSON of a request, counted before it is parsed: each is read, coerced, priced and sent
   * one by one. Texts count as one however long they are.
   */
  maxInputValues: { default: 50_000 },
  /**
   * Members of one object in the JSON of a request: listing the names of 50,000 takes 30 ms, and each stage lists them. Members of lists
   * are not bounded by themselves.
   */
  maxObjectMembers: { default: 10_000 },
  /**
   * Members of variables that the schema declares, such as messages and their parts, which GraphQL coerces one by one. A value of type
   * `JSON` counts as one.
   */
  maxTypedValues: { default: maxTypedValues },
  /** Silence of a stream after which a heartbeat is sent; a WebSocket's credentials are looked at again as often. */
  heartbeatMs: { default: 8_000 },
  /** How long a client may leave a stream unread, with its buffers full, before it is cut off. */
  writeIdleMs: { default: 60_000 },
  /** Answers that one caller (a principal; without a key, an address) has not read yet: beyond it its largest is cut off. */
  maxUnreadBytesPerCaller: { default: 64 * mebibyte },
  /** The same of all callers together. */
  maxUnreadBytes: { default: 256 * mebibyte },
  /** Time for `connection_init` on a new WebSocket. */
  socketInitMs: { default: 5_000 },
  /** Operations at once on one WebSocket. */
  maxSocketOperations: { default: 50 },
  /** WebSockets of all clients. */
  maxSockets: { default: 5_000 },
  /** Of those, WebSockets without a key, in all. */
  maxSocketsWithoutKey: {
    default: ({ maxSockets }, open) => share(maxSockets, open ? 0.8 : 0.2),
    words: 'a fifth of `maxSockets`; in development on loopback four fifths',
    below: 'maxSockets',
  },
  /** Of those, WebSockets of one address, an IPv6 /64 being one. */
  maxSocketsPerAddress: {
    default: ({ maxSocketsWithoutKey }, open) => (open ? maxSocketsWithoutKey : Math.min(maxSocketsWithoutKey, 100)),
    words: '100; in development on loopback no bound of its own',
  },
  /** WebSockets of one key. */
  maxSocketsPerPrincipal: { default: ({ maxSockets }) => share(maxSockets, 0.2), words: 'a fifth of `maxSockets`' },
  /** WebSockets of all keys of one team: a key that can make keys has no more for it. */
  maxSocketsPerTeam: { default: ({ maxSockets }) => share(maxSockets, 0.5), words: 'half of `maxSockets`' },
} as const satisfies Readonly<Record<string, LimitEntry>>;

export type ServerLimits = { readonly [K in keyof typeof limitTable]: number };

/** The limits that are given, and the defaults of all others. */
export function serverLimits(given: Partial<ServerLimits>, open = false): ServerLimits {
  const found: Record<string, number> = {};
  for (const [name, { default: usual }] of Object.entries<LimitEntry>(limitTable))
    found[name] = given[name as keyof ServerLimits] ?? (typeof usual === 'number' ? usual : usual(found as unknown as Wholes, open));
  return found as unknown as ServerLimits;
}
