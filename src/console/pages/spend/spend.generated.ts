/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import { OperationText } from '../../operation-text.ts';
/** Which calls. */
export type AiCallsInput = {
  /** Go on after the page whose `endCursor` this is. */
  readonly after?: string | null | undefined;
  /** At most this many, from 1 to 100. A page has fewer where its calls have more than 2000 uses together. */
  readonly first?: number;
  /** Calls that began at this moment or later. */
  readonly from: string;
  /** Calls that began before this moment. */
  readonly to: string;
  /** Only some calls; all when absent. By user, session or tag, and where you see those of one user alone, a list covers at most 31 days. */
  readonly where?: AiUsageFilter | null | undefined;
};

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

/**
 * Which calls to add up. All given conditions must hold. A list matches any of its values, which are those that rows show (at most 100);
 * null in it matches calls without a value. An empty list matches no call.
 */
export type AiUsageFilter = {
  /** By one of these agents; null: by no agent. */
  readonly agents?: ReadonlyArray<string | null | undefined> | null | undefined;
  /** With one of these cache statuses, such as `HIT`. */
  readonly caches?: ReadonlyArray<string | null | undefined> | null | undefined;
  /** From one of these clients; null: from clients that gave no name. */
  readonly clients?: ReadonlyArray<string | null | undefined> | null | undefined;
  /** Asked by one of these fields, such as `Product.summary`. */
  readonly coordinates?: ReadonlyArray<string | null | undefined> | null | undefined;
  /** Answered by one of these deployments; null: by none. */
  readonly deployments?: ReadonlyArray<string | null | undefined> | null | undefined;
  /** Answered by one of these models; null: by none. */
  readonly models?: ReadonlyArray<string | null | undefined> | null | undefined;
  /** Of operations with one of these names; null: without a name. */
  readonly operations?: ReadonlyArray<string | null | undefined> | null | undefined;
  /** Of one of these organisations; null: of none. */
  readonly organisations?: ReadonlyArray<string | null | undefined> | null | undefined;
  /** With one of these outcomes: `OK`, or a code of what went wrong. */
  readonly outcomes?: ReadonlyArray<string | null | undefined> | null | undefined;
  /** By one of these credentials, as rows name them, such as `key:3f9a`. */
  readonly principals?: ReadonlyArray<string | null | undefined> | null | undefined;
  /** On one of these routes. */
  readonly routes?: ReadonlyArray<string | null | undefined> | null | undefined;
  /** In one of these sessions; null: in none that was named. */
  readonly sessions?: ReadonlyArray<string | null | undefined> | null | undefined;
  /** Those with all of these tags, such as `{ "feature": "search" }`. */
  readonly tags?: unknown;
  /** Counted to one of these teams; null: to none. */
  readonly teams?: ReadonlyArray<string | null | undefined> | null | undefined;
  /** Those of one user: the name that the backend or the issuer gave, or the pseudonym that reports show. */
  readonly user?: string | null | undefined;
  /** For one of these users, by name or by pseudonym; null: for no user. */
  readonly users?: ReadonlyArray<string | null | undefined> | null | undefined;
};

/** Which part of the ledger to add up, and how. */
export type AiUsageInput = {
  /** Go on after the page whose `endCursor` this is. */
  readonly after?: string | null | undefined;
  /** At most this many rows, from 1 to 1000. */
  readonly first?: number;
  /** Calls that began at this moment or later. */
  readonly from: string;
  /** Dimensions to group by, without repeats. The list may be empty only together with `groupByTags` or `interval`. */
  readonly groupBy?: ReadonlyArray<UsageDimension>;
  /** Also one row for each value of these tags, by their names; at most four. A report by USER, SESSION or tags, or with a filter by them, covers at most 31 days. */
  readonly groupByTags?: ReadonlyArray<string>;
  /** Also one row for each such time; one for the whole time when absent. */
  readonly interval?: UsageInterval | null | undefined;
  /** The order of the rows within a time. In another order than KEY, a report has at most 50,000 rows on all pages. */
  readonly orderBy?: AiUsageOrder;
  /** The time zone in which days and months begin, by its IANA name, such as `Europe/Berlin`. */
  readonly timeZone?: string;
  /** Calls that began before this moment. */
  readonly to: string;
  /** Only some calls; all when absent. */
  readonly where?: AiUsageFilter | null | undefined;
};

