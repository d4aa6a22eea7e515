/**
 * Wraps the Keyv store of answers so that a slow or broken store counts as a miss. Each operation may take 50 ms. After
 * three failures in a row the store is not asked for five seconds.
 */
import { Keyv } from 'keyv';
import { withTimeout } from '../../core/stream.ts';
import type { Log } from '../../telemetry/log.ts';

const patienceMs = 50;
const failuresInARow = 3;
const restMs = 5_000;
const failed = Symbol('failed');

export interface CacheStore {
  get(key: string): Promise<string | null>;
  set(key: string, text: string, ttlMs: number): Promise<void>;
}

export function patientStore(store: Keyv, log: Log, monotonicMs: () => number): CacheStore {
  let failures = 0;
  let restUntil = 0;
  // Without a listener an error event of Keyv ends the process.
  store.on('error', (error: unknown) => log.warn('the answer cache failed', { cause: error }));

  const attempted = async <T>(work: () => Promise<T>): Promise<T | typeof failed> => {
    if (monotonicMs() < restUntil) return failed;
    const result = await withTimeout(
      work().catch((): typeof failed => failed),
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
  return new Keyv({ store: boundedMap(maxBytes) });
}

interface Stored {
  readonly value: string;
}

/** The part of Map that Keyv uses, over JSON text; the order of a Map is that of use here. */
function boundedMap(maxBytes: number) {
  const entries = new Map<string, Stored>();
  let bytes = 0;
  const remove = (key: string): boolean => {
    const entry = entries.get(key);
    if (entry !== undefined) bytes -= sizeOf(key, entry);
    return entries.delete(key);
  };
  return {
    get(key: string): Stored | undefined {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry;
    },
    set(key: string, entry: Stored): void {
      remove(key);
      entries.set(key, entry);
      bytes += sizeOf(key, entry);
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        remove(oldest);
      }
    },
    has: (key: string): boolean => entries.has(key),
    delete: remove,
    clear(): void {
      entries.clear();
      bytes = 0;
    },
    keys: () => entries.keys(),
    entries: () => entries.entries(),
  };
}

/** Two bytes a UTF-16 unit, and what a Map entry takes. */
const sizeOf = (key: string, { value }: Stored): number => 2 * (key.length + value.length) + 200;
