import type { Passage, Source } from '../../core/chunk.ts';

/** Collections of sources, cut into passages that can be found by words and by vector. */
export interface Passages {
  /**
   * Replaces the source and all its passages at once: readers see the one before until all of this one is written. Other
   * writers get in between. Throws TIMEOUT when it was held up for so long that the parts written until then were swept.
   */
  put(source: StoredSource, passages: readonly NewPassage[]): Promise<void>;
  /** Digest of the source as last stored: an unchanged one need not be embedded again. Null when there is none. */
  digest(collection: string, sourceId: string): Promise<string | null>;
  deleteSource(collection: string, sourceId: string): Promise<boolean>;
  /** Removes what processes that died had written in part, or not yet removed. */
  sweep(): Promise<void>;
  collections(): Promise<readonly CollectionState[]>;
  /** By id, in code-point order: those behind `after`, and up to `first` of them. */
  sources(collection: string, page?: SourcePage): Promise<readonly Source[]>;
  source(collection: string, sourceId: string): Promise<Source | null>;
  /** Null when there is no such source. */
  sourceSize(collection: string, sourceId: string): Promise<SourceSize | null>;
  /** Those that lie in the range, or reach into it, in the order of the text; at most `first`. */
  passagesOf(collection: string, sourceId: string, range: TextRange): Promise<readonly Passage[]>;
  /** By BM25, best first. The query is words, never the syntax of a search engine. */
  byWords(collection: string, query: string, most: number): Promise<readonly WordHit[]>;
  /**
   * By cosine, best first: sign bits in memory, then exact rescoring. Vectors of another length are ignored, and those of
   * another model when one is named.
   */
  byVector(collection: string, vector: Float32Array, most: number, embeddingModel?: string): Promise<readonly VectorHit[]>;
}

export interface SourcePage {
  /** Default: all. */
  readonly first?: number;
  /** The id of the last one of the page before. Default: from the beginning. */
  readonly after?: string | null;
}

/** UTF-16 offsets into the source's extracted text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
  readonly first: number;
}

export interface SourceSize {
  readonly mediaType: string;
  readonly passages: number;
  /** Where the last passage ends, in UTF-16 units. */
  readonly length: number;
}

export interface StoredSource extends Source {
  readonly mediaType: string;
  readonly digest: string;
  readonly embeddingModel: string;
}

export interface NewPassage {
  readonly text: string;
  /** UTF-16 offsets into the source's extracted text. */
  readonly start: number;
  readonly end: number;
  /** Headings above it, outermost first: searched with the passage, not quoted. */
  readonly headings: readonly string[];
  readonly vector: Float32Array | null;
}

export interface PassageHit {
  readonly passage: Passage;
  readonly score: number;
  readonly vector: Float32Array | null;
}

export interface WordHit extends PassageHit {
  /**
   * Share of the query that the passage (or its title or headings) contains, 0 to 1: words without function words, each
   * weighing its inverse document frequency in the collection, so that a word the collection does not know weighs most.
   */
  readonly coverage: number;
}

export interface VectorHit extends PassageHit {
  /** Median cosine of the query with passages from all over the collection: what "not related" looks like. 0 for fewer than 8. */
  readonly background: number;
}

export interface CollectionState {
  readonly name: string;
  readonly sources: number;
  readonly passages: number;
  readonly embeddingModel: string;
}
