import type { UsageRow } from '../../core/call/usage-row.ts';
import type { NanoUsd, Usage } from '../../core/money.ts';
import type { TimePercentiles } from './time-classes.ts';

export interface Ledger {
  /**
   * Keeps the rows: from when it returns, or when what it returns resolves, they survive kill -9. Never fails: when the disk refuses, the
   * rows wait in memory, are retried, and `writable` is false until they are kept.
   */
  append(rows: readonly UsageRow[]): void | Promise<void>;
  /** Calls whose rows are kept, but not in reports yet. */
  waiting(): number;
  /** False: no new paid call may begin, because its row could be lost. */
  writable(): boolean;
  totals(query: UsageQuery): Promise<UsagePage>;
  /** What a use of each AI field takes, as a rule, by its coordinate. Only those of {@link UsageQuery.only}. */
  typicalUses(only: UsageQuery['only']): Promise<ReadonlyMap<string, TypicalUse>>;
  /** Calls that fit, the newest first, each with those of its uses that fit: the costs of a list add up to the total of the same filter. */
  calls(query: CallQuery): Promise<CallPage>;
  /** The call with this id, or whose failure has it. Null: there is none that `only` sees. */
  call(id: string, only: UsageQuery['only']): Promise<StoredCall | null>;
  /** Whether the call that has this id was made for that owner, for as long as its rows are kept. Rows that still wait are not seen. */
  hasCall(callId: string, owner: RowOwner): Promise<boolean>;
  /** Resolves when every appended row is in the database. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Whose call it was: the credential, and the pseudonym of its user; null: it had none. */
export interface RowOwner {
  readonly principal: string;
  readonly user: string | null;
}

/** In the order in which keys of totals have them. */
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

/** Rows that fit all that is given. Default: all rows. */
export interface UsageFilter {
  /** Of each dimension, one of these; null among them: rows that have none. Users by their pseudonyms. */
  readonly values?: Readonly<Partial<Record<UsageDimension, readonly (string | null)[]>>>;
  /** All of these. */
  readonly tags?: Readonly<Record<string, string>>;
}

export interface UsageQuery {
  /** Milliseconds since 1970, UTC: from inclusive, to exclusive. */
  readonly from: number;
  readonly to: number;
  readonly groupBy: readonly UsageDimension[];
  /** Names of tags to group by. Users, sessions and tags are not in the roll-ups: a report with them covers at most 31 days. Default: none. */
  readonly tags?: readonly string[];
  readonly where?: UsageFilter;
  readonly interval: 'minute' | 'hour' | 'day' | 'month' | null;
  /** IANA name of the time zone in which days and months begin. Default: UTC. */
  readonly timeZone?: string;
  /** Within an interval: by the values of the dimensions, or the largest first. Default: `key`. */
  readonly orderBy?: UsageOrder;
  /** Also the total of all pages. Default: false. */
  readonly total?: boolean;
  /** Also the percentiles of times. Default: false. */
  readonly percentiles?: boolean;
  readonly first: number;
  /** `endCursor` of the page before. */
  readonly after: string | null;
  /** Only rows of this team, organisation or principal, and where a user (its pseudonym) is named, his alone; null: all. */
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
  /** One row a use. What is said of the whole call, such as its attempts, stands in that of use 0. */
  readonly uses: readonly [UsageRow, ...UsageRow[]];
  readonly principalName: string | null;
}

export interface UsagePage {
  readonly totals: readonly UsageTotal[];
  /** Of all pages, where it was asked for. */
  readonly total?: UsageTotal;
  /** Null on the last page. */
  readonly endCursor: string | null;
}

export interface UsageTotal {
  readonly key: Readonly<Partial<Record<UsageDimension, string | null>>> & { readonly tags?: Readonly<Record<string, string | null>> };
  /** Start of the interval, milliseconds since 1970, UTC; null without one. */
  readonly from: number | null;
  readonly calls: number;
  readonly usage: Usage;
  readonly estimated: boolean;
  /** Of the priced calls; null when none was priced. */
  readonly cost: NanoUsd | null;
  /** Calls whose price is unknown, which `cost` leaves out. */
  readonly unpricedCalls: number;
  readonly savedCost: NanoUsd;
  readonly failures: number;
  /** What calls that failed cost. */
  readonly failedCost: NanoUsd;
  /**
   * In how many operations the calls were made. Null where operations cannot be told apart: by what differs among the calls of one
   * operation (a route, a tag), and for rows that were written before operations were counted.
   */
  readonly operations: number | null;
  /** Of a whole call, and of its first token, where they were asked for; null: no call had one. */
  readonly latency?: TimePercentiles | null;
  readonly timeToFirstToken?: TimePercentiles | null;
  /** What people call the key, where the total is that of a key. */
  readonly principalName?: string;
}

/** Medians of the last answers that models gave to a field. Amounts are a use's share of its call. */
export interface TypicalUse {
  /** Null: none was priced. */
  readonly cost: NanoUsd | null;
  readonly inputTokens: number;
  /** Reasoning included. */
  readonly outputTokens: number;
  /** Of the whole call. */
  readonly latencyMs: number;
  /** How many uses these are the medians of. */
  readonly uses: number;
}
