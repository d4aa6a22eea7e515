/**
 * Records when keys were used: at most once a minute per key, and a moment later for all together, so that no request waits. A failed write is
 * dropped: the next use of the key is written.
 */
import { LRUCache } from 'lru-cache';
import type { Principal } from '../../core/call/call.ts';
import type { Keys } from '../../storage/keys/keys.ts';
import { keyIdOf } from '../virtual-key.ts';

export interface LastUses {
  note(principal: Pick<Principal, 'kind' | 'id'>): void;
  /** Writes what is waiting. Never rejects. */
  flush(): Promise<void>;
}

export interface LastUsesOptions {
  readonly keys: Pick<Keys, 'used'>;
  readonly now?: () => number;
  readonly writeAfterMs?: number;
}

const minuteMs = 60_000;
const maxRemembered = 10_000;

export function openLastUses({ keys, now = Date.now, writeAfterMs = 1_000 }: LastUsesOptions): LastUses {
  /** When each key was last written. */
  const written = new LRUCache<string, number>({ max: maxRemembered });
  let waiting = new Map<string, number>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (waiting.size === 0) return writing;
    const uses = waiting;
    waiting = new Map();
    writing = writing.then(() =>
      keys.used(uses).catch(() => {
        for (const id of uses.keys()) written.delete(id);
      }),
    );
    return writing;
  }

  return {
    note(principal) {
      const id = keyIdOf(principal);
      if (id === null) return;
      const time = now();
      const last = written.get(id);
      // A clock that was set back must not stop the writing.
      if (last !== undefined && Math.abs(time - last) < minuteMs) return;
      written.set(id, time);
      waiting.set(id, time);
      timer ??= setTimeout(() => void flush(), writeAfterMs).unref();
    },
    flush,
  };
}
