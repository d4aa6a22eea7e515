/**
 * Where kept answers are: as objects in the memory of this process, or as text in a store of the operator's.
 *
 * From memory an answer costs a look into a map. An operator's store decides what it has: other processes may share it, and what is
 * deleted there is gone at once, so it is asked each time, and only the parsing is spared.
 */
import { LRUCache } from 'lru-cache';
import type { Chunk } from '../../core/chunk.ts';
import type { Log } from '../../telemetry/log.ts';
import { type AnswerStore, type CacheStore, patientStore } from './cache-store.ts';
import { answerReader, answerText, type KeptAnswer } from './kept-answer.ts';

export interface KeptAnswers {
  get(key: string): KeptAnswer | null | Promise<KeptAnswer | null>;
  /** Stores the answer. Where it returns a promise, the answer is there when that resolves. */
  set(key: string, answer: KeptAnswer, ttlMs: number): void | Promise<void>;
  /** For texts beside the answers. */
  readonly texts: CacheStore;
}

/** Kept answers in memory. The answer that was unused longest is forgotten when all take more than this many bytes. */
export interface AnswerMemory {
  readonly answers: LRUCache<string, KeptAnswer>;
  readonly texts: LRUCache<string, string>;
}

/** An answer longer than this, as JSON text, is not kept. */
const maxTextUnits = 4 * 1024 * 1024;
const bytesPerUnit = 2;
/** Bytes of an entry beside its texts: its key, its place in the map, and the objects of an answer. */
const bytesPerEntry = 1_000;
const bytesPerChunk = 100;

export function answerMemory({ maxBytes = 64 * 1024 * 1024 }: { readonly maxBytes?: number } = {}): AnswerMemory {
  return {
    answers: new LRUCache({
      maxSize: maxBytes,
      maxEntrySize: Math.min(maxBytes, maxTextUnits * bytesPerUnit),
      sizeCalculation: ({ chunks }) => chunks.reduce((sum, chunk) => sum + bytesOf(chunk), bytesPerEntry),
    }),
    texts: new LRUCache({
      maxSize: Math.ceil(maxBytes / 16),
      sizeCalculation: (text, key) => bytesPerUnit * (key.length + text.length) + bytesPerEntry,
    }),
  };
}

/** Approximate memory of an answer, in bytes. A parsed value takes several times its text. */
function bytesOf(chunk: Chunk): number {
  switch (chunk.type) {
    case 'text':
    case 'reasoning':
      return bytesPerUnit * chunk.text.length + bytesPerChunk;
    case 'embedding':
      return chunk.vector.byteLength + bytesPerChunk;
    default:
      return 4 * bytesPerUnit * JSON.stringify(chunk).length + bytesPerChunk;
  }
}

export function keptAnswers(store: AnswerStore | AnswerMemory, log: Log, monotonicMs: () => number): KeptAnswers {
  return 'answers' in store ? inMemory(store) : inStore(patientStore(store, log, monotonicMs));
}

function inMemory({ answers, texts }: AnswerMemory): KeptAnswers {
  return {
    get: (key) => answers.get(key) ?? null,
    set: (key, answer) => void answers.set(key, answer),
    texts: {
      get: async (key) => texts.get(key) ?? null,
      async set(key, text) {
        texts.set(key, text);
      },
    },
  };
}

function inStore(store: CacheStore): KeptAnswers {
  const read = answerReader();
  return {
    get: async (key) => read(key, await store.get(key)),
    set(key, answer, ttlMs) {
      const text = answerText(answer);
      return text.length > maxTextUnits ? undefined : store.set(key, text, ttlMs);
    },
    texts: store,
  };
}
