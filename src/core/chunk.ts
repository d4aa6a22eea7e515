/**
 * Chunks: the content that flows back. A completion is a stream of chunks that was read to its end.
 *
 * Facts (usage, attempts, cache status) go through `call.report` instead, because a chunk that is yielded while a stream
 * closes is lost.
 */
import type { GatewayError } from './errors.ts';

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'cancelled' | 'other';

export type Chunk =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string; readonly opaque?: string }
  | ToolCallChunk
  | { readonly type: 'object'; readonly value: unknown; readonly final: boolean }
  | { readonly type: 'embedding'; readonly index: number; readonly vector: Float32Array }
  | { readonly type: 'citation'; readonly citation: Citation }
  | { readonly type: 'warning'; readonly message: string }
  | RestartChunk
  | { readonly type: 'finish'; readonly reason: FinishReason };

/** While `done` is false `argumentsText` is a piece to append; the chunk with `done` carries the whole text. */
export interface ToolCallChunk {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  readonly argumentsText: string;
  readonly done: boolean;
  readonly opaque?: string;
}

/** What was said so far is void: its deployment failed for this reason before anybody was shown it, and another one answers. See `restart.ts`. */
export interface RestartChunk {
  readonly type: 'restart';
  readonly reason: GatewayError;
}

/** Where a statement of an answer comes from. Offsets count UTF-16 units in the source's extracted text. */
export interface Citation {
  /** As it stands in the answer: `[1]`. */
  readonly marker: string;
  readonly quote: string;
  readonly score: number;
  readonly passage: Passage | null;
  readonly entity: EntityRef | null;
}

export interface Passage {
  readonly id: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly source: Source;
}

export interface Source {
  readonly id: string;
  readonly title: string | null;
  readonly collection: string;
  readonly metadata: unknown;
}

export interface EntityRef {
  readonly typeName: string;
  readonly key: Readonly<Record<string, unknown>>;
}

export type MessagePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string; readonly opaque?: string }
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string; readonly arguments: unknown; readonly opaque?: string };

/** Everything that was said, in order. `object` is undefined until a structured answer is whole. */
export interface Completion {
  readonly text: string;
  readonly parts: readonly MessagePart[];
  readonly object: unknown;
  readonly finishReason: FinishReason | null;
  readonly citations: readonly Citation[];
  readonly warnings: readonly string[];
  readonly vectors: readonly Float32Array[];
}

export const emptyCompletion: Completion = {
  text: '',
  parts: [],
  object: undefined,
  finishReason: null,
  citations: [],
  warnings: [],
  vectors: [],
};

/** The completion with one more chunk. Neighbouring texts, and neighbouring reasoning without an opaque part between, become one part. */
export function withChunk(sofar: Completion, chunk: Chunk): Completion {
  switch (chunk.type) {
    case 'text':
      return { ...sofar, text: sofar.text + chunk.text, parts: withPart(sofar.parts, chunk) };
    case 'reasoning':
      return { ...sofar, parts: withPart(sofar.parts, chunk) };
    case 'tool-call':
      if (!chunk.done) return sofar;
      return { ...sofar, parts: [...sofar.parts, toolCallPart(chunk)] };
    case 'object':
      return chunk.final ? { ...sofar, object: chunk.value } : sofar;
    case 'embedding': {
      const vectors = [...sofar.vectors];
      vectors[chunk.index] = chunk.vector;
      return { ...sofar, vectors };
    }
    case 'citation':
      return { ...sofar, citations: [...sofar.citations, chunk.citation] };
    case 'warning':
      return { ...sofar, warnings: [...sofar.warnings, chunk.message] };
    case 'restart':
      return emptyCompletion;
    case 'finish':
      return { ...sofar, finishReason: chunk.reason };
  }
}

function withPart(parts: readonly MessagePart[], chunk: Extract<Chunk, { type: 'text' | 'reasoning' }>): MessagePart[] {
  const last = parts.at(-1);
  if (last === undefined || last.type !== chunk.type) return [...parts, chunk];
  if (last.type === 'reasoning' && last.opaque !== undefined) return [...parts, chunk];
  return [...parts.slice(0, -1), { ...last, ...chunk, text: last.text + chunk.text }];
}

/** The finished call that a `done` chunk carries. */
export function toolCallPart({ id, name, argumentsText, opaque }: ToolCallChunk): Extract<MessagePart, { type: 'tool-call' }> {
  return { type: 'tool-call', id, name, arguments: parsed(argumentsText), ...(opaque === undefined ? {} : { opaque }) };
}

/** Arguments that are not JSON stay text: the caller sees what the model wrote. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return text;
  }
}

/** Reads a stream of chunks, or of batches of them, to its end. Throws what the stream throws. */
export async function collect(source: AsyncIterable<Chunk | readonly Chunk[]>): Promise<Completion> {
  const vectors: Float32Array[] = [];
  let completion = emptyCompletion;
  for await (const said of source) {
    for (const chunk of 'type' in said ? [said] : said) {
      if (chunk.type === 'restart') vectors.length = 0;
      if (chunk.type === 'embedding') vectors[chunk.index] = chunk.vector;
      else completion = withChunk(completion, chunk);
    }
  }
  return { ...completion, vectors };
}
