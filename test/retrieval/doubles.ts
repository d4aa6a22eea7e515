/** Small handlers and calls for tests of retrieval: a lexical embedding, scripted answers, and a count of what was asked. */
import type { Call, Principal } from '../../src/core/call/call.ts';
import type { Hold } from '../../src/core/call/hold.ts';
import type { Chunk } from '../../src/core/chunk.ts';
import { type ErrorCode, GatewayError } from '../../src/core/errors.ts';
import type { ModelRequest } from '../../src/core/request/request.ts';
import type { NewSource } from '../../src/retrieval/retrieval.ts';
import type { ChunkHandler } from '../faces.ts';

export const signal = new AbortController().signal;

export const principal = (more: Partial<Principal> = {}): Principal => ({
  id: 'key:ada',
  kind: 'key',
  team: 'shop',
  scopes: ['ai:use'],
  routes: null,
  limits: [],
  ...more,
});

export const markdown = (id: string, text: string, more: Partial<NewSource> = {}): NewSource => ({
  id,
  title: null,
  mediaType: 'text/markdown',
  text,
  base64: null,
  metadata: null,
  ...more,
});

/** Words hashed into `dimensions` places with a sign: texts are alike when they share words. Small words count too, as they do in real models. */
function lexicalVector(text: string, dimensions = 512): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    let hash = 2_166_136_261;
    for (const character of word.slice(0, 6)) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0;
    const place = hash % dimensions;
    vector[place] = (vector[place] ?? 0) + ((hash >>> 16) % 2 === 0 ? 1 : -1) / Math.sqrt(word.length < 4 ? 4 : 1);
  }
  return vector;
}

export interface Asked {
  readonly requests: ModelRequest[];
  readonly calls: Call[];
  readonly handle: ChunkHandler;
}

/** Embeds by words; completions are the chunks given, or what `answers` makes of the request. */
export function models(answers: readonly Chunk[] | ((request: ModelRequest) => AsyncIterable<Chunk>) = []): Asked {
  const requests: ModelRequest[] = [];
  const calls: Call[] = [];
  async function* handle(request: ModelRequest, call: Call): AsyncGenerator<Chunk, void, undefined> {
    requests.push(request);
    calls.push(call);
    if (request.kind === 'embedding') {
      for (const [index, text] of request.texts.entries()) yield { type: 'embedding', index, vector: lexicalVector(text) };
      yield { type: 'finish', reason: 'stop' };
    } else if (typeof answers === 'function') yield* answers(request);
    else yield* answers;
  }
  return { requests, calls, handle };
}

export function fails(code: ErrorCode, details: { readonly retryAfterMs?: number } = {}): ChunkHandler {
  // biome-ignore lint/correctness/useYield: a handler that fails says nothing before.
  return async function* failing() {
    throw new GatewayError(code, `It failed with ${code}.`, details);
  };
}

export interface Booked {
  readonly coordinates: string[];
  /** Holds that were opened and not released. */
  held: number;
  readonly callFor: (want: {
    readonly route: string;
    readonly signal: AbortSignal;
    readonly coordinate?: string;
    readonly principal?: Principal;
  }) => Call;
}

/** Makes calls as the graph would, and counts them. */
export function booked(): Booked {
  const book: Booked = {
    coordinates: [],
    held: 0,
    callFor({ route, signal: until, coordinate = 'Query.aiAnswer', principal: who = principal() }) {
      book.coordinates.push(coordinate);
      book.held += 1;
      let released = false;
      const hold: Hold = {
        budgeted: false,
        draw: async () => ({ settle: async () => {} }),
        giveBack: async () => {},
        release: async () => {
          if (!released) book.held -= 1;
          released = true;
        },
      };
      return {
        id: crypto.randomUUID(),
        uses: [{ coordinate, weight: 1 }],
        operation: { name: null, client: null, documentId: null },
        principal: who,
        route,
        cache: { mode: 'default', maxAgeSeconds: null },
        hold,
        tags: {},
        deadlineMs: Number.MAX_SAFE_INTEGER,
        signal: until,
        report: () => {},
      };
    },
  };
  return book;
}

export const says = (...texts: readonly string[]): Chunk[] => [
  ...texts.map((text): Chunk => ({ type: 'text', text })),
  { type: 'finish', reason: 'stop' },
];
