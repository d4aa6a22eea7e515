/** Ingests one source: reads, cuts, embeds and stores it, or skips it when nothing about it has changed. */
import { createHash } from 'node:crypto';
import { type Call, type Handlers, type Principal, tenantOf } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import { turnsOf } from '../../core/turns/turns.ts';
import type { NewPassage, Passages } from '../../storage/passages/passages.ts';
import type { Collection } from '../collections.ts';
import type { Documents } from '../documents/documents.ts';
import { mediaTypeOf, mediaTypes } from '../documents/media-type.ts';
import type { NewSource } from '../retrieval.ts';
import { type CutPassage, cuttingVersion } from './chunk-document.ts';
import { embedded } from './embed.ts';

/** Makes the Call of one batch of embeddings. Its hold is released when the batch is done. */
export type IngestCallMaker = (want: {
  readonly coordinate: string;
  readonly route: string;
  readonly principal: Principal;
  readonly signal: AbortSignal;
}) => Call | Promise<Call>;

export interface SourceIngestion {
  readonly passages: Passages;
  readonly documents: Documents;
  readonly handle: Handlers;
  readonly callFor: IngestCallMaker;
  readonly limits: IngestLimits;
}

export interface IngestLimits {
  /** Bytes of one source as it is sent. */
  readonly sourceBytes: number;
  readonly passagesPerSource: number;
  /** Texts embedded by one call. */
  readonly textsPerCall: number;
}

export const usualLimits: IngestLimits = { sourceBytes: 20_000_000, passagesPerSource: 5_000, textsPerCall: 64 };

/** Vectors of a source that needs several calls, kept while it waits for its next: they are paid for. */
export interface Drafts {
  find(name: string): Promise<Uint8Array | null>;
  keep(name: string, vectors: Uint8Array): Promise<void>;
}

const noDrafts: Drafts = { find: async () => null, keep: async () => {} };

/** Throws GatewayError with a sentence about the source for what cannot be kept, and what the handler throws. */
export async function ingestSource(
  { passages, documents, handle, callFor, limits }: SourceIngestion,
  collection: Collection,
  principal: Principal,
  source: NewSource,
  signal: AbortSignal,
  drafts: Drafts = noDrafts,
): Promise<'stored' | 'unchanged'> {
  const mediaType = mediaTypeOf(source.mediaType);
  if (mediaType === null) {
    throw new GatewayError('BAD_REQUEST', `"${source.mediaType.slice(0, 80)}" cannot be read. Media types: ${mediaTypes.join(', ')}.`);
  }
  const bytes = bytesOf(source);
  if (bytes.length > limits.sourceBytes) {
    throw new GatewayError('BAD_REQUEST', `It has ${bytes.length} bytes; a source may have ${limits.sourceBytes}. Split it.`);
  }
  const digest = digestOf(source, bytes, collection.embeddingModel);
  if ((await passages.digest(collection.name, source.id)) === digest) return 'unchanged';
  const charset = source.text === null ? charsetOf(source.mediaType) : 'utf-8';
  const read = await documents.read({ mediaType, charset, bytes }, limits.passagesPerSource, tenantOf(principal), signal);
  const title = source.title ?? read.title;
  const vectorsOf = async (texts: readonly string[]): Promise<readonly Float32Array[]> => {
    const call = await callFor({ coordinate: 'Mutation.ingest', route: collection.embeddingRoute, principal, signal });
    try {
      return await embedded(texts, handle, call);
    } finally {
      await call.hold.release();
    }
  };
  const pieces = read.passages;
  const stored: NewPassage[] = [];
  // A model in this process answers without any wait.
  const turns = turnsOf({ unitsPerTurn: limits.textsPerCall, signal });
  for (let start = 0; start < pieces.length; start += limits.textsPerCall) {
    const batch = pieces.slice(start, start + limits.textsPerCall);
    const name = `${digest} ${start} ${batch.length}`;
    const kept = unpacked(await drafts.find(name), batch.length);
    const texts = batch.map((piece) => searchedText(piece, title));
    const vectors = kept ?? (await vectorsOf(texts));
    // A source of one call is whole with it, and stored.
    if (kept === null && batch.length < pieces.length) await drafts.keep(name, packed(vectors));
    stored.push(...batch.map((piece, index): NewPassage => ({ ...piece, vector: vectors[index] ?? null })));
    await turns.spend(batch.length);
  }
  const { id, metadata } = source;
  const { name, embeddingModel } = collection;
  await passages.put({ id, title, collection: name, metadata, mediaType, digest, embeddingModel }, stored);
  return 'stored';
}

/** A passage is embedded with what stands above it: "Two days." alone says nothing. */
function searchedText({ text, headings }: CutPassage, title: string | null): string {
  const above = [title, ...headings].filter((line, index, all) => line !== null && line !== '' && all.indexOf(line) === index);
  return above.length === 0 ? text : `${above.join(' › ')}\n${text}`;
}

/** All of one length, as `embedded` gives them. */
function packed(vectors: readonly Float32Array[]): Uint8Array {
  return Buffer.concat(vectors.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)));
}

function unpacked(kept: Uint8Array | null, count: number): readonly Float32Array[] | null {
  const length = (kept?.length ?? 0) / count / Float32Array.BYTES_PER_ELEMENT;
  if (kept === null || !Number.isInteger(length) || length === 0) return null;
  const all = new Float32Array(Uint8Array.from(kept).buffer);
  return Array.from({ length: count }, (_, index) => all.subarray(index * length, (index + 1) * length));
}

const bytesOf = ({ text, base64 }: NewSource): Uint8Array => (text === null ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text));

const charsetOf = (mediaType: string): string | null => /;\s*charset\s*=\s*"?([\w-]+)/i.exec(mediaType)?.[1] ?? null;

function digestOf({ title, mediaType, metadata }: NewSource, bytes: Uint8Array, embeddingModel: string): string {
  const settings = JSON.stringify([cuttingVersion, embeddingModel, mediaType, title, metadata ?? null]);
  return createHash('sha256').update(settings).update('\0').update(bytes).digest('base64url');
}
