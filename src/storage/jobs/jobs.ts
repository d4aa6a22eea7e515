/**
 * Stores work that survives a crash. Each job is a row with a lease: the holder of the lease works on the job, and another worker takes over when
 * the lease has expired.
 *
 * The jobs of one owner run one after another, in the order of arrival. Among owners, the one that was served the longest time ago comes next.
 * Tenants take turns before their owners do.
 */
export interface Jobs {
  /**
   * Returns null when the job was added. When the owner's queue is full, nothing is stored, and the result says what the owner has in the queue.
   */
  add(job: NewJob, room?: JobRoom): Promise<Queued | null>;
  /**
   * Gives the caller the lease of the next job; null when there is none. A job that was taken five times without progress has killed its workers,
   * so it fails. All callers must pass the same `leaseMs` for one kind. `maxPerTenant`: how many jobs of one tenant may be worked on at the same
   * time.
   */
  take(kind: string, leaseMs: number, maxPerTenant?: number): Promise<JobLease | null>;
  find(id: string): Promise<JobState | null>;
  /** The owner's jobs on that subject, the newest first, at most `first`. Jobs that were deleted are not among them. */
  list(kind: string, owner: string, subject: string, first: number): Promise<readonly JobState[]>;
  /** Owners that have jobs which have not ended, each once, with the tenant of the owner's oldest job. */
  owners(kind: string): Promise<readonly { readonly owner: string; readonly tenant: string }[]>;
  /**
   * Gives the caller the lease of the owner's oldest job that nobody works on, regardless of waiting time and turns, so that the caller can end it.
   */
  takeFrom(kind: string, owner: string, leaseMs: number): Promise<JobLease | null>;
}

export interface NewJob {
  readonly id: string;
  readonly kind: string;
  readonly owner: string;
  /** Owners of one tenant share the tenant's turns. Default: the owner is alone. */
  readonly tenant?: string;
  /** Name of what the job is about. Unlike the body, it is kept after the job has ended. Default: ''. */
  readonly subject?: string;
  readonly body: string;
  /** The pieces of the work. A worker reads them one at a time by position. */
  readonly parts?: readonly string[];
  /** Progress that a reader sees before a worker has written any. */
  readonly progress?: string;
}

/** Maximum that one owner may have in the queue, jobs in progress included. */
export interface JobRoom {
  readonly maxParts: number;
  readonly maxBytes: number;
}

export interface Queued {
  readonly parts: number;
  readonly bytes: number;
}

export const maxWaitMs = 60_000;

/** Size of the parts in bytes of UTF-8. */
export const bytesOf = (parts: readonly string[]): number => parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);

export interface JobState {
  readonly id: string;
  readonly owner: string;
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  /** JSON text of the last progress. */
  readonly progress: string | null;
  /** '' when the job has no subject. */
  readonly subject: string;
  /** When the job was added, in milliseconds since 1970, UTC. */
  readonly createdAt: number;
}

export interface JobLease {
  readonly id: string;
  readonly owner: string;
  readonly body: string;
  readonly progress: string | null;
  /** Null when there is no such part, or it has been deleted. */
  part(position: number): Promise<string | null>;
  /** What was stored under that name while the part is unfinished; null when nothing was. */
  draft(position: number, name: string): Promise<Uint8Array | null>;
  /** Stores a draft until the part is done, also when another worker takes over. Does nothing after the lease was lost. */
  keepDraft(position: number, name: string, body: Uint8Array): Promise<void>;
  /** Stores progress and renews the lease. False: the lease was lost, and the worker must stop. */
  progressed(progress: string): Promise<boolean>;
  /** Stores the last progress and deletes the body and the parts. Does nothing after the lease was lost. */
  end(status: 'done' | 'failed', progress: string): Promise<void>;
  /** Gives the unfinished job back. Does nothing after the lease was lost. */
  release(left?: JobLeft): Promise<void>;
}

export interface JobLeft {
  readonly progress?: string;
  /** Parts before this position are done and are deleted. */
  readonly done?: number;
  /** Milliseconds until the job may be taken again, at most {@link maxWaitMs}. Default: at once. */
  readonly waitMs?: number;
}