/** What the rows of a report are in the order of, the largest first. */
export type AiUsageOrder =
  /** Uses of AI fields. */
  | 'CALLS'
  /** What they cost; unknown prices count as 0. */
  | 'COST'
  /** What failed calls cost. */
  | 'FAILED_COST'
  /** Calls that ended with a failure. */
  | 'FAILURES'
  /** By the values of the dimensions, from A to Z. Pages do not shift while new calls arrive. */
  | 'KEY'
  /** What caches and shared calls have spared. */
  | 'SAVED_COST'
  /** Tokens of all classes. */
  | 'TOKENS';

/** Where an answer came from. It may grow: treat what you do not know as OTHER. */
export type CacheStatus =
  /** The cache was not looked at. */
  | 'BYPASS'
  /** From the cache: no model was asked. */
  | 'HIT'
  /** The cache had none, so a model was asked. */
  | 'MISS'
  /** A status that this schema does not name yet. */
  | 'OTHER'
  /** From an identical call that was just running: no second one was made. */
  | 'SHARED';

/** Which side of a conversation a guardrail looked at. */
export type GuardedSide =
  /** What was asked. */
  | 'INPUT'
  /** A side that this schema does not name yet. */
  | 'OTHER'
  /** What the model answered. */
  | 'OUTPUT';

/** What calls can be grouped by. */
export type UsageDimension =
  /** The agent that the caller was: see `AiViewer.agent`; null: none. */
  | 'AGENT'
  /** Whether an earlier answer served. */
  | 'CACHE'
  /** The client's name, as it sent it in `apollographql-client-name`. */
  | 'CLIENT'
  /** The field that asked, such as `Product.summary`. */
  | 'COORDINATE'
  /** The deployment that answered. */
  | 'DEPLOYMENT'
  /** The model that answered. */
  | 'MODEL'
  /** The name of the GraphQL operation. */
  | 'OPERATION'
  /** The organisation that the team belonged to when the call was made; null before organisations were known, and without one. */
  | 'ORGANISATION'
  /** Reserved for dimensions that may be added; refused as an input. */
  | 'OTHER'
  /** `OK`, or the code of what went wrong. */
  | 'OUTCOME'
  /** Who asked: a key, an issuer of tokens. All of its users together. */
  | 'PRINCIPAL'
  /** The route that was asked. */
  | 'ROUTE'
  /** The session that the operation belonged to, as the header `AI-Session` or the token named it; null: none was named. */
  | 'SESSION'
  /** The team that it counts to. */
  | 'TEAM'
  /** The end user behind it, by pseudonym: see `AiUsageRow.userName`. */
  | 'USER';

/** The length of one row's time. */
export type UsageInterval =
  /** One day of the time zone, which has 23 or 25 hours when clocks change. */
  | 'DAY'
  /** One hour, which begins at the full hour of UTC. */
  | 'HOUR'
  /** One minute: at most 7 days. */
  | 'MINUTE'
  /** One calendar month of the time zone. */
  | 'MONTH';

export type SpendQueryVariables = Exact<{
  rows: AiUsageInput;
  screens: AiUsageInput;
  times: AiUsageInput;
  failures: AiUsageInput;
}>;


