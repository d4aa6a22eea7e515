/**
 * Updates one index, page by page through the graph, so that memory holds one page, one batch and the keys.
 *
 * Every batch is stored as soon as it is embedded. A crash or a failure loses at most one batch, and the next update
 * continues there, because stored and unchanged entities cost nothing.
 */
import { createHash } from 'node:crypto';
import type { Handlers, Principal } from '../../core/call/call.ts';
import type { Source } from '../../core/chunk.ts';
import { asGatewayError, type ErrorCode, GatewayError } from '../../core/errors.ts';
import { canonicalJson } from '../../core/json/canonical-json.ts';
import { abortError, throwIfAborted } from '../../core/turns/abort.ts';
import type { Passages } from '../../storage/passages/passages.ts';
import { embedded } from '../ingestion/embed.ts';
import type { IngestCallMaker } from '../ingestion/source.ts';
import type { EntityIndexOptions, EntityPager, Fields } from './entities.ts';
import { shapeOf } from './entity-shape.ts';

export interface Refreshing {
  readonly passages: Passages;
  readonly handle: Handlers;
  readonly callFor: IngestCallMaker;
  readonly principal: Principal;
  readonly page: EntityPager;
  /** Called with what was left out. The rest of the update goes on. */
  readonly onFailure: (error: GatewayError, index: string) => void;
  /** Maximum number of entities of one index. Those beyond it are left out, with a warning. */
  readonly maxEntities: number;
  /** Texts embedded by one call. */
  readonly textsPerCall: number;
}

/** The name under which the index is stored. No collection of the configuration may have such a name. */
export const collectionOfIndex = (index: string): string => `index:${index}`;

/** The version of the stored form. Raise it when the same entity is stored in another form. */
const version = 1;
/**
 * UTF-16 units of an entity's text that are embedded, searched and shown to a model: as many as a passage has
 * (`../ingestion/chunk-document.ts`).
 */
export const maxCharacters = 1_500;
const sourcesPerRead = 1_000;
/** Codes of failures that are about one text and not about the model, so the others of its batch may succeed. */
const ofOneText: ReadonlySet<ErrorCode> = new Set(['GUARDRAIL_BLOCKED', 'CONTEXT_TOO_LONG', 'BAD_REQUEST', 'INVALID_OUTPUT']);

interface Fresh {
  readonly id: string;
  readonly key: Fields;
  readonly text: string;
  readonly digest: string;
  readonly entity: Fields;
}

/** Throws what the pager and the handler throw. The batches that were stored until then stay. */
export async function refreshIndex(refreshing: Refreshing, index: EntityIndexOptions, signal: AbortSignal): Promise<void> {
  const { passages, page, maxEntities, textsPerCall, onFailure } = refreshing;
  const collection = collectionOfIndex(index.name);
  const seen = new Set<string>();
  let waiting: Fresh[] = [];
  let whole = true;
  let after: string | null = null;
  do {
    const { entities, next, partial } = await page(index, after, signal);
    throwIfAborted(signal);
    const before = seen.size;
    for (const entity of entities) {
      const fresh = freshOf(index, entity);
      if (fresh === null || seen.has(fresh.id)) continue;
      if (seen.size >= maxEntities) {
        onFailure(
          new GatewayError('BAD_REQUEST', `"${index.from}" has more than ${maxEntities} entities; the first are indexed.`),
          index.name,
        );
        whole = false;
        break;
      }
      seen.add(fresh.id);
      if ((await passages.digest(collection, fresh.id)) !== fresh.digest) waiting.push(fresh);
    }
    whole &&= !partial;
    while (waiting.length >= textsPerCall) {
      await store(refreshing, index, waiting.slice(0, textsPerCall), signal);
      waiting = waiting.slice(textsPerCall);
    }
    // A page that repeats an earlier one means that the list began again: entities that did not come may still exist.
    if (seen.size === before && entities.length > 0 && next !== null) whole = false;
    after = seen.size === before || seen.size >= maxEntities ? null : next;
  } while (after !== null);
  if (waiting.length > 0) await store(refreshing, index, waiting, signal);
  if (whole) await forget(passages, collection, seen, signal);
}

/** Deletes the entities that were not seen in this update. */
async function forget(passages: Passages, collection: string, seen: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
  let last: string | null = null;
  do {
    const stored: readonly Source[] = await passages.sources(collection, { first: sourcesPerRead, after: last });
    for (const { id } of stored) {
      throwIfAborted(signal);
      if (!seen.has(id)) await passages.deleteSource(collection, id);
    }
    last = stored.length < sourcesPerRead ? null : (stored.at(-1)?.id ?? null);
  } while (last !== null);
}

function freshOf(index: EntityIndexOptions, entity: Fields): Fresh | null {
  const key = index.keyOf(entity);
  const text = index.textOf(entity).trim().slice(0, maxCharacters);
  if (key === null || !/[\p{L}\p{N}]/u.test(text)) return null;
  const settings = canonicalJson([version, index.embeddingModel, index.typeName, shapeOf(entity), text]);
  return { id: canonicalJson(key), key, text, digest: createHash('sha256').update(settings).digest('base64url'), entity };
}

async function store(refreshing: Refreshing, index: EntityIndexOptions, batch: readonly Fresh[], signal: AbortSignal): Promise<void> {
  const { passages, onFailure } = refreshing;
  const collection = collectionOfIndex(index.name);
  let vectors: readonly Float32Array[];
  try {
    vectors = await vectorsOf(refreshing, index, batch, signal);
  } catch (error) {
    const failure = asGatewayError(error);
    if (signal.aborted) throw abortError(signal);
    if (!ofOneText.has(failure.code)) throw failure;
    if (batch.length > 1) {
      for (const one of batch) await store(refreshing, index, [one], signal);
      return;
    }
    onFailure(failure, index.name);
    // The text of the entity has changed.
    for (const { id } of batch) await passages.deleteSource(collection, id);
    return;
  }
  for (const [position, { id, key, text, digest, entity }] of batch.entries()) {
    throwIfAborted(signal);
    await passages.put(
      {
        id,
        title: null,
        collection,
        metadata: { key, shape: shapeOf(entity) },
        mediaType: 'text/plain',
        digest,
        embeddingModel: index.embeddingModel,
      },
      [{ text, start: 0, end: text.length, headings: [], vector: vectors[position] ?? null }],
    );
  }
}

async function vectorsOf(
  { handle, callFor, principal }: Refreshing,
  { name, embeddingRoute }: EntityIndexOptions,
  batch: readonly Fresh[],
  signal: AbortSignal,
): Promise<readonly Float32Array[]> {
  const call = await callFor({ coordinate: `Index.${name}`, route: embeddingRoute, principal, signal });
  try {
    return await embedded(
      batch.map(({ text }) => text),
      handle,
      call,
    );
  } finally {
    await call.hold.release();
  }
}
