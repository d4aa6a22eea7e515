/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import { OperationText } from '../../operation-text.ts';
/** One budget that is to be another: what is left out stays as it is, null removes. */
export type AiBudgetChangeInput = {
  /** What may be spent in it, in US dollars; null: the budget is taken away. Where there is none yet, the amount makes it. */
  readonly most?: string | null | undefined;
  /** Of which period: DAY, WEEK, MONTH or TOTAL. */
  readonly per: AiPeriod;
  /** Parts of it at which operators are warned, from 0.01 to 1; null: nobody is warned. */
  readonly warnAt?: ReadonlyArray<number> | null | undefined;
};

/** What an administrator did. */
export type AiChangeAction =
  /** A team or an organisation was archived. */
  | 'ARCHIVED'
  /** Parts of it were changed. */
  | 'CHANGED'
  /** It was made. */
  | 'MADE'
  /** A user of a login was put into a team. */
  | 'MEMBER_ADDED'
  /** A user of a login was taken out of a team. */
  | 'MEMBER_REMOVED'
  /** One that this schema does not name yet. */
  | 'OTHER'
  /** It was brought back. */
  | 'RESTORED'
  /** A key was revoked. */
  | 'REVOKED'
  /** A key got another secret. */
  | 'ROTATED';

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

/** What one session may use: a piece of work of an agent, named by the header `AI-Session`. What comes without a name is one session of its caller. */
export type AiSessionCapsInput = {
  /** The most that its calls may cost, in US dollars. */
  readonly amount?: string | null | undefined;
  /** The most model calls in it, answers from the cache included. */
  readonly calls?: number | null | undefined;
  /** How long it lasts, from its first operation on, in minutes: at most 10,080, which is a week. */
  readonly minutes?: number;
  /** The most tokens of input and output that its calls may use. */
  readonly tokens?: number | null | undefined;
  /** The most operations in it. */
  readonly turns?: number | null | undefined;
  /** The parts of `amount` at which operators are warned, from 0.01 to 1. */
  readonly warnAt?: ReadonlyArray<number> | null | undefined;
};

/** A virtual key to be issued. */
export type CreateAiKeyInput = {
  /** The agent that asks with it, a dimension of usage with limits of its own in its team; none when absent, and that of your own key where it has one. */
  readonly agent?: string | null | undefined;
  /** The most model calls in a minute; when absent, as many as `requestsPerMinute`. */
  readonly callsPerMinute?: number | null | undefined;
  /** When it stops working, no later than your own key; when absent, with your own key. */
  readonly expiresAt?: string | null | undefined;
  /** The most that it may spend in a calendar month, in US dollars; no limit of its own when absent. */
  readonly monthlyBudget?: string | null | undefined;
  /** For people: what it is for. At most 100 characters. */
  readonly name: string;
  /** The most operations in a minute, each counted once before it runs; no limit of its own when absent. */
  readonly requestsPerMinute?: number | null | undefined;
  /** The routes that it may use; when absent, those that you may use. */
  readonly routes?: ReadonlyArray<string> | null | undefined;
  /** What it may do: `ai:use`, `ai:ingest`, `ai:keys`, `ai:keys:all`, `ai:teams`, `ai:teams:all`, `ai:usage`, `ai:usage:all`, `ai:metrics`, `ai:plan`, `ai:freeform`, `ai:act-as`, and scopes of the graph's other teams. */
  readonly scopes: ReadonlyArray<string>;
  /** What one session of its callers may use, beside what its team says. */
  readonly session?: AiSessionCapsInput | null | undefined;
  /** The team whose usage and shared budget it counts to: letters, digits, `.`, `_` and `-`, at most 64. */
  readonly team: string;
};

