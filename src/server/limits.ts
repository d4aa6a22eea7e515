/** What one client may ask of the server before any work is done. Every number can be set by the operator. */
export interface ServerLimits {
  /** Largest request body and WebSocket message. */
  readonly bodyBytes: number;
  readonly headerBytes: number;
  /** From the first byte of a request to the end of its headers. */
  readonly headersTimeoutMs: number;
  /** From the end of the headers to the end of the body. */
  readonly bodyTimeoutMs: number;
  readonly connections: number;
  /** Lexical tokens of a document, counted before it is parsed. */
  readonly tokens: number;
  /** Brackets inside brackets of a document, and of variables: what would otherwise overflow a stack. */
  readonly nesting: number;
  /** Fields inside fields, fragments expanded. */
  readonly depth: number;
  /** Of the operation that runs, fragments expanded. */
  readonly aliases: number;
  /** Of the operation that runs, fragments expanded. */
  readonly rootFields: number;
  /** Operations in one document. */
  readonly operations: number;
  /** Silence of a stream after which a heartbeat is sent. */
  readonly heartbeatMs: number;
  /** How long a client may leave a stream unread, with its buffers full, before it is cut off. */
  readonly writeIdleMs: number;
  /** Time for `connection_init` on a new WebSocket. */
  readonly socketInitMs: number;
  /** Operations at once on one WebSocket. */
  readonly socketOperations: number;
  readonly sockets: number;
}

/**
 * Depth 20 admits the introspection query of the usual clients (15); prompts count as one token each, since they
 * are one string. Parsing overflowed the stack at about 2,400 nested levels, so 100 is far below.
 */
export const defaultLimits: ServerLimits = {
  bodyBytes: 2 * 1024 * 1024,
  headerBytes: 16 * 1024,
  headersTimeoutMs: 10_000,
  bodyTimeoutMs: 30_000,
  connections: 10_000,
  tokens: 5_000,
  nesting: 100,
  depth: 20,
  aliases: 60,
  rootFields: 30,
  operations: 20,
  heartbeatMs: 8_000,
  writeIdleMs: 60_000,
  socketInitMs: 5_000,
  socketOperations: 50,
  sockets: 5_000,
};
