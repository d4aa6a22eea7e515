/** A stored answer: its chunks in order, so that a hit streams like the original, and the deployment that gave it. */
import type { AttemptFact } from '../../core/call/call.ts';
import type { Chunk } from '../../core/chunk.ts';
import type { ModelRequest } from '../../core/request/request.ts';

export interface Answer {
  readonly chunks: readonly Chunk[];
  readonly answeredBy: AttemptFact | null;
  /** Milliseconds since 1970, UTC. */
  readonly storedAt: number;
}

/** Whether the chunks are a whole and valid answer: it ended by itself, said something, and every text got its vector. */
export function isWhole(request: ModelRequest, chunks: readonly Chunk[]): boolean {
  const last = chunks.at(-1);
  if (last?.type !== 'finish' || (last.reason !== 'stop' && last.reason !== 'tool-calls')) return false;
  if (request.kind === 'completion') return chunks.length > 1;
  const embedded = new Set(chunks.flatMap((chunk) => (chunk.type === 'embedding' ? chunk.index : [])));
  return embedded.size === request.texts.length;
}

export function answerText(answer: Answer): string {
  return JSON.stringify(answer, (_, value: unknown) =>
    value instanceof Float32Array ? { base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') } : value,
  );
}

/** Null when the text is not an answer of ours. */
export function answerFrom(text: string | null): Answer | null {
  if (text === null) return null;
  try {
    const answer = JSON.parse(text) as Answer;
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
