/** What carries operations to the gateway: a WebSocket or requests over HTTP. */
import type { SentError } from './request-error.ts';

export interface Operation {
  readonly query: string;
  readonly variables?: object;
  /** Which operation of the text, where it has several. */
  readonly operationName?: string;
}

export interface Result {
  readonly data?: { readonly [field: string]: unknown } | null;
  readonly errors?: readonly SentError[];
  readonly extensions?: { readonly [name: string]: unknown };
  /** What `@defer` has left for later. */
  readonly incremental?: readonly ResultPart[];
}

export interface ResultPart {
  /** Where in the data it belongs. */
  readonly path?: readonly (string | number)[];
  readonly data?: { readonly [field: string]: unknown } | null;
  readonly errors?: readonly SentError[];
}

export interface Link {
  /**
   * Resolves behind the last result, or when the signal fires. Rejects with a RequestError: `UNREACHABLE` where the connection broke, else
   * what the gateway refused. What `onResult` throws ends the operation and rejects.
   */
  subscribe(operation: Operation, onResult: (result: Result) => void, signal: AbortSignal): Promise<void>;
}

/** How a link asks: what both kinds need. */
export interface LinkOptions {
  readonly url: string;
  /** Sent with each request, or in `connection_init`. Asks for the token where none is known. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
  /** The gateway no longer accepts the token that these headers carry. */
  readonly refused: (headers: Readonly<Record<string, string>>) => void;
  /** A connection that says nothing for so long is asked whether it is alive, or given up. */
  readonly silenceMs: number;
  /** A connection that does not begin within this time is given up. */
  readonly openMs: number;
}
