import type { Call } from '../../../src/core/call/call.ts';
import type { Chunk } from '../../../src/core/chunk.ts';
import type { ModelRequest } from '../../../src/core/request/request.ts';
import type { ChunkHandler } from '../../faces.ts';

/** A call on the route `default` whose hold grants everything. */
export function aCall(changes: Partial<Call> = {}): Call {
  return {
    id: 'call-1',
    uses: [{ coordinate: 'Query.completion', weight: 1 }],
    operation: { name: null, client: null, documentId: null },
    principal: { id: 'anonymous', kind: 'anonymous', team: null, scopes: [], routes: null, limits: [] },
    route: 'default',
    cache: { mode: 'default', maxAgeSeconds: null },
    hold: {
      budgeted: false,
      draw: () => Promise.resolve({ settle: () => Promise.resolve() }),
      giveBack: () => Promise.resolve(),
      release: () => Promise.resolve(),
    },
    tags: {},
    deadlineMs: Number.MAX_SAFE_INTEGER,
    signal: new AbortController().signal,
    report: () => {},
    ...changes,
  };
}

/** Answers the nth request with the nth list of chunks (the last again and again), and remembers what it was asked. */
export function answers(...lists: readonly (readonly Chunk[])[]): { readonly handle: ChunkHandler; readonly asked: ModelRequest[] } {
  const asked: ModelRequest[] = [];
  return {
    asked,
    async *handle(request) {
      asked.push(request);
      yield* lists[Math.min(asked.length, lists.length) - 1] ?? [];
    },
  };
}

export async function chunksOf(chunks: AsyncIterable<Chunk>): Promise<Chunk[]> {
  const all: Chunk[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

/** What was shown before the stream ended, and what it ended with. */
export async function endingOf(chunks: AsyncIterable<Chunk>): Promise<{ readonly shown: readonly Chunk[]; readonly error: unknown }> {
  const shown: Chunk[] = [];
  try {
    for await (const chunk of chunks) shown.push(chunk);
    return { shown, error: null };
  } catch (error) {
    return { shown, error };
  }
}

/** The text in pieces that end at the given places. */
export function cutAt(text: string, places: readonly number[]): string[] {
  const ends = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [...ends, text.length].map((end, index) => text.slice(ends[index - 1] ?? 0, end)).filter((piece) => piece !== '');
}

export const says = (...texts: string[]): Chunk[] => texts.map((text) => ({ type: 'text', text }));
export const stop: Chunk = { type: 'finish', reason: 'stop' };
export const textIn = (chunks: readonly Chunk[]): string => chunks.map((chunk) => (chunk.type === 'text' ? chunk.text : '')).join('');
