/**
 * The one typed value that an operator writes: `export default defineConfig({ ... })` in `gateway.config.ts`.
 *
 * Names refer to each other inside it (a route names deployments, a deployment names a provider); `config/check-config.ts`
 * tells every mistake at once, before anything listens.
 */
import { isAbsolute, resolve } from 'node:path';
import type { Secret } from '../core/secret.ts';
import type { Guardrail } from '../pipeline/guard/guardrail.ts';
import type { Capability, Provider } from '../providers/provider.ts';
import type { CollectionConfig } from '../retrieval/collections.ts';
import type { PriceOverride } from '../routing/prices.ts';
import type { StrategyName } from '../routing/strategies.ts';
import type { ServerLimits } from '../server/server-limits.ts';

export interface GatewayConfig {
  /** By name: `{ openai: openaiProvider({ ... }) }`. */
  readonly providers: Readonly<Record<string, Provider>>;
  /** By id, as the ledger and `aiRoutes` show it. */
  readonly deployments: Readonly<Record<string, DeploymentConfig>>;
  /** By name; a caller that names none gets `default`, for embeddings `embedding`. */
  readonly routes: Readonly<Record<string, RouteConfig>>;
  readonly guardrails?: readonly GuardrailConfig[];
  /**
   * Routes whose prompts have personal data replaced by placeholders and restored in the answer: in every string of a
   * completion, names of properties and text files too. Where a placeholder would change what is asked (names of tools, patterns,
   * references, vendors' options and signed parts) the request is refused, with the place. Pictures, PDF and other bytes that are
   * no text, and texts to embed, are sent as they are.
   */
  readonly maskPersonalData?: RouteNames;
  /** The embedding model of each is the one of its embedding route. */
  readonly collections?: Readonly<Record<string, Omit<CollectionConfig, 'embeddingModel'>>>;
  /** Files and folders that are ingested at start; unchanged ones cost nothing. */
  readonly documents?: readonly { readonly collection: string; readonly paths: readonly string[] }[];
  readonly retrieval?: RetrievalConfig;
  readonly teams?: Readonly<Record<string, TeamConfig>>;
  readonly graph?: GraphConfig;
  readonly storage?: StorageConfig;
  readonly server?: ServerConfig;
  readonly telemetry?: TelemetryConfig;
  readonly logLevel?: LogLevel;
}

/** Names of routes, or `*` for all. */
export type RouteNames = '*' | readonly string[];
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface DeploymentConfig {
  readonly provider: string;
  readonly model: string;
  /** What the model can do. Default: completion, tools, json, images for a chat model; say `['embedding']` for an embedding model. */
  readonly capabilities?: readonly Capability[];
  /** In US dollars per million tokens; overrides the price table. */
  readonly price?: PriceOverride;
  /** Id of the vendor in the price table, where it differs from the provider's name: `openai`, `anthropic`, `google`. */
  readonly pricedAs?: string;
  readonly contextWindow?: number;
  /** Sent when a request has no maximum of its own. Default 4096. */
  readonly maxOutputTokens?: number;
  /** Share under the `weighted` strategy. Default 1. */
  readonly weight?: number;
}

export interface RouteConfig {
  readonly description?: string;
  /** In the order in which they are tried. */
  readonly deployments: readonly string[];
  readonly strategy?: StrategyName;
  /** How long answers may be reused, in seconds; without it they are not. */
  readonly cacheSeconds?: number;
  /** Attempts in total, over all deployments, the repair of structured output included. Default: one for each, and one more. */
  readonly attempts?: number;
  /**
   * A second deployment is asked as well when the first has shown nothing after so many milliseconds. Whichever speaks first
   * answers, the other is aborted; both are paid for. For rare slow starts: choose what nineteen of twenty calls take.
   */
  readonly hedge?: { readonly afterMs: number };
  /** Milliseconds to the first chunk, between two, and in all. Default 30 s, 20 s, 5 min. */
  readonly firstChunkMs?: number;
  readonly idleMs?: number;
  readonly totalMs?: number;
  /** Keys of `providerOptions` that callers may set. Default none. */
  readonly providerOptions?: readonly string[];
}

/** How much ingestion there may be. Owners are keys; the gateway's own work (`documents`, `fieldgate ingest`) has no bound in the queue. */
export interface RetrievalConfig {
  /** Sources that one owner may have in the queue. Default 10,000. */
  readonly maxQueuedSources?: number;
  /** Bytes of these sources, as they are sent. Default 256,000,000. */
  readonly maxQueuedBytes?: number;
  /** Sources of all owners that are worked on at a time: most of it is waiting for models. Default 16. */
  readonly maxSourcesAtOnce?: number;
  /** Of these, those of one team. Default 2; of one owner it is always one, in the order in which they were sent. */
  readonly maxSourcesAtOncePerTeam?: number;
}

export interface GuardrailConfig {
  readonly guardrail: Guardrail;
  readonly routes: RouteNames;
}

/** Limits shared by all keys of a team. Money is decimal text in US dollars. */
export interface TeamConfig {
  readonly dailyBudget?: string;
  readonly monthlyBudget?: string;
  /**
   * Operations a minute (queries, mutations, quotes, ingestions, subscriptions), each counted once before it runs. Model calls
   * are held to the same number, counted apart, until `callsPerMinute` is given.
   */
  readonly requestsPerMinute?: number;
  /** Model calls a minute: an operation with ten AI fields may make ten, one without makes none. Default: `requestsPerMinute`. */
  readonly callsPerMinute?: number;
  /** Calls at one time. */
  readonly concurrency?: number;
}

