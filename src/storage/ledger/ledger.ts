import type { UsageRow } from '../../core/call/usage-row.ts';
import type { NanoUsd, Usage } from '../../core/money.ts';
import type { TimePercentiles } from './time-classes.ts';

export interface Ledger {
  /**
   * Stores rows. They survive kill -9 once this returns, or once the returned promise resolves. Never fails: rows that the disk refuses wait in
   * memory and are written again later, and `writable` is false until then.
   */
  append(rows: readonly UsageRow[]): void | Promise<void>;
  /** Number of calls whose rows are stored but not in reports yet. */
  waiting(): number;
  /** False: no new paid call may begin, because its row could be lost. */
  writable(): boolean;
  /** The signal ends the reading. */
  totals(query: UsageQuery, signal?: AbortSignal): Promise<UsagePage>;
  /** What a use of each AI field takes, as a rule, by its coordinate. Only those of {@link UsageQuery.only}. */
  typicalUses(only: UsageQuery['only']): Promise<ReadonlyMap<string, TypicalUse>>;
  /**
   * Calls that fit, the newest first, each with those of its uses that fit: the costs of a list add up to the total of the same filter. A page
   * may have fewer than were asked for where they have many uses. The signal ends the reading.
   */
  calls(query: CallQuery, signal?: AbortSignal): Promise<CallPage>;
  /** The call with this id, or whose failure has it. Null: there is none that `only` sees. The signal ends the reading. */
  call(id: string, only: UsageQuery['only'], signal?: AbortSignal): Promise<StoredCall | null>;
  /** Whether the call that has this id was made for that owner, for as long as its rows are kept. Rows that still wait are not seen. */
  hasCall(callId: string, owner: RowOwner): Promise<boolean>;
  /** Resolves when every appended row is in the database. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Whose call it was: the credential, and the pseudonym of its user. Null: the credential had no user. */
export interface RowOwner {
  readonly principal: string;
  readonly user: string | null;
}

/** Keys of totals have their dimensions in this order. */
export const usageDimensions = [
  'coordinate',
  'operation',
  'client',
  'principal',
  'team',
  'route',
  'deployment',
  'model',
  'outcome',
  'cache',
  'organisation',
  'agent',
  'user',
  'session',
] as const;

export type UsageDimension = (typeof usageDimensions)[number];

export type UsageOrder = 'key' | 'cost' | 'tokens' | 'calls' | 'failures' | 'savedCost' | 'failedCost';

/** Keeps the rows that match every given part. Default: all rows. */
export interface UsageFilter {
  /** Allowed values per dimension. Null in a list allows rows without a value. Users are given by pseudonym. */
  readonly values?: Readonly<Partial<Record<UsageDimension, readonly (string | null)[]>>>;
  /** Tags that a row must all have. */
  readonly tags?: Readonly<Record<string, string>>;
}

export interface UsageQuery {
  /** Time range in milliseconds since 1970, UTC: `from` is inclusive, `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  readonly groupBy: readonly UsageDimension[];
  /**
   * Names of tags to group by. The roll-ups have no users, sessions and tags, so a report with one of them covers at most 31 days. Default: none.
   */
  readonly tags?: readonly string[];
  readonly where?: UsageFilter;
  readonly interval: 'minute' | 'hour' | 'day' | 'month' | null;
  /** IANA name of the time zone in which days and months begin. Default: UTC. */
  readonly timeZone?: string;
  /** Order within an interval: `key` sorts by the values of the dimensions, any other puts the largest first. Default: `key`. */
  readonly orderBy?: UsageOrder;
  /** Whether to add the total of all pages. Default: false. */
  readonly total?: boolean;
  /** Whether to add percentiles of latency. Default: false. */
  readonly percentiles?: boolean;
  readonly first: number;
  /** `endCursor` of the page before. Null: the first page. */
  readonly after: string | null;
  /** Counts only rows of this team, organisation or principal, and of this user (a pseudonym) where one is named. Null: all rows. */
  readonly only:
    | (({ readonly team: string } | { readonly organisation: string } | { readonly principal: string }) & { readonly user?: string })
    | null;
}

export interface CallQuery extends Pick<UsageQuery, 'from' | 'to' | 'where' | 'first' | 'after' | 'only'> {}

export interface CallPage {
  readonly calls: readonly StoredCall[];
  /** Null on the last page. */
  readonly endCursor: string | null;
}

export interface StoredCall {
  /** One row per use. Values of the whole call, such as its attempts, are in the row of use 0. */
  readonly uses: readonly [UsageRow, ...UsageRow[]];
  readonly principalName: string | null;
}

export interface UsagePage {
  readonly totals: readonly UsageTotal[];
  /** Total of all pages, where the query asked for it. */
  readonly total?: UsageTotal;
  /** Null on the last page. */
  readonly endCursor: string | null;
}

export interface UsageTotal {
  readonly key: Readonly<Partial<Record<UsageDimension, string | null>>> & { readonly tags?: Readonly<Record<string, string | null>> };
  /** Start of the interval in milliseconds since 1970, UTC. Null when the query has no interval. */
  readonly from: number | null;
  readonly calls: number;
  readonly usage: Usage;
  readonly estimated: boolean;
  /** Cost of the priced calls. Null when no call was priced. */
  readonly cost: NanoUsd | null;
  /** Number of calls without a known price, which `cost` does not contain. */
  readonly unpricedCalls: number;
  readonly savedCost: NanoUsd;
  readonly failures: number;
  /** Cost of the calls that failed. */
  readonly failedCost: NanoUsd;
  /**
   * Number of operations that made the calls. Null when the groups divide the calls of one operation (by route or tag), and when a row is older
   * than this count.
   */
  readonly operations: number | null;
  /** Times of whole calls, and of their first tokens, where the query asked for them. Null: no call has such a time. */
  readonly latency?: TimePercentiles | null;
  readonly timeToFirstToken?: TimePercentiles | null;
  /** Name of the key, where the total is that of one key. */
  readonly principalName?: string;
}

/** Medians over the last answers that models gave to a field. Amounts are the use's share of its call. */
export interface TypicalUse {
  /** Null: no answer was priced. */
  readonly cost: NanoUsd | null;
  readonly inputTokens: number;
  /** Reasoning tokens are included. */
  readonly outputTokens: number;
  /** Time of the whole call. */
  readonly latencyMs: number;
  /** Number of uses in the medians. */
  readonly uses: number;
}
