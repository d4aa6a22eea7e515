/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import { OperationText } from '../../operation-text.ts';
/** How long an amount counts before it is all there again. */
export type AiPeriod =
  /** A day of the calendar. */
  | 'DAY'
  /** A month of the calendar. */
  | 'MONTH'
  /** One that this schema does not name yet. */
  | 'OTHER'
  /** As long as a session lasts. */
  | 'SESSION'
  /** For ever: it never begins anew. */
  | 'TOTAL'
  /** A week of the calendar, from Monday on. */
  | 'WEEK';

export type KeysQueryVariables = Exact<{ [key: string]: never; }>;


export type KeysQuery = { readonly aiKeys: ReadonlyArray<{ readonly id: string, readonly name: string, readonly team: string, readonly scopes: ReadonlyArray<string>, readonly routes: ReadonlyArray<string> | null, readonly monthlyBudget: string | null, readonly requestsPerMinute: number | null, readonly callsPerMinute: number | null, readonly agent: string | null, readonly madeBy: string | null, readonly createdAt: string, readonly createdBy: string | null, readonly updatedAt: string | null, readonly updatedBy: string | null, readonly expiresAt: string | null, readonly revokedAt: string | null, readonly lastUsedAt: string | null, readonly formerSecretEndsAt: string | null, readonly budgets: ReadonlyArray<{ readonly name: string, readonly per: AiPeriod, readonly timeZone: string, readonly resetsAt: string | null, readonly limit: { readonly amount: string, readonly currency: string }, readonly spent: { readonly amount: string }, readonly held: { readonly amount: string }, readonly forecast: { readonly amount: string } | null }> }> };

export type KeyRowFragment = { readonly id: string, readonly name: string, readonly team: string, readonly scopes: ReadonlyArray<string>, readonly routes: ReadonlyArray<string> | null, readonly monthlyBudget: string | null, readonly requestsPerMinute: number | null, readonly callsPerMinute: number | null, readonly agent: string | null, readonly madeBy: string | null, readonly createdAt: string, readonly createdBy: string | null, readonly updatedAt: string | null, readonly updatedBy: string | null, readonly expiresAt: string | null, readonly revokedAt: string | null, readonly lastUsedAt: string | null, readonly formerSecretEndsAt: string | null, readonly budgets: ReadonlyArray<{ readonly name: string, readonly per: AiPeriod, readonly timeZone: string, readonly resetsAt: string | null, readonly limit: { readonly amount: string, readonly currency: string }, readonly spent: { readonly amount: string }, readonly held: { readonly amount: string }, readonly forecast: { readonly amount: string } | null }> };

export type BudgetStateFragment = { readonly name: string, readonly per: AiPeriod, readonly timeZone: string, readonly resetsAt: string | null, readonly limit: { readonly amount: string, readonly currency: string }, readonly spent: { readonly amount: string }, readonly held: { readonly amount: string }, readonly forecast: { readonly amount: string } | null };

export const KeysDocument = /* @__PURE__ */ new OperationText<KeysQuery, KeysQueryVariables>(
  "query Keys{aiKeys{...KeyRow}}fragment KeyRow on AiKey{id name team scopes routes monthlyBudget requestsPerMinute callsPerMinute agent madeBy createdAt createdBy updatedAt updatedBy expiresAt revokedAt lastUsedAt formerSecretEndsAt budgets{...BudgetState}}fragment BudgetState on AiBudget{name per timeZone limit{amount currency}spent{amount}held{amount}forecast{amount}resetsAt}",
);