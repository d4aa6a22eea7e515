/** Finds the entities of an index by words and by vector, as far as the caller may see them. */
import type { Handlers } from '../../core/call/call.ts';
import type { EntityRef } from '../../core/chunk.ts';
import { canonicalJson } from '../../core/json/canonical-json.ts';
import type { Passages } from '../../storage/passages/passages.ts';
import type { Collection } from '../collections.ts';
import { type FusedHit, mergeRankings } from '../search/merge-rankings.ts';
import { shownFrom } from '../search/relevance.ts';
import { queryVector } from '../search/search.ts';
import type { EntityHit, EntityIndexOptions, Fields, FoundEntities, SimilarQuery, VisibilityTest } from './entities.ts';
import { collectionOfIndex, maxCharacters } from './entity-refresh.ts';
import { isWithheld, type Shape } from './entity-shape.ts';

export interface Finding {
  readonly passages: Passages;
  readonly handle: Handlers;
  readonly visible: VisibilityTest;
}

/** Hits ranked at a time: few callers need the later ones, and none is shown more than the last. */
const depths = [60, 250, 1_000];

export async function findEntities(finding: Finding, index: EntityIndexOptions, query: SimilarQuery): Promise<FoundEntities> {
  const { passages, handle, visible } = finding;
  const { text, first, signal, context, callFor, embed } = query;
  const collection: Collection = {
    name: collectionOfIndex(index.name),
    embeddingRoute: index.embeddingRoute,
    embeddingModel: index.embeddingModel,
    similarityFloor: index.similarityFloor ?? null,
  };
  const itself = isFields(query.except) ? index.keyOf(query.except) : null;
  const looked = new Set(itself === null ? [] : [canonicalJson(itself)]);
  const { vector, warnings } = await queryVector(handle, collection, {
    query: text,
    signal,
    callFor,
    ...(embed === undefined ? {} : { embed }),
  });
  const hits: EntityHit[] = [];
  let window = 2 * first;
  for (const depth of depths) {
    const words = await passages.byWords(collection.name, text, depth);
    const vectors = vector === null ? null : await passages.byVector(collection.name, vector, depth, collection.embeddingModel);
    const ranked = mergeRankings(words, vectors, collection.similarityFloor).filter(
      ({ relevance, passage }) => relevance >= shownFrom && !looked.has(passage.source.id),
    );
    for (let at = 0; at < ranked.length && hits.length < first; ) {
      const shown = ranked.slice(at, at + window);
      at += shown.length;
      window *= 2;
      for (const { passage } of shown) looked.add(passage.source.id);
      const seen = await visible(
        index,
        shown.map((hit) => refOf(index, hit)),
        context,
        signal,
      );
      hits.push(...shown.flatMap((hit, position) => hitOf(index, hit, seen[position] ?? null)));
    }
    if (hits.length >= first || (words.length < depth && (vectors?.length ?? 0) < depth)) break;
  }
  return { hits: hits.slice(0, first), warnings };
}

function hitOf(index: EntityIndexOptions, hit: FusedHit, seen: Fields | null): EntityHit[] {
  const { shape } = hit.passage.source.metadata as Stored;
  if (seen === null || isWithheld(shape, seen)) return [];
  return [{ entity: refOf(index, hit), text: index.textOf(seen).slice(0, maxCharacters), score: hit.score, relevance: hit.relevance }];
}

/** Metadata of an index's sources, as `entity-refresh.ts` writes them. */
interface Stored {
  readonly key: Fields;
  readonly shape: Shape;
}

const refOf = ({ typeName }: EntityIndexOptions, { passage }: FusedHit): EntityRef => ({
  typeName,
  key: (passage.source.metadata as Stored).key,
});

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
