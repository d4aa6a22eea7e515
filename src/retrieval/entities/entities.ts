/**
 * Searches other teams' entities by their text.
 *
 * An index holds text and keys, never permissions: only the entity's own subgraph knows who may see it. Every hit is
 * therefore requested from the graph under the caller's own headers before it is returned or put into a prompt, and more
 * hits are taken until enough visible ones are found. Prompts contain what the graph returned to the caller, not what the
 * index stored.
 */
import type { Principal } from '../../core/call/call.ts';
import type { EntityRef } from '../../core/chunk.ts';
import type { CallMaker } from '../retrieval.ts';

export interface Entities {
  /**
   * Most alike first; fewer than `first` only when no more of the first 1,000 are alike and visible. Throws BAD_REQUEST for an unknown
   * index.
   */
  similar(query: SimilarQuery): Promise<readonly EntityRef[]>;
  /** Whether there is an index of that name. */
  has(index: string): boolean;
  /** The hits of `similar` with texts and scores, for search and answers. */
  find(query: SimilarQuery): Promise<FoundEntities>;
  /** Begins to build the indexes and to keep them fresh. */
  start(): void;
  stop(): Promise<void>;
  /**
   * Looks at every index now; resolves when they are as fresh as the graph. Rejects with the first failure when all were
   * tried: what could not be done is done at a later look.
   */
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
  /** How the text becomes a vector, where many queries of one operation go out as one batch. Default: a call of its own. */
  readonly embed?: (text: string, route: string) => Promise<Float32Array>;
}

export interface FoundEntities {
  /** Best first. */
  readonly hits: readonly EntityHit[];
  /** Warnings, such as: no embedding model answered, so only words were searched. */
  readonly warnings: readonly string[];
}

export interface EntityHit {
  readonly entity: EntityRef;
  /** The text of the entity, made of the fields that the caller may see now. It is at most as long as a passage. */
  readonly text: string;
  /** 0 to 1, by rank alone. */
  readonly score: number;
  /** From 1 on, the entity may answer the question: see `../search/relevance.ts`. */
  readonly relevance: number;
}

export type Fields = Readonly<Record<string, unknown>>;

/** What an index reads of which entities, in GraphQL's words. */
export interface IndexedType {
  readonly typeName: string;
  /** Selection of one `@key`, such as `id` or `sku region { code }`. */
  readonly key: string;
  /** All that `textOf` reads, such as `name brand { country }`. Key fields need not be in it. */
  readonly selection: string;
  /** The root list that has them all. */
  readonly from: string;
}

export interface EntityIndexOptions extends IndexedType {
  readonly name: string;
  /** Key fields and nothing else; null when one is missing. */
  keyOf(entity: Fields): Fields | null;
  /** What is embedded and searched. An empty text keeps the entity out of the index. */
  textOf(entity: Fields): string;
  readonly embeddingRoute: string;
  /** Of that route's deployments: texts of another model are embedded anew. */
  readonly embeddingModel: string;
  /** See `../collections.ts`. */
  readonly similarityFloor?: number;
}

export interface EntityPage {
  readonly entities: readonly Fields[];
  /** Where the next page begins. Only the pager reads it. Null: this is the last page. */
  readonly next: string | null;
  /** Errors removed entities of this page, so the missing ones are not known to be gone. */
  readonly partial: boolean;
}

/** One page of the index's root list, as the gateway itself may see it. */
export type EntityPager = (index: IndexedType, after: string | null, signal: AbortSignal) => Promise<EntityPage>;

/**
 * Asks the graph, as the caller of the operation, for each of the references, in their order: null for one that the caller
 * may not see, else the fields of the selection (and the key) as the caller sees them. Fields that no subgraph can be asked
 * for directly are missing. Throws when the graph cannot be asked: nothing is shown unseen.
 */
export type VisibilityTest = (
  index: IndexedType,
  refs: readonly EntityRef[],
  context: unknown,
  signal: AbortSignal,
) => Promise<readonly (Fields | null)[]>;
