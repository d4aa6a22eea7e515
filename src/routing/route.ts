/** Where a call may go: a Route is a named list of Deployments and the rule for trying them. */
import type { Price } from '../core/money.ts';
import type { ModelRequest } from '../core/request/request.ts';
import type { CircuitState } from '../outbound/circuit.ts';
import type { Capability, Provider } from '../providers/provider.ts';

export interface Deployment {
  /** Unique over the gateway: `openai/gpt-5-mini`, unless named otherwise. */
  readonly id: string;
  readonly provider: Provider;
  readonly model: string;
  /** Null: the price is unknown. Callers with a budget are then refused. */
  readonly price: Price | null;
  /** Tokens of input and output together; null: unknown. */
  readonly contextWindow: number | null;
  /** Sent as the maximum when a request has none, so that every reservation is bounded. */
  readonly maxOutputTokens: number;
  readonly capabilities: readonly Capability[];
  readonly weight: number;
  /** Where it runs, in words of the operator's, such as `eu`; null: the configuration does not say. */
  readonly region: string | null;
}

export interface Route {
  readonly name: string;
  readonly description: string | null;
  readonly deployments: readonly [Deployment, ...Deployment[]];
  readonly strategy: Strategy;
  /** Before what callers write themselves; null: nothing. */
  readonly system: string | null;
  /** What becomes of system messages of callers beside a system prompt of the operator's: they are refused, or they stand behind it. */
  readonly callerSystem: CallerSystem;
  /** The longest input that a rule of the operator's lets through; null: none says. */
  readonly inputBound: { readonly rule: string; readonly tokens: number } | null;
  /** Attempts in total, over all deployments, repairs included. */
  readonly attempts: number;
  /** A second deployment is asked when the first has shown nothing by then, milliseconds; null: never. */
  readonly hedge: { readonly afterMs: number } | null;
  readonly firstChunkMs: number;
  readonly idleMs: number;
  /** Whether a deployment is asked for a whole answer where nobody watches: `auto`, where the longest answer would take at most `wholeModeMs`. */
  readonly wholeMode: WholeMode;
  readonly wholeModeMs: number;
  /** Milliseconds for the whole call, retries included. */
  readonly totalMs: number;
  /** How long answers may be reused; null: never. Only the configuration turns caching on. */
  readonly cacheSeconds: number | null;
  /** Keys of `providerOptions` that callers may set. */
  readonly providerOptions: readonly string[];
}

export type CallerSystem = 'refuse' | 'after';

export type WholeMode = 'auto' | 'always' | 'never';

/** Fallback, load balancing, price and latency are all just an order. */
export type Strategy = (
  deployments: readonly Deployment[],
  request: ModelRequest,
  health: (deployment: Deployment) => Health,
) => readonly Deployment[];

export interface Health {
  readonly circuit: CircuitState;
  /** Moving averages; null before the first call. */
  readonly latencyMs: number | null;
  readonly errorRate: number | null;
}