export type SpendQuery = { readonly rows: { readonly endCursor: string | null, readonly rows: ReadonlyArray<{ readonly coordinate: string | null, readonly operation: string | null, readonly client: string | null, readonly principal: string | null, readonly principalName: string | null, readonly user: string | null, readonly userName: string | null, readonly agent: string | null, readonly session: string | null, readonly team: string | null, readonly organisation: string | null, readonly route: string | null, readonly deployment: string | null, readonly model: string | null, readonly outcome: string | null, readonly cache: string | null, readonly calls: number, readonly operations: number | null, readonly failures: number, readonly unpricedCalls: number, readonly tags: ReadonlyArray<{ readonly name: string, readonly value: string | null }>, readonly usage: { readonly totalTokens: number, readonly cost: { readonly amount: string } | null }, readonly savedCost: { readonly amount: string } | null, readonly failedCost: { readonly amount: string }, readonly latency: { readonly p50Ms: number, readonly p95Ms: number } | null }>, readonly total: { readonly coordinate: string | null, readonly operation: string | null, readonly client: string | null, readonly principal: string | null, readonly principalName: string | null, readonly user: string | null, readonly userName: string | null, readonly agent: string | null, readonly session: string | null, readonly team: string | null, readonly organisation: string | null, readonly route: string | null, readonly deployment: string | null, readonly model: string | null, readonly outcome: string | null, readonly cache: string | null, readonly calls: number, readonly operations: number | null, readonly failures: number, readonly unpricedCalls: number, readonly tags: ReadonlyArray<{ readonly name: string, readonly value: string | null }>, readonly usage: { readonly totalTokens: number, readonly cost: { readonly amount: string } | null }, readonly savedCost: { readonly amount: string } | null, readonly failedCost: { readonly amount: string }, readonly latency: { readonly p50Ms: number, readonly p95Ms: number } | null } }, readonly screens: { readonly rows: ReadonlyArray<{ readonly coordinate: string | null, readonly operation: string | null, readonly client: string | null, readonly principal: string | null, readonly principalName: string | null, readonly user: string | null, readonly userName: string | null, readonly agent: string | null, readonly session: string | null, readonly team: string | null, readonly organisation: string | null, readonly route: string | null, readonly deployment: string | null, readonly model: string | null, readonly outcome: string | null, readonly cache: string | null, readonly calls: number, readonly operations: number | null, readonly failures: number, readonly unpricedCalls: number, readonly tags: ReadonlyArray<{ readonly name: string, readonly value: string | null }>, readonly usage: { readonly totalTokens: number, readonly cost: { readonly amount: string } | null }, readonly savedCost: { readonly amount: string } | null, readonly failedCost: { readonly amount: string }, readonly latency: { readonly p50Ms: number, readonly p95Ms: number } | null }> }, readonly times: { readonly rows: ReadonlyArray<{ readonly from: string | null, readonly calls: number, readonly usage: { readonly totalTokens: number, readonly cost: { readonly amount: string } | null } }> }, readonly failures: { readonly rows: ReadonlyArray<{ readonly outcome: string | null, readonly failures: number, readonly failedCost: { readonly amount: string } }> }, readonly aiViewer: { readonly budgets: ReadonlyArray<{ readonly name: string, readonly per: AiPeriod, readonly held: { readonly amount: string } }> } };

export type SpendRowsQueryVariables = Exact<{
  input: AiUsageInput;
}>;


export type SpendRowsQuery = { readonly aiUsage: { readonly endCursor: string | null, readonly rows: ReadonlyArray<{ readonly coordinate: string | null, readonly operation: string | null, readonly client: string | null, readonly principal: string | null, readonly principalName: string | null, readonly user: string | null, readonly userName: string | null, readonly agent: string | null, readonly session: string | null, readonly team: string | null, readonly organisation: string | null, readonly route: string | null, readonly deployment: string | null, readonly model: string | null, readonly outcome: string | null, readonly cache: string | null, readonly calls: number, readonly operations: number | null, readonly failures: number, readonly unpricedCalls: number, readonly tags: ReadonlyArray<{ readonly name: string, readonly value: string | null }>, readonly usage: { readonly totalTokens: number, readonly cost: { readonly amount: string } | null }, readonly savedCost: { readonly amount: string } | null, readonly failedCost: { readonly amount: string }, readonly latency: { readonly p50Ms: number, readonly p95Ms: number } | null }> } };

export type CallsQueryVariables = Exact<{
  input: AiCallsInput;
}>;


export type CallsQuery = { readonly aiCalls: { readonly endCursor: string | null, readonly calls: ReadonlyArray<{ readonly id: string, readonly time: string, readonly operation: string | null, readonly client: string | null, readonly model: string | null, readonly outcome: string, readonly cache: CacheStatus, readonly latencyMs: number, readonly uses: ReadonlyArray<{ readonly coordinate: string, readonly usage: { readonly totalTokens: number, readonly cost: { readonly amount: string } | null } }>, readonly usage: { readonly totalTokens: number, readonly cost: { readonly amount: string } | null } }> } };

export type OneCallQueryVariables = Exact<{
  id: string | number;
}>;


export type OneCallQuery = { readonly aiCall: { readonly completionId: string | null, readonly documentId: string | null, readonly principal: string, readonly principalName: string | null, readonly user: string | null, readonly userName: string | null, readonly agent: string | null, readonly session: string | null, readonly team: string | null, readonly organisation: string | null, readonly route: string, readonly deployment: string | null, readonly provider: string | null, readonly errorId: string | null, readonly timeToFirstTokenMs: number | null, readonly id: string, readonly time: string, readonly operation: string | null, readonly client: string | null, readonly model: string | null, readonly outcome: string, readonly cache: CacheStatus, readonly latencyMs: number, readonly refusedBy: { readonly guardrail: string, readonly on: GuardedSide } | null, readonly attempts: ReadonlyArray<{ readonly deployment: string, readonly outcome: string, readonly latencyMs: number }>, readonly tags: ReadonlyArray<{ readonly name: string, readonly value: string | null }>, readonly savedCost: { readonly amount: string }, readonly uses: ReadonlyArray<{ readonly coordinate: string, readonly usage: { readonly totalTokens: number, readonly cost: { readonly amount: string } | null } }>, readonly usage: { readonly totalTokens: number, readonly cost: { readonly amount: string } | null } } | null };