/** What is to be other of a virtual key: what is left out stays as it is, null removes. */
export type UpdateAiKeyInput = {
  /** The agent that asks with it; null: none, or that of the key that made it. */
  readonly agent?: string | null | undefined;
  /** The most model calls in a minute; null: as many as `requestsPerMinute`. */
  readonly callsPerMinute?: number | null | undefined;
  /** When it stops working; null: with the key that made it, else never. */
  readonly expiresAt?: string | null | undefined;
  /** The most that it may spend in a calendar month (UTC), in US dollars; what it has spent in this one counts. */
  readonly monthlyBudget?: string | null | undefined;
  /** For people: what it is for. At most 100 characters. */
  readonly name?: string | null | undefined;
  /** The most operations in a minute. */
  readonly requestsPerMinute?: number | null | undefined;
  /** The routes that it may use, all of them; null: those that you may use. */
  readonly routes?: ReadonlyArray<string> | null | undefined;
  /** What it may do, all of it: at least one. */
  readonly scopes?: ReadonlyArray<string> | null | undefined;
  /** What one session of its callers may use; null: no caps of its own. */
  readonly session?: AiSessionCapsInput | null | undefined;
};

export type KeysQueryVariables = Exact<{ [key: string]: never; }>;


export type KeysQuery = { readonly aiKeys: ReadonlyArray<{ readonly id: string, readonly name: string, readonly team: string, readonly scopes: ReadonlyArray<string>, readonly routes: ReadonlyArray<string> | null, readonly monthlyBudget: string | null, readonly requestsPerMinute: number | null, readonly callsPerMinute: number | null, readonly madeBy: string | null, readonly createdAt: string, readonly createdBy: string | null, readonly updatedAt: string | null, readonly updatedBy: string | null, readonly expiresAt: string | null, readonly revokedAt: string | null, readonly lastUsedAt: string | null, readonly formerSecretEndsAt: string | null, readonly budgets: ReadonlyArray<{ readonly name: string, readonly per: AiPeriod, readonly timeZone: string, readonly resetsAt: string | null, readonly limit: { readonly amount: string, readonly currency: string }, readonly spent: { readonly amount: string }, readonly held: { readonly amount: string }, readonly forecast: { readonly amount: string } | null, readonly warnings: ReadonlyArray<{ readonly at: number }> }> }> };

export type TeamsQueryVariables = Exact<{ [key: string]: never; }>;


export type TeamsQuery = { readonly aiTeams: ReadonlyArray<{ readonly id: string, readonly organisation: string | null, readonly description: string | null, readonly declared: boolean, readonly archivedAt: string | null, readonly updatedAt: string | null, readonly updatedBy: string, readonly budgets: ReadonlyArray<{ readonly name: string, readonly per: AiPeriod, readonly timeZone: string, readonly resetsAt: string | null, readonly limit: { readonly amount: string, readonly currency: string }, readonly spent: { readonly amount: string }, readonly held: { readonly amount: string }, readonly forecast: { readonly amount: string } | null, readonly warnings: ReadonlyArray<{ readonly at: number }> }> }> };

export type CreateKeyMutationVariables = Exact<{
  input: CreateAiKeyInput;
}>;


export type CreateKeyMutation = { readonly createAiKey: { readonly secret: string, readonly key: { readonly id: string, readonly name: string, readonly team: string, readonly scopes: ReadonlyArray<string>, readonly routes: ReadonlyArray<string> | null, readonly monthlyBudget: string | null, readonly requestsPerMinute: number | null, readonly callsPerMinute: number | null, readonly madeBy: string | null, readonly createdAt: string, readonly createdBy: string | null, readonly updatedAt: string | null, readonly updatedBy: string | null, readonly expiresAt: string | null, readonly revokedAt: string | null, readonly lastUsedAt: string | null, readonly formerSecretEndsAt: string | null, readonly budgets: ReadonlyArray<{ readonly name: string, readonly per: AiPeriod, readonly timeZone: string, readonly resetsAt: string | null, readonly limit: { readonly amount: string, readonly currency: string }, readonly spent: { readonly amount: string }, readonly held: { readonly amount: string }, readonly forecast: { readonly amount: string } | null, readonly warnings: ReadonlyArray<{ readonly at: number }> }> } } | null };

