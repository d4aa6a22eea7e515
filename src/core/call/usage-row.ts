import type { AttemptSummary, ErrorCode } from '../errors.ts';
import type { NanoUsd, Usage } from '../money.ts';

export type CacheStatus = 'HIT' | 'SHARED' | 'MISS' | 'BYPASS';

/** LOST: the process died while the call ran; usage and cost are then estimates. */
export type Outcome = 'OK' | 'LOST' | ErrorCode;

/** One use of one AI field: a row of the ledger. N fields served by one call are N rows under one callId. */
export interface UsageRow {
  /** Milliseconds since 1970, UTC, when the call began. */
  readonly time: number;
  readonly callId: string;
  /** Position among the uses of its call: (callId, use) is the row's identity, so a replayed journal stores it once. */
  readonly use: number;
  /** Schema coordinate, such as `Product.summary`. */
  readonly coordinate: string;
  readonly operation: string | null;
  readonly client: string | null;
  readonly documentId: string | null;
  /** The credential, without its user. */
  readonly principal: string;
  readonly team: string | null;
  /** That the team belonged to when the call was made. */
  readonly organisation: string | null;
  readonly route: string;
  readonly deployment: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly usage: Usage;
  readonly estimated: boolean;
  /** Null: unpriced. */
  readonly cost: NanoUsd | null;
  readonly savedCost: NanoUsd;
  readonly cache: CacheStatus;
  readonly attempts: number;
  readonly outcome: Outcome;
  readonly latencyMs: number;
  readonly timeToFirstTokenMs: number | null;
  readonly tags: Readonly<Record<string, string>>;
  /** The pseudonym of the end user; null: the credential had none. */
  readonly user: string | null;
  /** The agent that the caller was: see `Principal.agent`. Default: none. */
  readonly agent?: string | null;
  /** As the caller named it; '' and null: it named none. Default: none. */
  readonly session?: string | null;
  /**
   * What is counted by this row, so that nothing is counted twice: `operation`, the first row of its operation; `field`, the first of its
   * coordinate in the operation; null, neither. Default: not known.
   */
  readonly countsAs?: 'operation' | 'field' | null;
  /** Of the failure that the caller saw. Default: none. */
  readonly errorId?: string | null;
  /** Attempts of the call, in the first of its rows. Default: not known, or one that went well. */
  readonly tried?: readonly AttemptSummary[];
  /** The guardrail that refused the call, in the first of its rows. Default: none did. */
  readonly refusedBy?: { readonly guardrail: string; readonly on: 'input' | 'output' } | null;
}
