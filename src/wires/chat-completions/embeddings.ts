/** Embeddings in the words of OpenAI, which compatible servers speak too, in both directions. */
import { endianness } from 'node:os';
import { GatewayError } from '../../core/errors.ts';
import { noUsage, type Usage } from '../../core/money.ts';
import type { EmbeddingRequest } from '../../core/request/request.ts';
import { isObject, type JsonObject, listOf } from '../json-fields.ts';
import type { EncodedRequest } from '../wire.ts';
import { WireFailure } from '../wire-failure.ts';
import { decodeUsage } from './counted-usage.ts';
import { failureIn } from './failures.ts';

export type EmbeddingEncoding = 'float' | 'base64';

/** `encoding`: base64 has a third of the bytes and costs a tenth of the work. OpenAI has it; compatible servers may not. */
export function encodeEmbeddingRequest(
  { texts, dimensions }: EmbeddingRequest,
  { model, encoding }: { readonly model: string; readonly encoding: EmbeddingEncoding },
): EncodedRequest {
  return {
    body: { model, input: texts, encoding_format: encoding, ...(dimensions === null ? {} : { dimensions }) },
    warnings: [],
  };
}

export interface Embeddings {
  /** One vector for each text, in the order of the texts. */
  readonly vectors: readonly Float32Array[];
  readonly usage: Usage | null;
}

/** Reads numbers and base64, whatever was asked. Throws `empty` or `unreadable` for what is not one vector a text, all of one length. */
export function decodeEmbeddings(body: unknown, { texts }: Pick<EmbeddingRequest, 'texts'>): Embeddings {
  if (!isObject(body)) throw new WireFailure('unreadable');
  const failure = failureIn(body);
  if (failure !== null) throw failure;
  const entries = listOf(body['data']);
  if (entries.length === 0) throw new WireFailure('empty');
  if (entries.length !== texts.length) throw new WireFailure('unreadable');
  const vectors = new Map<number, Float32Array>();
  for (const [place, entry] of entries.entries()) {
    const { index = place, embedding } = isObject(entry) ? entry : {};
    if (typeof index !== 'number' || !(index in texts) || vectors.has(index)) throw new WireFailure('unreadable');
    vectors.set(index, vectorOf(embedding));
  }
  const inOrder = texts.map((_, index) => vectors.get(index) ?? new Float32Array());
  const [first] = inOrder;
  if (inOrder.some(({ length }) => length === 0 || length !== first?.length)) throw new WireFailure('unreadable');
  return { vectors: inOrder, usage: inputOnly(decodeUsage(body['usage'])) };
}

const inputOnly = (usage: Usage | null): Usage | null => (usage === null ? null : { ...usage, outputTokens: 0, reasoningTokens: 0 });

function vectorOf(value: unknown): Float32Array {
  const vector =
    typeof value === 'string' ? ofBase64(value) : Float32Array.from(listOf(value), (one) => (typeof one === 'number' ? one : Number.NaN));
  if (!hasOnlyNumbers(vector)) throw new WireFailure('unreadable');
  return vector;
}

/**
 * Whether all are finite: zero times a finite number is zero, and zero times any other is NaN. So 400,000 numbers are checked without a
 * branch or a call for each.
 */
function hasOnlyNumbers(vector: Float32Array): boolean {
  let zero = 0;
  for (let index = 0; index < vector.length; index += 1) zero += 0 * (vector[index] ?? 0);
  return zero === 0;
}

/** Little-endian float32, as numpy writes it. */
function ofBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 4 !== 0) throw new WireFailure('unreadable');
  // A buffer of Node's pool may begin at any byte, and keeps the whole pool in memory.
  const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
  if (endianness() === 'BE') Buffer.from(own.buffer).swap32();
  return new Float32Array(own.buffer);
}

function toBase64(vector: Float32Array): string {
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  return (endianness() === 'BE' ? Buffer.from(bytes).swap32() : bytes).toString('base64');
}

export interface DecodedEmbeddingRequest {
  readonly model: string;
  readonly encoding: EmbeddingEncoding;
  readonly request: EmbeddingRequest;
}

/** Throws BAD_REQUEST, which names the place. */
export function decodeEmbeddingRequest(body: unknown): DecodedEmbeddingRequest {
  if (!isObject(body)) throw refused('the body', 'a JSON object', '');
  const { model, input, dimensions = null, encoding_format: encoding = 'float' } = body;
  if (typeof model !== 'string' || model === '') throw refused('model', 'the name of a model', 'model');
  const texts = typeof input === 'string' ? [input] : input;
  if (!Array.isArray(texts) || texts.length === 0) throw refused('input', 'a text, or a list of texts with at least one', 'input');
  for (const [index, text] of texts.entries()) {
    if (typeof text !== 'string') throw refused(`input[${index}]`, 'a text; lists of tokens are not accepted', 'input');
  }
  if (encoding !== 'float' && encoding !== 'base64') throw refused('encoding_format', '"float" or "base64"', 'encoding_format');
  if (dimensions !== null && !(Number.isInteger(dimensions) && Number(dimensions) > 0)) {
    throw refused('dimensions', 'a whole number above 0', 'dimensions');
  }
  return { model, encoding, request: { kind: 'embedding', texts, dimensions: dimensions === null ? null : Number(dimensions) } };
}

function refused(place: string, accepted: string, path: string): GatewayError {
  const message = `${place} was refused. Accepted is ${accepted}.`;
  return new GatewayError('BAD_REQUEST', message, { issues: [{ path, message }] });
}

/** `usage`: null is written as zeros, since stock clients read the numbers. */
export function encodeEmbeddings(
  { vectors, usage }: Embeddings,
  { model, encoding }: { readonly model: string; readonly encoding: EmbeddingEncoding },
): JsonObject {
  const { freshInputTokens, cacheReadTokens, cacheWriteTokens } = usage ?? noUsage;
  const tokens = freshInputTokens + cacheReadTokens + cacheWriteTokens;
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: encoding === 'base64' ? toBase64(vector) : [...vector],
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}