export type SpendRowFragment = { readonly coordinate: string | null, readonly operation: string | null, readonly client: string | null, readonly principal: string | null, readonly principalName: string | null, readonly user: string | null, readonly userName: string | null, readonly agent: string | null, readonly session: string | null, readonly team: string | null, readonly organisation: string | null, readonly route: string | null, readonly deployment: string | null, readonly model: string | null, readonly outcome: string | null, readonly cache: string | null, readonly calls: number, readonly operations: number | null, readonly failures: number, readonly unpricedCalls: number, readonly tags: ReadonlyArray<{ readonly name: string, readonly value: string | null }>, readonly usage: { readonly totalTokens: number, readonly cost: { readonly amount: string } | null }, readonly savedCost: { readonly amount: string } | null, readonly failedCost: { readonly amount: string }, readonly latency: { readonly p50Ms: number, readonly p95Ms: number } | null };

export type CallFactsFragment = { readonly id: string, readonly time: string, readonly operation: string | null, readonly client: string | null, readonly model: string | null, readonly outcome: string, readonly cache: CacheStatus, readonly latencyMs: number, readonly uses: ReadonlyArray<{ readonly coordinate: string, readonly usage: { readonly totalTokens: number, readonly cost: { readonly amount: string } | null } }>, readonly usage: { readonly totalTokens: number, readonly cost: { readonly amount: string } | null } };

export const SpendDocument = /* @__PURE__ */ new OperationText<SpendQuery, SpendQueryVariables>(
  "query Spend($rows:AiUsageInput!$screens:AiUsageInput!$times:AiUsageInput!$failures:AiUsageInput!){rows:aiUsage(input:$rows){rows{...SpendRow}total{...SpendRow}endCursor}screens:aiUsage(input:$screens){rows{...SpendRow}}times:aiUsage(input:$times){rows{from calls usage{totalTokens cost{amount}}}}failures:aiUsage(input:$failures){rows{outcome failures failedCost{amount}}}aiViewer{budgets{name per held{amount}}}}fragment SpendRow on AiUsageRow{coordinate operation client principal principalName user userName agent session team organisation route deployment model outcome cache tags{name value}calls operations failures unpricedCalls usage{totalTokens cost{amount}}savedCost{amount}failedCost{amount}latency{p50Ms p95Ms}}",
);
export const SpendRowsDocument = /* @__PURE__ */ new OperationText<SpendRowsQuery, SpendRowsQueryVariables>(
  "query SpendRows($input:AiUsageInput!){aiUsage(input:$input){rows{...SpendRow}endCursor}}fragment SpendRow on AiUsageRow{coordinate operation client principal principalName user userName agent session team organisation route deployment model outcome cache tags{name value}calls operations failures unpricedCalls usage{totalTokens cost{amount}}savedCost{amount}failedCost{amount}latency{p50Ms p95Ms}}",
);
export const CallsDocument = /* @__PURE__ */ new OperationText<CallsQuery, CallsQueryVariables>(
  "query Calls($input:AiCallsInput!){aiCalls(input:$input){calls{...CallFacts}endCursor}}fragment CallFacts on AiCall{id time operation client model outcome cache latencyMs uses{coordinate usage{totalTokens cost{amount}}}usage{totalTokens cost{amount}}}",
);
export const OneCallDocument = /* @__PURE__ */ new OperationText<OneCallQuery, OneCallQueryVariables>(
  "query OneCall($id:ID!){aiCall(id:$id){...CallFacts completionId documentId principal principalName user userName agent session team organisation route deployment provider errorId timeToFirstTokenMs refusedBy{guardrail on}attempts{deployment outcome latencyMs}tags{name value}savedCost{amount}}}fragment CallFacts on AiCall{id time operation client model outcome cache latencyMs uses{coordinate usage{totalTokens cost{amount}}}usage{totalTokens cost{amount}}}",
);