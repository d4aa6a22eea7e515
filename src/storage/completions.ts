/** What must outlive the process of a completion: who claimed its idempotency key, and how it ended. */
export interface Completions {
  /**
   * Claims the key for a principal for 24 h. `fresh`: this run is the one. Otherwise the run that has it, and whether its
   * input was the same (`inputHash`).
   */
  claim(claim: IdempotencyClaim): Promise<{ readonly fresh: boolean; readonly completionId: string; readonly sameInput: boolean }>;
  /** Gives the key up again: the run ended before anything was asked of a model, so a repeat may start anew. */
  unclaim(principal: string, key: string): Promise<void>;
  /** Keeps an ended completion, encrypted, until it expires. */
  save(record: CompletionRecord): Promise<void>;
  /** Null when there is none, it has expired, or it belongs to another principal. */
  find(id: string, principal: string): Promise<CompletionRecord | null>;
  rate(id: string, principal: string, score: number, comment: string | null): Promise<void>;
  /** Deletes what has expired. */
  expire(now: number): Promise<void>;
}

export interface IdempotencyClaim {
  readonly principal: string;
  readonly key: string;
  readonly inputHash: string;
  readonly completionId: string;
  readonly now: number;
}

export interface CompletionRecord {
  readonly id: string;
  readonly principal: string;
  /** JSON text of the whole run, as `runs/` wrote it. */
  readonly body: string;
  readonly expiresAt: number;
}
