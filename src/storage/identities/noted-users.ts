/** Stores the names of users before their requests are served: each name once a day, and all names of one moment in one transaction. */
import { LRUCache } from 'lru-cache';
import type { Database } from '../database/database.ts';
import type { NamedUser } from './identities.ts';

export interface NotedUsers {
  /** See `Identities.note`. */
  note(user: NamedUser): Promise<void> | void;
  /** Forgets that the user was noted. */
  forget(id: string): void;
  /** Resolves when the waiting names are written. Never rejects. */
  flush(): Promise<void>;
}

const dayMs = 86_400_000;
const maxKnown = 20_000;
/** Further users are stored at their next visit, so a key that invents users cannot fill the memory. */
const maxWaiting = 2_000;

export function notedUsers(database: Database, now: () => number): NotedUsers {
  /** The day on which each user was last noted. */
  const known = new LRUCache<string, number>({ max: maxKnown });
  /** Users whose names are not written yet. */
  const keeping = new Map<string, Promise<void>>();
  let waiting = new Map<string, NamedUser>();
  let written: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;

  /** Names that arrive during a transaction are in the next one. */
  async function write(): Promise<void> {
    next = null;
    const users = waiting;
    waiting = new Map();
    try {
      await database.tx(async (tx) => {
        for (const { id, realm, name } of users.values()) await tx.run(putUser, [id, realm, name, now()]);
      });
    } catch {
      for (const id of users.keys()) known.delete(id);
    }
    for (const id of users.keys()) keeping.delete(id);
  }

  return {
    note(user) {
      const today = Math.floor(now() / dayMs);
      if (known.get(user.id) === today || waiting.size >= maxWaiting) return keeping.get(user.id);
      known.set(user.id, today);
      waiting.set(user.id, user);
      if (next === null) {
        next = written.then(write);
        written = next;
      }
      keeping.set(user.id, next);
      return next;
    },
    forget: (id) => void known.delete(id),
    flush: () => written,
  };
}

export const putUser = `insert into end_users (id, realm, name, seen_at) values ($1, $2, $3, $4)
  on conflict (id) do update set seen_at = excluded.seen_at, name = excluded.name`;
