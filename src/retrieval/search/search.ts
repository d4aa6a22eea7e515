import type { Handlers } from '../../core/call/call.ts';
import { asGatewayError, type ErrorCode } from '../../core/errors.ts';
import { throwIfAborted } from '../../core/turns/abort.ts';
import { waitInLine } from '../../core/turns/turns.ts';
import type { Passages } from '../../storage/passages/passages.ts';
import type { Collection } from '../collections.ts';
import type { SimilarQuery } from '../entities/entities.ts';
import { embedded } from '../ingestion/embed.ts';
import type { Search } from '../retrieval.ts';
import { diversify, type FusedHit, mergeRankings } from './merge-rankings.ts';
import { shownFrom } from './relevance.ts';

export interface Found {
  /** Best first. */
  readonly hits: readonly FusedHit[];
  readonly warnings: readonly string[];
}

const candidates = 50;

/** Failures of a provider, not of the caller: search by words goes on without it. */
const outages: ReadonlySet<ErrorCode> = new Set(['MODEL_UNAVAILABLE', 'TIMEOUT', 'STREAM_STALLED', 'INVALID_OUTPUT']);

/**
 * Passages by words and by vector, fused by rank. When no embedding model answers, words alone have to do, with a warning;
 * a refusal that is the caller's (a budget, a limit, a guardrail) is thrown.
 */
export async function searchPassages(
  passages: Passages,
  handle: Handlers,
  collection: Collection,
  { query, first, signal, callFor }: Omit<Search, 'collection' | 'principal'>,
): Promise<Found> {
  const byWords = await passages.byWords(collection.name, query, candidates);
  // Either takes some 10 ms of this thread in a large collection.
  await waitInLine();
  const { vector, warnings } = await queryVector(handle, collection, { query, signal, callFor });
  const vectors = vector === null ? null : await passages.byVector(collection.name, vector, candidates, collection.embeddingModel);
  throwIfAborted(signal);
  const hits = mergeRankings(byWords, vectors, collection.similarityFloor).filter((hit) => hit.relevance >= shownFrom);
  return { hits: diversify(hits, first), warnings };
}

/** What the query is compared by; null, with a warning, when no embedding model answers. */
export async function queryVector(
  handle: Handlers,
  { embeddingRoute }: Collection,
  { query, signal, callFor, embed }: Pick<Search, 'query' | 'signal' | 'callFor'> & Pick<SimilarQuery, 'embed'>,
): Promise<{ readonly vector: Float32Array | null; readonly warnings: readonly string[] }> {
  try {
    if (embed !== undefined) return { vector: await embed(query, embeddingRoute), warnings: [] };
    const call = await callFor({ route: embeddingRoute, signal, purpose: 'search' });
    const [vector] = await embedded([query], handle, call);
    return { vector: vector ?? null, warnings: [] };
  } catch (error) {
    const { code, details } = asGatewayError(error);
    if (signal.aborted || !outages.has(code) || details.about === 'gateway') throw error;
    return { vector: null, warnings: [`Searched by words alone: the embedding route "${embeddingRoute}" did not answer (${code}).`] };
  }
}
