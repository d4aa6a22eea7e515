/**
 * Stores what must survive the process that ran a completion: that it began, which idempotency key it claimed, and how it
 * ended.
 */
import type { UsageRow } from '../../core/call/usage-row.ts';
import type { RatingQuery, RatingTotal } from './ratings.ts';

export interface Completions {
  /**
   * Records a completion before a model is asked, together with the claim on its idempotency key. `fresh`: the completion was recorded and may run.
   * Any other result names the completion that already holds the key, and says whether its input was the same (`inputHash`); nothing was recorded.
   * Throws a retryable INTERNAL while the database cannot be written.
   */
  begin(begun: BegunCompletion): Promise<Claim>;
  /**
   * Stores an ended completion, encrypted, until it expires. A write that the database refuses is repeated later. Resolves after the first try and
   * never rejects.
   */
  save(ended: EndedCompletion): Promise<void>;
  /** Releases the claim on an idempotency key whose completion is no longer known. */
  release(completionId: string): Promise<void>;
  /** The id of the completion that holds the principal's idempotency key, or null when no completion holds it. */
  withKey(key: string, principal: string): Promise<string | null>;
  /** Null when there is no such completion, when it has expired, or when it belongs to another principal. */
  find(id: string, principal: string): Promise<CompletionRecord | null>;
  rate(id: string, principal: string, score: number, comment: string | null): Promise<void>;
  /** Sums the ratings of calls that are in the ledger of the same storage. */
  ratings(query: RatingQuery): Promise<readonly RatingTotal[]>;
  /** Ends the completions of processes that died, and frees their idempotency keys. Returns how many completions were cut. */
  recover(): Promise<number>;
  /** Deletes what has expired. */
  expire(now: number): Promise<void>;
  /** Repeats the writes that were refused before. */
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
  /** Whether the idempotency key is released, because asking again may succeed. */
  readonly freesKey: boolean;
}

/** `running`: the completion runs in this or another process. `cut`: its process died, and the body is what was known at the start. */
export type CompletionProgress = 'running' | 'cut' | 'ended';

export interface CompletionRecord {
  readonly id: string;
  readonly principal: string;
  readonly body: string;
  readonly expiresAt: number;
  readonly progress: CompletionProgress;
  /** What the ledger has for a completion that was cut. Null when nothing was sent to a model, and for every other completion. */
  readonly lost: LostUsage | null;
}

export type LostUsage = Pick<UsageRow, 'usage' | 'cost' | 'estimated' | 'deployment' | 'provider' | 'model' | 'attempts'>;
