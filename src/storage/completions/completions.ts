/**
 * Stores what must survive the process that ran a completion: that it began, which idempotency key it claimed, and how it
 * ended.
 */
import type { UsageRow } from '../../core/call/usage-row.ts';
import type { RatingQuery, RatingTotal } from './ratings.ts';

export interface Completions {
  /**
   * Records a completion before anything is asked of a model, together with the claim on its idempotency key. `fresh`: this one
   * was recorded and runs. Otherwise the completion that has the key, and whether its input was the same (`inputHash`); nothing
   * was recorded then. Throws INTERNAL, to be tried again, when the database lets nobody write.
   */
  begin(begun: BegunCompletion): Promise<Claim>;
  /**
   * Keeps an ended completion, encrypted, until it expires. What the database does not take now is stored later: resolves
   * after the first try, and rejects never.
   */
  save(ended: EndedCompletion): Promise<void>;
  /** Releases the claim on an idempotency key whose completion is no longer known. */
  release(completionId: string): Promise<void>;
  /** The id of the completion that holds the principal's idempotency key; null when none does (any more). */
  withKey(key: string, principal: string): Promise<string | null>;
  /** Null when there is none, it has expired, or it belongs to another principal. */
  find(id: string, principal: string): Promise<CompletionRecord | null>;
  rate(id: string, principal: string, score: number, comment: string | null): Promise<void>;
  /** Ratings of calls that the ledger of the same storage has, added up. */
  ratings(query: RatingQuery): Promise<readonly RatingTotal[]>;
  /** Ends the completions of processes that died, and frees their idempotency keys. Returns how many completions were cut. */
  recover(): Promise<number>;
  /** Deletes what has expired. */
  expire(now: number): Promise<void>;
  /** Stores what still waits to be stored. */
  close(): Promise<void>;
}

export interface BegunCompletion {
  readonly id: string;
  readonly principal: string;
  /** JSON text of what is known at the start, as `runs/` wrote it. */
  readonly body: string;
  readonly claim: { readonly key: string; readonly inputHash: string } | null;
  readonly now: number;
}

export interface Claim {
  readonly fresh: boolean;
  readonly completionId: string;
  readonly sameInput: boolean;
}

export interface EndedCompletion {
  readonly id: string;
  readonly principal: string;
  /** JSON text of the whole run, as `runs/` wrote it. */
  readonly body: string;
  readonly expiresAt: number;
  /** The idempotency key may be used again: asking anew may succeed. */
  readonly freesKey: boolean;
}

/** `running`: in this or another process; `cut`: its process died, and the body is what was known at its start. */
export type CompletionProgress = 'running' | 'cut' | 'ended';

export interface CompletionRecord {
  readonly id: string;
  readonly principal: string;
  readonly body: string;
  readonly expiresAt: number;
  readonly progress: CompletionProgress;
  /** What the ledger says of a completion that was cut; null when nothing was sent, and for all others. */
  readonly lost: LostUsage | null;
}

export type LostUsage = Pick<UsageRow, 'usage' | 'cost' | 'estimated' | 'deployment' | 'provider' | 'model' | 'attempts'>;
