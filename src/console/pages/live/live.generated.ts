/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import { OperationText } from '../../operation-text.ts';
/** Whether calls are sent to a deployment. */
export type AiBreaker =
  /** All are. */
  | 'CLOSED'
  /** None is: it has failed too often, or its provider has asked to be left alone. */
  | 'OPEN'
  /** One that this schema does not name yet. */
  | 'OTHER'
  /** One at a time, to find out whether it is back. */
  | 'PROBING';

/** Where a call is that runs. */
export type AiCallStage =
  /** The answer is coming. */
  | 'ANSWER'
  /** In its limits, its guardrails or the cache. */
  | 'CHECKS'
  /** A model has been asked and has said nothing yet. */
  | 'MODEL'
  /** One that this schema does not name yet. */
  | 'OTHER'
  /** It waits for the answer to an equal call. */
  | 'SHARED';

export type LiveSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type LiveSubscription = { readonly aiActivity: { readonly at: string, readonly operationCount: number, readonly streamCount: number, readonly callCount: number, readonly operations: ReadonlyArray<{ readonly name: string | null, readonly client: string | null, readonly principal: string, readonly startedAt: string, readonly isStream: boolean }>, readonly calls: ReadonlyArray<{ readonly id: string, readonly coordinates: ReadonlyArray<string>, readonly operation: string | null, readonly client: string | null, readonly principal: string, readonly route: string, readonly deployment: string | null, readonly stage: AiCallStage, readonly startedAt: string }>, readonly failures: ReadonlyArray<{ readonly code: string, readonly count: number, readonly lastAt: string }>, readonly fallbacks: ReadonlyArray<{ readonly deployment: string, readonly code: string, readonly count: number, readonly lastAt: string }>, readonly deployments: ReadonlyArray<{ readonly id: string, readonly breaker: AiBreaker, readonly openUntil: string | null, readonly recentFailures: number, readonly ttftP50: number | null }> } };

export const LiveDocument = /* @__PURE__ */ new OperationText<LiveSubscription, LiveSubscriptionVariables>(
  "subscription Live{aiActivity{at operationCount streamCount callCount operations{name client principal startedAt isStream}calls{id coordinates operation client principal route deployment stage startedAt}failures{code count lastAt}fallbacks{deployment code count lastAt}deployments{id breaker openUntil recentFailures ttftP50}}}",
);