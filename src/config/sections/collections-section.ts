/** Collections, the documents that are read into them at the start, and how much ingestion there may be. */
import { usualWorkerLimits } from '../../retrieval/ingestion/ingestion-worker.ts';
import { usualQueueLimits } from '../../retrieval/ingestion/room.ts';
import { listOf } from '../kinds/composed.ts';
import { amount, wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { leafOf, mustBe, type NameOf, needed } from '../kinds/setting.ts';
import { file, nameOf, text } from '../kinds/texts.ts';

/** `whole-rules.ts` reports in one sentence whether the route exists and whether it embeds. */
const embeddingRoute = leafOf<NameOf<'routes'>, undefined>(
  { type: 'text', accepted: 'the name of a route with a deployment that embeds' },
  { otherwise: '`embedding`' },
  (value) => (typeof value === 'string' ? null : mustBe('the name of a route')),
);

/** A collection without `readers` is everybody's, so that none may go by a wrong name. */
export const collectionSection = section('collections.<name>', {
  /** Teams, principals by id, or `*` for everyone with the scope to search. */
  readers: listOf(text(), { otherwise: '`*`' }),
  /** The same for ingesting and deleting. */
  writers: listOf(text(), { otherwise: '`*`' }),
  /** Route that embeds passages and questions. Its embedding model is the collection's. */
  embeddingRoute,
  /**
   * How far a passage must stand out by its vector to count as relevant: the part of the way from the similarity of any passage of
   * the collection (0) to an identical text (1).
   */
  similarityFloor: amount({ max: 1, otherwise: 'measured on the collection' }),
});

export const documentSection = section('documents.<n>', {
  /** The collection that the documents are read into. */
  collection: needed(nameOf('collections')),
  /** Files and folders. Unchanged ones cost nothing. */
  paths: needed(listOf(file())),
});

export const retrievalSection = section('retrieval', {
  /** Sources that one owner may have in the queue. The gateway's own work (`documents`, `fieldgate ingest`) has no bound. */
  maxQueuedSources: wholeNumber({ default: usualQueueLimits.maxQueuedSources }),
  /** Bytes of these sources, as they are sent. */
  maxQueuedBytes: wholeNumber({ unit: 'bytes', accepted: 'a whole number above 0', default: usualQueueLimits.maxQueuedBytes }),
  /** Sources of all owners that are worked on at a time: most of it is waiting for models. */
  maxSourcesAtOnce: wholeNumber({ default: usualWorkerLimits.maxSourcesAtOnce }),
  /** Of these, those of one team; of one owner it is always one, in the order in which they were sent. */
  maxSourcesAtOncePerTeam: wholeNumber({ default: usualWorkerLimits.maxSourcesAtOncePerTeam }),
});
