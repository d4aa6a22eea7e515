/**
 * Entities of other teams, found by their text.
 *
 * An index holds text and keys, never permissions: who may see an entity is known to its own subgraph alone. So every hit
 * is shown to the graph under the caller's own headers before it is returned or put into a prompt, and as many more hits are
 * taken as it takes to have enough visible ones.
 */
import type { Principal } from '../core/call.ts';
import type { EntityRef } from '../core/chunk.ts';
import type { CallMaker } from './retrieval.ts';

export interface Entities {
  /** Most alike first; fewer than `first` only when the index ends. Throws BAD_REQUEST for an unknown index. */
  similar(query: SimilarQuery): Promise<readonly EntityRef[]>;
  /** Begins to build the indexes and to keep them fresh. */
  start(): void;
  stop(): Promise<void>;
  /** Looks at every index now; resolves when they are as fresh as the graph. */
  refresh(signal: AbortSignal): Promise<void>;
}

export interface SimilarQuery {
  readonly index: string;
  readonly text: string;
  readonly first: number;
  /** The entity that asks, which is most alike itself: its key fields are in it. */
  readonly except: unknown;
  readonly principal: Principal;
  readonly signal: AbortSignal;
  /** The operation's context, for the visibility test. */
  readonly context: unknown;
  readonly callFor: CallMaker;
}

/** Asks the graph which of the references the caller of the operation may see, in their order. */
export type VisibilityTest = (refs: readonly EntityRef[], context: unknown, signal: AbortSignal) => Promise<readonly boolean[]>;
