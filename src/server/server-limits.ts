/**
 * What one client may ask of the server, and what all may together: `server.limits` in `gateway.config.ts`.
 *
 * A caller that no key vouches for (a stranger, or the anonymous caller of development) has the shares that are named
 * "without a key". They are below the whole, so that callers with a key always get in.
 */
export interface ServerLimits {
  /** Largest request body and WebSocket message, in bytes; files in base64 are part of it. Default 2 MiB. */
  readonly maxBodyBytes: number;
  /** Default 16 KiB. */
  readonly maxHeaderBytes: number;
  /** From the first byte of a request to the end of its headers. Default 10 s. */
  readonly headersTimeoutMs: number;
  /** From the end of the headers to the end of the body. Default 30 s. */
  readonly bodyTimeoutMs: number;
  /** Connections of all clients. Default 10,000. */
  readonly maxConnections: number;
  /** Of those, connections on which no key has been shown, in all. Default half, in development on loopback nine tenths. */
  readonly maxConnectionsWithoutKey: number;
  /** Of those, connections of one address, an IPv6 /64 being one. Default a fifth of `maxConnections`. */
  readonly maxConnectionsPerAddress: number;
  /** Lexical tokens of a document, counted before it is parsed. Default 5,000. */
  readonly maxTokens: number;
  /** Brackets inside brackets of a document, and of variables: what would otherwise overflow a stack. Default 100. */
  readonly maxNesting: number;
  /** Fields inside fields, fragments expanded. Default 20. */
  readonly maxDepth: number;
  /** Of the operation that runs, fragments expanded. Default 60. */
  readonly maxAliases: number;
  /** Of the operation that runs, fragments expanded. Default 30. */
  readonly maxRootFields: number;
  /** Operations in one document. Default 20. */
  readonly maxOperations: number;
  /** Silence of a stream after which a heartbeat is sent; a WebSocket's credentials are looked at again as often. Default 8 s. */
  readonly heartbeatMs: number;
  /** How long a client may leave a stream unread, with its buffers full, before it is cut off. Default 60 s. */
  readonly writeIdleMs: number;
  /** Answers that one caller (a principal; without a key, an address) has not read yet, in bytes: beyond it its largest is cut off. Default 64 MiB. */
  readonly maxUnreadBytesPerCaller: number;
  /** The same of all callers together. Default 256 MiB. */
  readonly maxUnreadBytes: number;
  /** Time for `connection_init` on a new WebSocket. Default 5 s. */
  readonly socketInitMs: number;
  /** Operations at once on one WebSocket. Default 50. */
  readonly maxSocketOperations: number;
  /** WebSockets of all clients. Default 5,000. */
  readonly maxSockets: number;
  /** Of those, WebSockets without a key, in all. Default a fifth of `maxSockets`, in development on loopback four fifths. */
  readonly maxSocketsWithoutKey: number;
  /** Of those, WebSockets of one address, an IPv6 /64 being one. Default 100, in development on loopback no bound of its own. */
  readonly maxSocketsPerAddress: number;
  /** WebSockets of one key. Default a fifth of `maxSockets`. */
  readonly maxSocketsPerPrincipal: number;
  /** WebSockets of all keys of one team: a key that can make keys has no more for it. Default half of `maxSockets`. */
  readonly maxSocketsPerTeam: number;
}

/** Names of all limits, in the order of the interface. */
export const limitNames = Object.keys(serverLimits({})) as readonly (keyof ServerLimits)[];

/**
 * Depth 20 admits the introspection query of the usual clients (15); prompts count as one token each, since they
 * are one string. Parsing overflowed the stack at about 2,400 nested levels, so 100 is far below.
 *
 * `open`: anonymous use is meant, as in development on loopback.
 */
export function serverLimits(settings: Partial<ServerLimits>, open = false): ServerLimits {
  const { maxConnections = 10_000, maxSockets = 5_000 } = settings;
  const share = (of: number, part: number): number => Math.max(1, Math.floor(of * part));
  const { maxConnectionsWithoutKey = share(maxConnections, open ? 0.9 : 0.5), maxSocketsWithoutKey = share(maxSockets, open ? 0.8 : 0.2) } =
    settings;
  return {
    maxBodyBytes: 2 * 1024 * 1024,
    maxHeaderBytes: 16 * 1024,
    headersTimeoutMs: 10_000,
    bodyTimeoutMs: 30_000,
    maxConnections,
    maxConnectionsWithoutKey,
    maxConnectionsPerAddress: open ? maxConnectionsWithoutKey : Math.min(maxConnectionsWithoutKey, share(maxConnections, 0.2)),
    maxTokens: 5_000,
    maxNesting: 100,
    maxDepth: 20,
    maxAliases: 60,
    maxRootFields: 30,
    maxOperations: 20,
    heartbeatMs: 8_000,
    writeIdleMs: 60_000,
    maxUnreadBytesPerCaller: 64 * 1024 * 1024,
    maxUnreadBytes: 256 * 1024 * 1024,
    socketInitMs: 5_000,
    maxSocketOperations: 50,
    maxSockets,
    maxSocketsWithoutKey,
    maxSocketsPerAddress: open ? maxSocketsWithoutKey : Math.min(maxSocketsWithoutKey, 100),
    maxSocketsPerPrincipal: share(maxSockets, 0.2),
    maxSocketsPerTeam: share(maxSockets, 0.5),
    ...settings,
  };
}
