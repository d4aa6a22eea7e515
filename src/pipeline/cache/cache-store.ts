/**
 * Wraps the store of answers so that a slow or broken store counts as a miss. Each operation may take 50 ms. After
 * three failures in a row the store is not asked for five seconds.
 */
import { Keyv } from 'keyv';
import { LRUCache } from 'lru-cache';
import { withTimeout } from '../../core/stream.ts';
import type { Log } from '../../telemetry/log.ts';

const patienceMs = 50;
const failuresInARow = 3;
const restMs = 5_000;
const failed = Symbol('failed');

/** A store of answers: what Keyv is, of any version, in memory or over any of its adapters. */
export interface AnswerStore {
  get(key: string): Promise<unknown>;
  /** The text is forgotten after so many milliseconds. */
  set(key: string, text: string, ttlMs: number): Promise<unknown>;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

export interface CacheStore {
  get(key: string): Promise<string | null>;
  set(key: string, text: string, ttlMs: number): Promise<void>;
}

/** Stores with a listener for their errors. */
const heard = new WeakSet<AnswerStore>();

export function patientStore(store: AnswerStore, log: Log, monotonicMs: () => number): CacheStore {
  let failures = 0;
  let restUntil = 0;
  // Without a listener an error event of Keyv ends the process; with one for each reading of the configuration they would add up.
  if (!heard.has(store)) store.on('error', (error: unknown) => log.warn('the answer cache failed', { cause: error }));
  heard.add(store);

  const attempted = async <T>(work: () => Promise<T>): Promise<T | typeof failed> => {
    if (monotonicMs() < restUntil) return failed;
    const result = await withTimeout(
      // A store may throw before it returns a promise.
      (async () => work())().catch((): typeof failed => failed),
      patienceMs,
      failed,
    );
    failures = result === failed ? failures + 1 : 0;
    if (failures < failuresInARow) return result;
    failures = 0;
    restUntil = monotonicMs() + restMs;
    log.warn('the answer cache does not answer; calls go on without it', { restMs });
    return result;
  };
  return {
    async get(key) {
      const text: unknown = await attempted(() => store.get(key));
      return typeof text === 'string' ? text : null;
    },
    async set(key, text, ttlMs) {
      await attempted(() => store.set(key, text, ttlMs));
    },
  };
}

/** An answer store in memory that forgets the longest unused answers when it holds `maxBytes`. */
export function memoryStore({ maxBytes = 64 * 1024 * 1024 }: { readonly maxBytes?: number } = {}): Keyv {
  const entries = new LRUCache<string, Stored>({ maxSize: maxBytes, sizeCalculation: bytesOf });
  return new Keyv({
    store: {
      get: (key: string) => entries.get(key),
      // Keyv adds a third argument, which is not one of this cache.
      set: (key: string, entry: Stored) => void entries.set(key, entry),
      has: (key: string) => entries.has(key),
      delete: (key: string) => entries.delete(key),
      clear: () => entries.clear(),
      keys: () => entries.keys(),
      entries: () => entries.entries(),
    },
  });
}

interface Stored {
  readonly value: string;
}

/** Two bytes a UTF-16 unit, and what an entry takes. */
const bytesOf = ({ value }: Stored, key: string): number => 2 * (key.length + value.length) + 200;
