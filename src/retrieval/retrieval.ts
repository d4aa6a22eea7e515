/**
 * Retrieval: searches documents and answers questions from them with citations. This is the interface that the graph uses.
 *
 * Retrieval is not part of the pipeline. It gets the Handlers and, for each request to a model, a Call.
 */
import type { Said } from '../core/batch.ts';
import type { Call, Principal } from '../core/call/call.ts';
import type { EntityRef, Passage } from '../core/chunk.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { CollectionState } from '../storage/passages/passages.ts';

export interface Retrieval {
  /** Collections that the principal may read, in the order of the configuration, including empty ones. */
  collections(principal: Principal): Promise<readonly CollectionState[]>;
  /** Throws BAD_REQUEST with the collections that may be read, and what the handler throws. */
  search(search: Search): Promise<SearchResult>;
  /** Resolves when the passages are found; a model is asked for the answer at the first pull of `chunks`, never for a `no-answer`. */
  answer(question: Question): Promise<Answer>;
  /**
   * Queues the sources and returns at once. Refuses the whole request where no source could be kept, BAD_REQUEST or FORBIDDEN, and where
   * the owner has too much queued, RATE_LIMITED.
   */
  ingest(request: IngestRequest): Promise<IngestionState>;
  /** Null when there is none, or it is another principal's. */
  ingestion(id: string, principal: Principal): Promise<IngestionState | null>;
  /** The principal's own, of the last 7 days, the newest first. Throws BAD_REQUEST or FORBIDDEN for a collection that it may not write. */
  ingestions(collection: string, first: number, principal: Principal): Promise<readonly IngestionState[]>;
  /** Each state from now on, the terminal one last. Throws BAD_REQUEST where {@link Retrieval.ingestion} gives null. */
  followIngestion(id: string, principal: Principal, signal: AbortSignal): AsyncIterableIterator<IngestionState>;
  /** False when there was no such source. */
  deleteSource(principal: Principal, collection: string, sourceId: string): Promise<boolean>;
  /** Begins to work on queued ingestions, also those that a dead process left. */
  start(): void;
  /** Stops working; what is unfinished goes on at the next start. */
  stop(): Promise<void>;
}

/** Makes the Call of one request to a model for the field that asked, so that all of them are booked there. */
export type CallMaker = (want: {
  readonly route: string;
  readonly signal: AbortSignal;
  /** `search` embeds the question, `answer` writes: one route may do both. */
  readonly purpose: 'search' | 'answer';
}) => Call | Promise<Call>;

export interface Search {
  /** Name of a collection, or of an index of entities: of these, only what the caller may see is found. */
  readonly collection: string;
  readonly query: string;
  /** 1 to 50. */
  readonly first: number;
  readonly principal: Principal;
  readonly signal: AbortSignal;
  /** Asked once, with the collection's embedding route. */
  readonly callFor: CallMaker;
  /** The operation's context: an index of entities asks the graph with it what the caller may see. */
  readonly context?: unknown;
}

export interface SearchResult {
  readonly hits: readonly SearchHit[];
  /** Warnings, such as: the vectors could not be compared, because no embedding model answered. */
  readonly warnings: readonly string[];
}

export interface SearchHit {
  /** 0 to 1, by rank alone: 1 is first by words and first by vector. Comparable within one result only. */
  readonly score: number;
  /** Null for a hit in an index of entities. */
  readonly passage: Passage | null;
  /** Null for a hit in a collection of documents. */
  readonly entity: EntityRef | null;
}

export interface Question {
  /** Name of a collection, or of an index of entities: of these, only what the caller may see gets into the prompt. */
  readonly collection: string;
  readonly question: string;
  /** The question as the model is shown it: with other people's text in it quoted as data. Default: as it is searched for. */
  readonly shown?: string;
  /** Route of the answer. */
  readonly route: string;
  /** Passages shown to the model, 1 to 50. */
  readonly first: number;
  readonly maxOutputTokens: number | null;
  readonly principal: Principal;
  readonly signal: AbortSignal;
  /** Asked twice: with the collection's embedding route, then with `route`. */
  readonly callFor: CallMaker;
  /** The operation's context: an index of entities asks the graph with it what the caller may see. */
  readonly context?: unknown;
}

/** Text as it comes, each citation behind the text that completes its marker, warnings, and at the end `finish`. */
export type Answer =
  | { readonly kind: 'answer'; readonly chunks: AsyncIterable<Said> }
  | { readonly kind: 'no-answer'; readonly message: string };

/** An answer as a stream whatever its kind, for a run: nothing relevant is a text that says so, without citations. */
export async function* answerChunks(answer: () => Promise<Answer>): AsyncGenerator<Said, void, undefined> {
  const found = await answer();
  if (found.kind === 'answer') {
    yield* found.chunks;
    return;
  }
  yield { type: 'text', text: found.message };
  yield { type: 'finish', reason: 'stop' };
}

export interface IngestRequest {
  readonly principal: Principal;
  readonly collection: string;
  readonly sources: readonly NewSource[];
}

/** Exactly one of `text` and `base64`. */
export interface NewSource {
  readonly id: string;
  readonly title: string | null;
  /** `text/markdown`, `text/plain`, `text/html`, `application/pdf` or the one of DOCX. */
  readonly mediaType: string;
  readonly text: string | null;
  readonly base64: string | null;
  /** JSON data, kept with the source. */
  readonly metadata: unknown;
}

export interface IngestionState {
  readonly id: string;
  /** Null: it is older than this was kept. */
  readonly collection: string | null;
  /** When it was asked for, in milliseconds since 1970, UTC. */
  readonly startedAt: number;
  readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED';
  /** Sources finished, whichever way: equals `total` at the end. */
  readonly done: number;
  readonly total: number;
  /** Sources of `done` that were stored already without a change, so they cost nothing. */
  readonly unchanged: number;
  /** Sources of `done` that were refused, each with a sentence that says why. */
  readonly failed: readonly SourceFailure[];
  /** Why it ended before all sources were dealt with; null while it runs and when it has completed. */
  readonly failure: IngestionFailure | null;
}

export interface IngestionFailure {
  readonly code: ErrorCode;
  readonly message: string;
  /** The errorId under which the log has the cause. */
  readonly errorId: string;
}

export interface SourceFailure {
  readonly sourceId: string;
  readonly message: string;
}
