/**
 * Wraps an operator's store of answers so that a slow or broken store counts as a miss. Each operation may take 50 ms. After
 * three failures in a row the store is not asked for five seconds.
 */
import { withTimeout } from '../../core/stream.ts';
import type { Log } from '../../telemetry/log.ts';

const patienceMs = 50;
const failuresInARow = 3;
const restMs = 5_000;
const failed = Symbol('failed');

/** A store of answers: what Keyv is, of any version, in memory or over any of its adapters. */
export interface AnswerStore {
  get(key: string): Promise<unknown>;
  /** The text is forgotten after this time, in milliseconds. */
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
