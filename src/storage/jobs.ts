/** Work that must survive a crash: a row with a lease. Whoever holds the lease works; an expired lease is taken over. */
export interface Jobs {
  /** `progress` is what a reader finds before any worker has written. */
  add(job: {
    readonly id: string;
    readonly kind: string;
    readonly owner: string;
    readonly body: string;
    readonly progress?: string;
  }): Promise<void>;
  /**
   * The oldest job that nobody works on, leased to the caller; null when there is none. One that was taken five times
   * without progressing has killed its workers: it fails instead.
   */
  take(kind: string, leaseMs: number): Promise<JobLease | null>;
  find(id: string): Promise<JobState | null>;
}

export interface JobState {
  readonly id: string;
  readonly owner: string;
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  /** JSON text that the worker wrote last. */
  readonly progress: string | null;
}

export interface JobLease {
  readonly id: string;
  readonly owner: string;
  readonly body: string;
  readonly progress: string | null;
  /** Stores progress and renews the lease. False: the lease was lost, stop working. */
  progressed(progress: string): Promise<boolean>;
  /** Keeps the last progress and forgets the body. Without effect when the lease was lost. */
  end(status: 'done' | 'failed', progress: string): Promise<void>;
  /** Gives the job back unfinished, for anyone to take at once. */
  release(): Promise<void>;
}
