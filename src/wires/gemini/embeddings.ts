/**
 * Gemini's `embedContent` for one text and `batchEmbedContents` for more, both ways. The model stands in the path; a door adds it
 * to the body as `model`.
 */
import type { Usage } from '../../core/money.ts';
import type { EmbeddingRequest } from '../../core/request/request.ts';
import { isObject, type JsonObject, listOf, objectOf, textOf } from '../json-fields.ts';
import type { EncodedRequest } from '../wire.ts';
import { WireFailure } from '../wire-failure.ts';
import { usageMetadataOf, usageOf, withCounts } from './counted-usage.ts';
import { failureIn } from './failures.ts';
import { pathOf } from './request/model-family.ts';
import { refusalAt } from './request/read-request-body.ts';

/** Texts in one request (ai.google.dev/api/embeddings). */
export const maxEmbeddedTexts = 100;

export interface Embeddings {
  /** One vector for each text, in the order of the texts. */
  readonly vectors: readonly Float32Array[];
  /** Null when nothing was counted, which is usual on this wire. */
  readonly usage: Usage | null;
}

export interface DecodedEmbeddingRequest {
  readonly model: string;
  readonly request: EmbeddingRequest;
}

const nameOf = (path: unknown): string => textOf(path).replace(/^models\//, '');

/** The name of the method in the path. */
export const embeddingMethod = ({ texts }: EmbeddingRequest): string => (texts.length === 1 ? 'embedContent' : 'batchEmbedContents');

export function encodeEmbeddingRequest(request: EmbeddingRequest, model: string): EncodedRequest {
  const dimensions = request.dimensions === null ? {} : { outputDimensionality: request.dimensions };
  const requests = request.texts.map((text) => ({ model: pathOf(model), content: { role: 'user', parts: [{ text }] }, ...dimensions }));
  const [first] = requests;
  return { body: requests.length === 1 && first !== undefined ? first : { requests }, warnings: [] };
}

/** Throws BAD_REQUEST, which names the place. */
export function decodeEmbeddingRequest(body: unknown): DecodedEmbeddingRequest {
  if (!isObject(body)) throw refusalAt('The body', 'cannot be read', 'a JSON object');
  const { requests } = body;
  if (requests !== undefined && !Array.isArray(requests)) throw refusalAt('requests', 'cannot be read', 'a list');
  const places = Array.isArray(requests)
    ? requests.map((one: unknown, at) => ({ one: objectOf(one), place: `requests[${at}].` }))
    : [{ one: body, place: '' }];
  if (places.length === 0) throw refusalAt('requests', 'cannot be read', 'a list with at least one request');
  const texts = places.map(({ one, place }) => textIn(one, place));
  const dimensions = places.map(({ one, place }) => dimensionsIn(one, place));
  if (dimensions.some((one) => one !== dimensions[0])) {
    throw refusalAt('requests[].outputDimensionality', 'cannot be read', 'one number for all requests of a batch');
  }
  const model = nameOf(body['model']) || nameOf(places[0]?.one['model']);
  return { model, request: { kind: 'embedding', texts, dimensions: dimensions[0] ?? null } };
}

function textIn({ content }: JsonObject, place: string): string {
  const parts = listOf(objectOf(content)['parts']);
  if (parts.length === 0) throw refusalAt(`${place}content.parts`, 'cannot be read', 'a list with at least one text');
  const texts = parts.map((part, at) => {
    const { text } = objectOf(part);
    if (typeof text !== 'string') throw refusalAt(`${place}content.parts[${at}]`, 'cannot be read', '{ "text": "..." }');
    return text;
  });
  return texts.join('\n');
}

function dimensionsIn({ outputDimensionality, output_dimensionality: snake }: JsonObject, place: string): number | null {
  const value = outputDimensionality ?? snake ?? null;
  if (value === null) return null;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    throw refusalAt(`${place}outputDimensionality`, 'cannot be read', 'a whole number from 1 on');
  }
  return value;
}

export function decodeEmbeddings(body: unknown, { texts }: EmbeddingRequest): Embeddings {
  const answer = objectOf(body);
  const failure = failureIn(answer);
  if (failure !== null) throw failure;
  const { embeddings, embedding, usageMetadata } = answer;
  const all = embeddings === undefined && embedding !== undefined ? [embedding] : listOf(embeddings);
  if (all.length === 0) throw new WireFailure('empty');
  const vectors = all.map((one) => vectorOf(objectOf(one)['values']));
  if (vectors.length !== texts.length || vectors.some(({ length }) => length !== vectors[0]?.length)) throw new WireFailure('unreadable');
  return { vectors, usage: usageOf(withCounts({}, usageMetadata)) };
}

function vectorOf(values: unknown): Float32Array {
  const numbers = listOf(values);
  const vector = Float32Array.from(numbers, (value) => (typeof value === 'number' ? value : Number.NaN));
  if (vector.length === 0 || !vector.every(Number.isFinite)) throw new WireFailure('unreadable');
  return vector;
}

/** `isBatch`: the request was one of `batchEmbedContents`. */
export function encodeEmbeddings({ vectors, usage }: Embeddings, isBatch: boolean): JsonObject {
  const embeddings = vectors.map((vector) => ({ values: [...vector] }));
  const counted = usage === null ? {} : { usageMetadata: usageMetadataOf(usage) };
  return isBatch ? { embeddings, ...counted } : { embedding: embeddings[0], ...counted };
}
