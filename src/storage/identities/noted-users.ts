/** Keeps names of users before anything is done for them: each once a day, those of one moment in one transaction. */
import { LRUCache } from 'lru-cache';
import type { Database } from '../database/database.ts';
import type { NamedUser } from './identities.ts';

export interface NotedUsers {
  /** See `Identities.note`. */
  note(user: NamedUser): Promise<void> | void;
  /** Forgets that the user was noted. */
  forget(id: string): void;
  /** Resolves when those that wait are written. Never rejects. */
  flush(): Promise<void>;
}

const dayMs = 86_400_000;
const maxKnown = 20_000;
/** Beyond it, users are noted when they come again: a key that invents users fills no memory. */
const maxWaiting = 2_000;

export function notedUsers(database: Database, now: () => number): NotedUsers {
  /** The day on which each was noted last. */
  const known = new LRUCache<string, number>({ max: maxKnown });
  /** Until each is written. */
  const keeping = new Map<string, Promise<void>>();
  let waiting = new Map<string, NamedUser>();
  let written: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;

  /** What comes while a transaction is under way is in the next one. */
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
