/**
 * Work that survives a crash: each job is a row with a lease. The holder of the lease works on it; an expired lease is taken
 * over.
 *
 * The jobs of one owner run one after another, in the order of arrival. Among owners, the one that was served longest ago is
 * next. Tenants take turns before their owners do.
 */
export interface Jobs {
  /** Null: added. Where its owner has no room left for it, nothing is stored, and what the owner has in the queue is returned. */
  add(job: NewJob, room?: JobRoom): Promise<Queued | null>;
  /**
   * The job whose turn it is, leased to the caller; null when there is none. One that was taken five times without
   * progressing has killed its workers: it fails instead. `leaseMs` is the same of all who take jobs of the kind. `maxPerTenant`: jobs of one
   * tenant that are worked on at a time.
   */
  take(kind: string, leaseMs: number, maxPerTenant?: number): Promise<JobLease | null>;
  find(id: string): Promise<JobState | null>;
  /** Jobs of the owner that are about the subject, the newest first: all that have not been forgotten yet, at most `first`. */
  list(kind: string, owner: string, subject: string, first: number): Promise<readonly JobState[]>;
  /** Of jobs that have not ended: each owner once, with the tenant of the oldest of its jobs. */
  owners(kind: string): Promise<readonly { readonly owner: string; readonly tenant: string }[]>;
  /** The oldest job of the owner that nobody works on, whatever its time and its turn, leased to the caller: to end it. */
  takeFrom(kind: string, owner: string, leaseMs: number): Promise<JobLease | null>;
}

export interface NewJob {
  readonly id: string;
  readonly kind: string;
  readonly owner: string;
  /** Owners of one tenant share its turns. Default: the owner is alone. */
  readonly tenant?: string;
  /** A name for what it is about. It is kept when the job has ended, other than the body. Default: ''. */
  readonly subject?: string;
  readonly body: string;
  /** What is worked on piece by piece; read one at a time by their positions. */
  readonly parts?: readonly string[];
  /** What a reader finds before any worker has written. */
  readonly progress?: string;
}

/** The most that one owner may have in the queue, parts that are worked on included. */
export interface JobRoom {
  readonly maxParts: number;
  readonly maxBytes: number;
}

export interface Queued {
  readonly parts: number;
  readonly bytes: number;
}

export const maxWaitMs = 60_000;

/** Bytes that the parts take, as UTF-8. */
export const bytesOf = (parts: readonly string[]): number => parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);

export interface JobState {
  readonly id: string;
  readonly owner: string;
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  /** JSON text that the worker wrote last. */
  readonly progress: string | null;
  /** '': it has none. */
  readonly subject: string;
  /** When it was added, in milliseconds since 1970, UTC. */
  readonly createdAt: number;
}

export interface JobLease {
  readonly id: string;
  readonly owner: string;
  readonly body: string;
  readonly progress: string | null;
  /** Null when there is no such part, or it is forgotten. */
  part(position: number): Promise<string | null>;
  /** What was kept of the work on a part that is not done; null: nothing under that name. */
  draft(position: number, name: string): Promise<Uint8Array | null>;
  /** Keeps it until the part is done, also when another worker takes over. Without effect when the lease was lost. */
  keepDraft(position: number, name: string, body: Uint8Array): Promise<void>;
  /** Stores progress and renews the lease. False: the lease was lost, stop working. */
  progressed(progress: string): Promise<boolean>;
  /** Keeps the last progress and forgets the body and the parts. Without effect when the lease was lost. */
  end(status: 'done' | 'failed', progress: string): Promise<void>;
  /** Gives the job back unfinished. Without effect when the lease was lost. */
  release(left?: JobLeft): Promise<void>;
}

export interface JobLeft {
  readonly progress?: string;
  /** Parts before this position are done, and forgotten. */
  readonly done?: number;
  /** Milliseconds until it may be taken again, at most {@link maxWaitMs}. Default: at once. */
  readonly waitMs?: number;
}