export type UpdateKeyMutationVariables = Exact<{
  id: string | number;
  input: UpdateAiKeyInput;
  reason?: string | null | undefined;
}>;


export type UpdateKeyMutation = { readonly updateAiKey: { readonly id: string, readonly name: string, readonly team: string, readonly scopes: ReadonlyArray<string>, readonly routes: ReadonlyArray<string> | null, readonly monthlyBudget: string | null, readonly requestsPerMinute: number | null, readonly callsPerMinute: number | null, readonly madeBy: string | null, readonly createdAt: string, readonly createdBy: string | null, readonly updatedAt: string | null, readonly updatedBy: string | null, readonly expiresAt: string | null, readonly revokedAt: string | null, readonly lastUsedAt: string | null, readonly formerSecretEndsAt: string | null, readonly budgets: ReadonlyArray<{ readonly name: string, readonly per: AiPeriod, readonly timeZone: string, readonly resetsAt: string | null, readonly limit: { readonly amount: string, readonly currency: string }, readonly spent: { readonly amount: string }, readonly held: { readonly amount: string }, readonly forecast: { readonly amount: string } | null, readonly warnings: ReadonlyArray<{ readonly at: number }> }> } | null };

export type RotateKeyMutationVariables = Exact<{
  id: string | number;
  overlapSeconds: number;
  reason?: string | null | undefined;
}>;


export type RotateKeyMutation = { readonly rotateAiKey: { readonly secret: string, readonly key: { readonly id: string, readonly name: string, readonly team: string, readonly scopes: ReadonlyArray<string>, readonly routes: ReadonlyArray<string> | null, readonly monthlyBudget: string | null, readonly requestsPerMinute: number | null, readonly callsPerMinute: number | null, readonly madeBy: string | null, readonly createdAt: string, readonly createdBy: string | null, readonly updatedAt: string | null, readonly updatedBy: string | null, readonly expiresAt: string | null, readonly revokedAt: string | null, readonly lastUsedAt: string | null, readonly formerSecretEndsAt: string | null, readonly budgets: ReadonlyArray<{ readonly name: string, readonly per: AiPeriod, readonly timeZone: string, readonly resetsAt: string | null, readonly limit: { readonly amount: string, readonly currency: string }, readonly spent: { readonly amount: string }, readonly held: { readonly amount: string }, readonly forecast: { readonly amount: string } | null, readonly warnings: ReadonlyArray<{ readonly at: number }> }> } } | null };

export type RevokeKeyMutationVariables = Exact<{
  id: string | number;
  reason?: string | null | undefined;
}>;


export type RevokeKeyMutation = { readonly revokeAiKey: { readonly id: string, readonly name: string, readonly team: string, readonly scopes: ReadonlyArray<string>, readonly routes: ReadonlyArray<string> | null, readonly monthlyBudget: string | null, readonly requestsPerMinute: number | null, readonly callsPerMinute: number | null, readonly madeBy: string | null, readonly createdAt: string, readonly createdBy: string | null, readonly updatedAt: string | null, readonly updatedBy: string | null, readonly expiresAt: string | null, readonly revokedAt: string | null, readonly lastUsedAt: string | null, readonly formerSecretEndsAt: string | null, readonly budgets: ReadonlyArray<{ readonly name: string, readonly per: AiPeriod, readonly timeZone: string, readonly resetsAt: string | null, readonly limit: { readonly amount: string, readonly currency: string }, readonly spent: { readonly amount: string }, readonly held: { readonly amount: string }, readonly forecast: { readonly amount: string } | null, readonly warnings: ReadonlyArray<{ readonly at: number }> }> } | null };

export type UpdateTeamBudgetsMutationVariables = Exact<{
  id: string | number;
  budgets: ReadonlyArray<AiBudgetChangeInput> | AiBudgetChangeInput;
  reason: string;
}>;


