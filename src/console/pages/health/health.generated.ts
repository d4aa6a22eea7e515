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

export type HealthQueryVariables = Exact<{ [key: string]: never; }>;


export type HealthQuery = { readonly aiHealth: { readonly version: string, readonly startedAt: string | null, readonly memoryBytes: number | null, readonly storeProblems: ReadonlyArray<string> | null, readonly unpricedDeployments: ReadonlyArray<string> | null, readonly ledger: { readonly writable: boolean, readonly waitingCalls: number } | null, readonly graph: { readonly ready: boolean, readonly reasons: ReadonlyArray<string>, readonly hash: string | null, readonly since: string | null, readonly engine: string | null, readonly subgraphs: ReadonlyArray<{ readonly name: string, readonly answered: boolean | null, readonly breaker: AiBreaker }> } | null } };

export const HealthDocument = /* @__PURE__ */ new OperationText<HealthQuery, HealthQueryVariables>(
  "query Health{aiHealth{version startedAt memoryBytes storeProblems unpricedDeployments ledger{writable waitingCalls}graph{ready reasons hash since engine subgraphs{name answered breaker}}}}",
);