/** How a subgraph is asked, by the configuration. */
import type { ForwardedHeader } from './sent-headers.ts';

/** How one subgraph is asked. Times are milliseconds. */
export interface SubgraphAccess {
  /** Sent with every request: credentials of the gateway itself, for example. By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers of the client that go on to it, beside those of `FetchOptions.propagate`. */
  readonly forward: readonly ForwardedHeader[];
  /** Headers of the client that do not go on to it, whatever else says so. Lower-case names. */
  readonly withhold: readonly string[];
  /** Headers of its answers that go on to the client. Lower-case names. */
  readonly answerHeaders: readonly string[];
  /** For one attempt. */
  readonly timeoutMs: number;
  /** Further attempts of a query that got no answer. Mutations are never repeated. */
  readonly retries: number;
  readonly maxResponseBytes: number;
  /** Requests to it at a time, subscriptions not counted: further ones wait in line. Null: any number. */
  readonly maxConcurrency: number | null;
  /** Attempts without an answer, one after the other, after which it is left alone for a while; 0: it never is. */
  readonly circuitFailures: number;
  /** Where subscriptions go: `ws:` or `wss:` by graphql-transport-ws, `http:` by SSE. Null: the subgraph's URL, by SSE. */
  readonly subscriptionUrl: string | null;
  /** Certificates, as PEM, of the authorities that are trusted for it in place of those that Node trusts; null: those. */
  readonly ca: string | null;
  /** Whether it is asked by HTTP/2 where its address has no TLS. */
  readonly h2c: boolean;
}

const defaults: SubgraphAccess = {
  headers: {},
  forward: [],
  withhold: [],
  answerHeaders: [],
  timeoutMs: 30_000,
  retries: 1,
  maxResponseBytes: 16 * 1024 * 1024,
  maxConcurrency: null,
  circuitFailures: 5,
  subscriptionUrl: null,
  ca: null,
  h2c: false,
};

/** The settings for all subgraphs, and over them those for this one. */
export const accessFrom = (all: Partial<SubgraphAccess>, one: Partial<SubgraphAccess>): SubgraphAccess => ({
  ...defaults,
  ...defined(all),
  ...defined(one),
});

function defined(value: Partial<SubgraphAccess>): Partial<SubgraphAccess> {
  const keys = Object.keys(defaults) as (keyof SubgraphAccess)[];
  return Object.fromEntries(keys.filter((key) => value[key] !== undefined).map((key) => [key, value[key]])) as Partial<SubgraphAccess>;
}
