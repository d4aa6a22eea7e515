/**
 * A lease: the work of a principal goes on only while its key is valid.
 *
 * Every operation takes a lease before it runs, and every model call takes one before it enters the pipeline. When the key
 * is revoked or expires, `access/leases.ts` fires the signals of its leases.
 */
import type { GatewayError } from '../errors.ts';
import type { Principal } from './call.ts';

export interface Lease {
  /** Fires with UNAUTHENTICATED when the permission has ended, and with the parent's reason when the parent fires. */
  readonly signal: AbortSignal;
  /** Fires the signal, where it is the lease's own. */
  readonly abort?: (reason: GatewayError) => void;
  /** Call it when the use has ended, whatever the ending. Idempotent. */
  release(): void;
}

/**
 * What a lease keeps going: the delivery of an operation's result to its client, or the work of a model call. A key that ends
 * ends both. A token that expires ends the delivery alone, and the work goes on.
 */
export type LeaseUse = 'delivery' | 'work';

export interface Leases {
  /**
   * The signal has fired already when the permission is known to have ended. `abort`: fires the parent, where that is so; it is then the
   * lease's signal itself. Never throws.
   */
  take(principal: Principal, use: LeaseUse, parent: AbortSignal, abort?: (reason: GatewayError) => void): Lease;
}

/**
 * Of principals, by their ids: those that may ask for nothing any more, each with the UNAUTHENTICATED that says why. Asked for work that was
 * queued, whose owner was authenticated long ago. Rejects when the store does not answer.
 */
export type FindEnded = (principalIds: readonly string[]) => Promise<ReadonlyMap<string, GatewayError>>;

/** The same of one principal, as it was when its work was queued: its user or its team may have ended too. Null: it may go on. */
export type FindEnd = (principal: Principal) => Promise<GatewayError | null>;

/** Who has queued work. */
export interface QueueOwner {
  /** Id of the principal. */
  readonly owner: string;
  /** See `tenantOf`. */
  readonly tenant: string;
}

/**
 * Owners whose user was revoked, or whose team may do nothing any more: each piece of their work is asked about by {@link FindEnd}. The text is
 * another one when there is a reason to ask about them again.
 */
export type FindSuspects = (owners: readonly QueueOwner[]) => Promise<ReadonlyMap<string, string>>;

/** Leases for uses that need no signal. */
export interface KeyWatch {
  /** `ended` is called once when the permission ends, at once where it is known to have ended. Returns how to let go. Never throws. */
  watch(principal: Principal, use: LeaseUse, ended: (reason: GatewayError) => void): () => void;
}