export type UpdateTeamBudgetsMutation = { readonly updateAiTeam: { readonly id: string, readonly organisation: string | null, readonly description: string | null, readonly declared: boolean, readonly archivedAt: string | null, readonly updatedAt: string | null, readonly updatedBy: string, readonly budgets: ReadonlyArray<{ readonly name: string, readonly per: AiPeriod, readonly timeZone: string, readonly resetsAt: string | null, readonly limit: { readonly amount: string, readonly currency: string }, readonly spent: { readonly amount: string }, readonly held: { readonly amount: string }, readonly forecast: { readonly amount: string } | null, readonly warnings: ReadonlyArray<{ readonly at: number }> }> } | null };

export type TeamChangesQueryVariables = Exact<{ [key: string]: never; }>;


export type TeamChangesQuery = { readonly aiTeams: ReadonlyArray<{ readonly id: string, readonly changes: ReadonlyArray<{ readonly at: string, readonly by: string, readonly action: AiChangeAction, readonly reason: string | null, readonly parts: ReadonlyArray<{ readonly name: string, readonly before: string | null, readonly after: string | null }> }> }> };

export type KeyRowFragment = { readonly id: string, readonly name: string, readonly team: string, readonly scopes: ReadonlyArray<string>, readonly routes: ReadonlyArray<string> | null, readonly monthlyBudget: string | null, readonly requestsPerMinute: number | null, readonly callsPerMinute: number | null, readonly madeBy: string | null, readonly createdAt: string, readonly createdBy: string | null, readonly updatedAt: string | null, readonly updatedBy: string | null, readonly expiresAt: string | null, readonly revokedAt: string | null, readonly lastUsedAt: string | null, readonly formerSecretEndsAt: string | null, readonly budgets: ReadonlyArray<{ readonly name: string, readonly per: AiPeriod, readonly timeZone: string, readonly resetsAt: string | null, readonly limit: { readonly amount: string, readonly currency: string }, readonly spent: { readonly amount: string }, readonly held: { readonly amount: string }, readonly forecast: { readonly amount: string } | null, readonly warnings: ReadonlyArray<{ readonly at: number }> }> };

export type TeamRowFragment = { readonly id: string, readonly organisation: string | null, readonly description: string | null, readonly declared: boolean, readonly archivedAt: string | null, readonly updatedAt: string | null, readonly updatedBy: string, readonly budgets: ReadonlyArray<{ readonly name: string, readonly per: AiPeriod, readonly timeZone: string, readonly resetsAt: string | null, readonly limit: { readonly amount: string, readonly currency: string }, readonly spent: { readonly amount: string }, readonly held: { readonly amount: string }, readonly forecast: { readonly amount: string } | null, readonly warnings: ReadonlyArray<{ readonly at: number }> }> };

export type BudgetStateFragment = { readonly name: string, readonly per: AiPeriod, readonly timeZone: string, readonly resetsAt: string | null, readonly limit: { readonly amount: string, readonly currency: string }, readonly spent: { readonly amount: string }, readonly held: { readonly amount: string }, readonly forecast: { readonly amount: string } | null, readonly warnings: ReadonlyArray<{ readonly at: number }> };

