/** A stored answer: its chunks in order, so that a hit streams like the original, and the deployment that gave it. */
import { LRUCache } from 'lru-cache';
import type { AttemptFact } from '../../core/call/call.ts';
import { type Answer, answerOf } from '../../core/call/collect-answer.ts';
import type { Chunk } from '../../core/chunk.ts';
import type { ModelRequest } from '../../core/request/request.ts';

export interface KeptAnswer {
  readonly chunks: readonly Chunk[];
  readonly answeredBy: AttemptFact | null;
  /** Milliseconds since 1970, UTC. */
  readonly storedAt: number;
}

const wholes = new WeakMap<KeptAnswer, Answer>();

/** The answer without the stages of its stream. Made once for as long as the kept answer is in memory. */
export function wholeOf(kept: KeptAnswer): Answer {
  const known = wholes.get(kept);
  if (known !== undefined) return known;
  const whole = { ...answerOf(kept.chunks), allowedBy: new Set<object>() };
  wholes.set(kept, whole);
  return whole;
}

/** Whether the chunks are a whole and valid answer: it ended by itself, said something, and every text got its vector. */
export function isWhole(request: ModelRequest, chunks: readonly Chunk[]): boolean {
  const last = chunks.at(-1);
  if (last?.type !== 'finish' || (last.reason !== 'stop' && last.reason !== 'tool-calls')) return false;
  if (request.kind === 'completion') return chunks.length > 1;
  const embedded = new Set(chunks.flatMap((chunk) => (chunk.type === 'embedding' ? chunk.index : [])));
  return embedded.size === request.texts.length;
}

export function answerText(answer: KeptAnswer): string {
  return JSON.stringify(answer, (_, value: unknown) =>
    value instanceof Float32Array ? { base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') } : value,
  );
}

/** Memory for the texts that were read last with their answers, so that the hits of one answer parse it once. */
const maxReadBytes = 16 * 1024 * 1024;

/** Reads what the store has under a key. The store decides: a text that it has changed is parsed anew. */
export function answerReader(): (key: string, text: string | null) => KeptAnswer | null {
  const read = new LRUCache<string, { readonly text: string; readonly answer: KeptAnswer }>({
    maxSize: maxReadBytes,
    // The text, and about as much again for its parsed form.
    sizeCalculation: ({ text }) => 4 * text.length + 500,
  });
  return (key, text) => {
    const known = read.get(key);
    if (known?.text === text) return known.answer;
    const answer = answerFrom(text);
    if (text !== null && answer !== null) read.set(key, { text, answer });
    return answer;
  };
}

/** Null when the text is no stored answer of ours. */
function answerFrom(text: string | null): KeptAnswer | null {
  if (text === null) return null;
  try {
    const answer = JSON.parse(text) as KeptAnswer;
    if (!Array.isArray(answer.chunks) || typeof answer.storedAt !== 'number') return null;
    return { ...answer, chunks: answer.chunks.map(withVector) };
  } catch {
    return null;
  }
}

function withVector(chunk: Chunk): Chunk {
  if (chunk.type !== 'embedding') return chunk;
  const { base64 } = chunk.vector as unknown as { readonly base64: string };
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
  return { ...chunk, vector: new Float32Array(bytes.buffer) };
}
