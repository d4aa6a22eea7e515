/** Collections, the documents that are ingested at the start, and limits of ingestion. */
import { usualWorkerLimits } from '../../retrieval/ingestion/ingestion-worker.ts';
import { usualQueueLimits } from '../../retrieval/ingestion/room.ts';
import { listOf } from '../kinds/composed.ts';
import { amount, wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { leafOf, mustBe, type NameOf, needed } from '../kinds/setting.ts';
import { file, nameOf, text } from '../kinds/texts.ts';

/** `whole-rules.ts` reports in one sentence whether the route exists and whether it can embed. */
const embeddingRoute = leafOf<NameOf<'routes'>, undefined>(
  { type: 'text', accepted: 'the name of a route with a deployment that embeds' },
  { otherwise: '`embedding`' },
  (value) => (typeof value === 'string' ? null : mustBe('the name of a route')),
);

/** Without `readers` everybody may read the collection, so a misspelt setting is refused. */
export const collectionSection = section('collections.<name>', {
  /** Teams, ids of principals, or `*` for everyone with the scope to search. */
  readers: listOf(text(), { otherwise: '`*`' }),
  /** The same for callers who ingest and delete. */
  writers: listOf(text(), { otherwise: '`*`' }),
  /** Route that embeds passages and questions. Its model is the embedding model of the collection. */
  embeddingRoute,
  /**
   * How far the vector of a passage must stand out for the passage to be relevant: 0 is the similarity of any passage of the collection, 1 is an
   * identical text.
   */
  similarityFloor: amount({ max: 1, otherwise: 'measured on the collection' }),
});

export const documentSection = section('documents.<n>', {
  /** The collection that receives the documents. */
  collection: needed(nameOf('collections')),
  /** Files and folders. Unchanged files cost nothing. */
  paths: needed(listOf(file())),
});

export const retrievalSection = section('retrieval', {
  /** Maximum number of sources in the queue per owner. The gateway's own work (`documents`, `fieldgate ingest`) has no maximum. */
  maxQueuedSources: wholeNumber({ default: usualQueueLimits.maxQueuedSources }),
  /** Maximum size of these sources, as they were sent. */
  maxQueuedBytes: wholeNumber({ unit: 'bytes', accepted: 'a whole number above 0', default: usualQueueLimits.maxQueuedBytes }),
  /** Maximum number of sources of all owners in progress at the same time. Most of that time is spent waiting for models. */
  maxSourcesAtOnce: wholeNumber({ default: usualWorkerLimits.maxSourcesAtOnce }),
  /** The same per team. One owner always has one in progress, in the order in which they were sent. */
  maxSourcesAtOncePerTeam: wholeNumber({ default: usualWorkerLimits.maxSourcesAtOncePerTeam }),
});