export const KeysDocument = /* @__PURE__ */ new OperationText<KeysQuery, KeysQueryVariables>(
  "query Keys{aiKeys{...KeyRow}}fragment KeyRow on AiKey{id name team scopes routes monthlyBudget requestsPerMinute callsPerMinute madeBy createdAt createdBy updatedAt updatedBy expiresAt revokedAt lastUsedAt formerSecretEndsAt budgets{...BudgetState}}fragment BudgetState on AiBudget{name per timeZone limit{amount currency}spent{amount}held{amount}forecast{amount}resetsAt warnings{at}}",
);
export const TeamsDocument = /* @__PURE__ */ new OperationText<TeamsQuery, TeamsQueryVariables>(
  "query Teams{aiTeams{...TeamRow}}fragment TeamRow on AiTeam{id organisation description declared archivedAt updatedAt updatedBy budgets{...BudgetState}}fragment BudgetState on AiBudget{name per timeZone limit{amount currency}spent{amount}held{amount}forecast{amount}resetsAt warnings{at}}",
);
export const CreateKeyDocument = /* @__PURE__ */ new OperationText<CreateKeyMutation, CreateKeyMutationVariables>(
  "mutation CreateKey($input:CreateAiKeyInput!){createAiKey(input:$input){secret key{...KeyRow}}}fragment KeyRow on AiKey{id name team scopes routes monthlyBudget requestsPerMinute callsPerMinute madeBy createdAt createdBy updatedAt updatedBy expiresAt revokedAt lastUsedAt formerSecretEndsAt budgets{...BudgetState}}fragment BudgetState on AiBudget{name per timeZone limit{amount currency}spent{amount}held{amount}forecast{amount}resetsAt warnings{at}}",
);
export const UpdateKeyDocument = /* @__PURE__ */ new OperationText<UpdateKeyMutation, UpdateKeyMutationVariables>(
  "mutation UpdateKey($id:ID!$input:UpdateAiKeyInput!$reason:String){updateAiKey(id:$id input:$input reason:$reason){...KeyRow}}fragment KeyRow on AiKey{id name team scopes routes monthlyBudget requestsPerMinute callsPerMinute madeBy createdAt createdBy updatedAt updatedBy expiresAt revokedAt lastUsedAt formerSecretEndsAt budgets{...BudgetState}}fragment BudgetState on AiBudget{name per timeZone limit{amount currency}spent{amount}held{amount}forecast{amount}resetsAt warnings{at}}",
);
export const RotateKeyDocument = /* @__PURE__ */ new OperationText<RotateKeyMutation, RotateKeyMutationVariables>(
  "mutation RotateKey($id:ID!$overlapSeconds:Int!$reason:String){rotateAiKey(id:$id overlapSeconds:$overlapSeconds reason:$reason){secret key{...KeyRow}}}fragment KeyRow on AiKey{id name team scopes routes monthlyBudget requestsPerMinute callsPerMinute madeBy createdAt createdBy updatedAt updatedBy expiresAt revokedAt lastUsedAt formerSecretEndsAt budgets{...BudgetState}}fragment BudgetState on AiBudget{name per timeZone limit{amount currency}spent{amount}held{amount}forecast{amount}resetsAt warnings{at}}",
);
export const RevokeKeyDocument = /* @__PURE__ */ new OperationText<RevokeKeyMutation, RevokeKeyMutationVariables>(
  "mutation RevokeKey($id:ID!$reason:String){revokeAiKey(id:$id reason:$reason){...KeyRow}}fragment KeyRow on AiKey{id name team scopes routes monthlyBudget requestsPerMinute callsPerMinute madeBy createdAt createdBy updatedAt updatedBy expiresAt revokedAt lastUsedAt formerSecretEndsAt budgets{...BudgetState}}fragment BudgetState on AiBudget{name per timeZone limit{amount currency}spent{amount}held{amount}forecast{amount}resetsAt warnings{at}}",
);
export const UpdateTeamBudgetsDocument = /* @__PURE__ */ new OperationText<UpdateTeamBudgetsMutation, UpdateTeamBudgetsMutationVariables>(
  "mutation UpdateTeamBudgets($id:ID!$budgets:[AiBudgetChangeInput!]!$reason:String!){updateAiTeam(id:$id input:{setBudgets:$budgets}reason:$reason){...TeamRow}}fragment TeamRow on AiTeam{id organisation description declared archivedAt updatedAt updatedBy budgets{...BudgetState}}fragment BudgetState on AiBudget{name per timeZone limit{amount currency}spent{amount}held{amount}forecast{amount}resetsAt warnings{at}}",
);
export const TeamChangesDocument = /* @__PURE__ */ new OperationText<TeamChangesQuery, TeamChangesQueryVariables>(
  "query TeamChanges{aiTeams{id changes(first:10){at by action reason parts{name before after}}}}",
);