export interface GraphConfig {
  /** False serves the supergraph without the AI subgraph. */
  readonly ai?: boolean;
  /** A composed supergraph, as a file. Excludes `subgraphs`. */
  readonly supergraph?: string;
  readonly subgraphs?: readonly SubgraphConfig[];
  /** SDL files with AI fields on other teams' entities. */
  readonly fields?: readonly string[];
  /** Folder of prompt templates: Markdown with front matter. */
  readonly prompts?: string;
  /** Labels of progressive `@override` that are on. Default: none. `percent(x)` needs none: it is drawn once per operation. */
  readonly overrideLabels?: readonly string[];
  /** How often remote SDL is asked for, in seconds. Default 10. */
  readonly pollSeconds?: number;
  /** Request headers that subgraphs are sent. Default: authorization is not among them. */
  readonly forwardHeaders?: readonly string[];
  /** Headers of the gateway itself when it reads entities for an index, through the same allow-list: what they show is what is found. */
  readonly indexHeaders?: Readonly<Record<string, string>>;
  /** The most that one operation may cost (of a subscription, all its events), in US dollars as decimal text; without it, no more than its budgets. */
  readonly maxCostPerOperation?: string;
  /** The most objects that one operation may gather from the subgraphs: lists in lists multiply. Default 50,000. */
  readonly maxObjects?: number;
}

export interface SubgraphConfig {
  readonly name: string;
  readonly url: string;
  /** A file; without it the subgraph is asked for `_service { sdl }`. */
  readonly sdl?: string;
  readonly timeoutMs?: number;
  /** Repetitions of failed queries; mutations are never repeated. Default 1. */
  readonly retries?: number;
  /**
   * Sent with every request to it, also when it is asked for its SDL: credentials of the gateway itself, say. They win over
   * `forwardHeaders` of the same name. A null (`secretFrom` of a variable that is not set) is a mistake.
   */
  readonly headers?: Readonly<Record<string, string | Secret | null>>;
  /** Where its subscriptions go: `ws:` or `wss:` by graphql-transport-ws, `http:` or `https:` by SSE. Default: `url`, by SSE. */
  readonly subscriptionUrl?: string;
  /** A program that serves it, started and ended with the gateway: for examples and development. */
  readonly run?: readonly string[];
}

export interface StorageConfig {
  /** Where everything is kept. Default `.fieldgate` beside the configuration; null: in memory, gone at the end. */
  readonly folder?: string | null;
  /** Days for which rows of usage are kept. Default: for ever. */
  readonly usageDays?: number;
  /**
   * Starts although the master key of the folder was lost or exchanged: what it sealed (stored completions) stays closed.
   * Default: refused. Take it out again after one start.
   */
  readonly acceptLostMasterKey?: boolean;
  /**
   * A call whose process died is booked with an estimate; the rest of what it might have cost stays held in its budgets for so
   * many hours, until somebody has compared it with the vendor's bill. 0 frees it at once. Default 24.
   */
  readonly lostHoldHours?: number;
}

export interface ServerConfig {
  readonly host?: string;
  readonly port?: number;
  /** Origins whose pages may call the gateway. In development also every local one. */
  readonly origins?: readonly string[];
  /** GraphiQL, anonymous use of the embedded provider on loopback. Default: NODE_ENV is not `production`. */
  readonly development?: boolean;
  /**
   * Requests a minute that one address may make without a key in force, a minute's share at once; false: any number. Default
   * 60, and any number in development on loopback. An IPv6 address counts as its /64.
   */
  readonly requestsPerMinutePerAddress?: number | false;
  /** Proxies in front of the gateway, as addresses or networks (`10.0.0.0/8`): of them alone an `X-Forwarded-For` is believed. */
  readonly trustedProxies?: readonly string[];
  /** How long streams may go on at SIGTERM, in milliseconds. Default 10 s. */
  readonly drainMs?: number;
  /** What one client may ask for, and all together: `{ maxBodyBytes: 16 * 1024 * 1024 }`. Each has a default. */
  readonly limits?: Partial<ServerLimits>;
}

export interface TelemetryConfig {
  /**
   * For Prometheus. Default: `/metrics` at the gateway's own address, for keys with the scope `ai:metrics` (in development
   * on loopback for anyone). With a port: at that address alone, for anyone who reaches it. False: nowhere.
   */
  readonly metrics?: false | MetricsAddress;
}

export interface MetricsAddress {
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
}

/**
 * The configuration as it is, typed. Call it in `gateway.config.ts`.
 *
 * @example
 * ```ts
 * import { defineConfig, openaiProvider, secretFrom } from 'fieldgate';
 *
 * export default defineConfig({
 *   providers: { openai: openaiProvider({ apiKey: secretFrom('OPENAI_API_KEY') }) },
 *   deployments: { mini: { provider: 'openai', model: 'gpt-5-mini' } },
 *   routes: { default: { deployments: ['mini'], cacheSeconds: 300 } },
 * });
 * ```
 */
export const defineConfig = (config: GatewayConfig): GatewayConfig => config;

export const isDevelopment = ({ server = {} }: GatewayConfig): boolean => server.development ?? process.env['NODE_ENV'] !== 'production';

export const pathIn = (folder: string, path: string): string => (isAbsolute(path) ? path : resolve(folder, path));

/** Whether the names include the route. */
export const includesRoute = (names: RouteNames | undefined, route: string): boolean =>
  names !== undefined && (names === '*' || names.includes(route));
