/** Begin and end of sessions. A session begins with its first use, in any process. */
import { LRUCache } from 'lru-cache';
import type { Statements } from '../../database/database.ts';
import type { Commit } from '../../database/group-commit.ts';

/** Times are milliseconds since 1970, UTC. */
export interface SessionWindow {
  readonly start: number;
  readonly end: number;
}

/** A session that was dropped from memory is read again. */
const maxRemembered = 20_000;
const keptMs = 24 * 3_600_000;

export type FindSession = (name: string, lastsMs: number) => SessionWindow | Promise<SessionWindow>;

export function sessionWindows({ commit, now }: { readonly commit: Commit; readonly now: () => number }): FindSession {
  const known = new LRUCache<string, SessionWindow>({ max: maxRemembered });
  return (name, lastsMs) => {
    const time = now();
    const present = known.get(name);
    if (present !== undefined && time < present.end && present.end - present.start === lastsMs) return present;
    return commit((tx) => begun(tx, name, lastsMs, time)).then((window) => {
      known.set(name, window);
      return window;
    });
  };
}

async function begun(tx: Statements, name: string, lastsMs: number, time: number): Promise<SessionWindow> {
  await tx.run(begin, [name, time, time + lastsMs, time - lastsMs]);
  const [row] = await tx.all('select started_at from sessions where name = $1', [name]);
  const start = Number(row?.['started_at'] ?? time);
  return { start, end: start + lastsMs };
}

/** A session that is over begins again. */
const begin = `insert into sessions (name, started_at, ends_at) values ($1, $2, $3)
  on conflict (name) do update set started_at = excluded.started_at, ends_at = excluded.ends_at where sessions.started_at <= $4`;

export const forgetSessions = (tx: Statements, time: number): Promise<unknown> =>
  tx.run('delete from sessions where ends_at < $1', [time - keptMs]);
