/** Keeps names of users in the background: each at most once a day, many in one transaction. */
import { LRUCache } from 'lru-cache';
import type { Database } from '../database/database.ts';
import type { NamedUser } from './identities.ts';

export interface NotedUsers {
  note(user: NamedUser): void;
  /** Writes those that wait. Never rejects. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const dayMs = 86_400_000;
const writeAfterMs = 1_000;
const maxKnown = 20_000;
/** Beyond it, users are noted when they come again: a key that invents users fills no memory. */
const maxWaiting = 2_000;

export function notedUsers(database: Database, now: () => number): NotedUsers {
  /** The day on which each was noted last. */
  const known = new LRUCache<string, number>({ max: maxKnown });
  let waiting = new Map<string, NamedUser>();
  let timer: NodeJS.Timeout | null = null;

  async function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const users = waiting;
    waiting = new Map();
    if (users.size === 0) return;
    try {
      await database.tx(async (tx) => {
        for (const { id, realm, name } of users.values()) await tx.run(putUser, [id, realm, name, now()]);
      });
    } catch {
      for (const id of users.keys()) known.delete(id);
    }
  }

  return {
    note(user) {
      const today = Math.floor(now() / dayMs);
      if (known.get(user.id) === today || waiting.size >= maxWaiting) return;
      known.set(user.id, today);
      waiting.set(user.id, user);
      timer ??= setTimeout(() => void flush(), writeAfterMs).unref();
    },
    flush,
    close: flush,
  };
}

export const putUser = `insert into end_users (id, realm, name, seen_at) values ($1, $2, $3, $4)
  on conflict (id) do update set seen_at = excluded.seen_at`;
