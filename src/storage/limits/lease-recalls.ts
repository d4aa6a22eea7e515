/**
 * Asks other processes for what is left of their leases on an account, and answers when they ask. A living process answers within milliseconds. A
 * stopped process does not answer, and the wait for it is short.
 */
import type { Database } from '../database/database.ts';
import type { Commit } from '../database/group-commit.ts';
import type { Owner } from '../state/owner.ts';
import { type Account, accountIn, holdersOf, idOf } from './accounts.ts';

/** How often to check for changes: while other processes are alive, and while none is known. */
const lookEveryMs = 10;
const lookAloneEveryMs = 25;
/** How long to wait for answers, in milliseconds. A refusal after that takes into account what was given back. */
export const answerMs = 50;
const askAgainMs = 250;

export interface Recalls {
  /** Number of other living processes, as far as is known. */
  others(): number;
  /**
   * Asks the processes that hold some of the account to give back what they do not need. False: no other process holds any, or they were asked a
   * moment ago.
   */
  ask(account: Account): Promise<boolean>;
  close(): void;
}

export interface RecallsOptions {
  readonly database: Database;
  readonly commit: Commit;
  readonly owner: Pick<Owner, 'id' | 'living'>;
  /** Ends what dead processes hold. */
  readonly endDead: () => Promise<unknown>;
  readonly recalled: (accounts: readonly Account[]) => void;
}

export function openRecalls({ database, commit, owner, endDead, recalled }: RecallsOptions): Recalls {
  const askedAtMs = new Map<string, number>();
  let others = 0;
  let version: unknown = null;
  let lastAsk: number | null = null;
  let closed = false;
  let timer: NodeJS.Timeout | null = null;

  const look = async (): Promise<void> => {
    const [row] = await database.all('pragma data_version');
    if (row?.['data_version'] === version) return;
    version = row?.['data_version'];
    const asks = await database.all('select name, per, window_start, ask from recalls where ask > $1 order by ask', [lastAsk ?? -1]);
    const isFirst = lastAsk === null;
    lastAsk = Number(asks.at(-1)?.['ask'] ?? lastAsk ?? 0);
    if (!isFirst && asks.length > 0) recalled(asks.map(accountIn));
    others = [...(await owner.living())].filter((id) => id !== owner.id()).length;
  };
  const lookAgain = (): void => {
    if (closed) return;
    timer = setTimeout(
      () =>
        void look()
          .catch(() => {})
          .finally(lookAgain),
      others > 0 ? lookEveryMs : lookAloneEveryMs,
    );
    timer.unref();
  };
  void look()
    .catch(() => {})
    .finally(lookAgain);

  return {
    others: () => others,
    async ask(account) {
      const holders = await holdersOf(database, account);
      const living = await owner.living();
      if (holders.some((id) => !living.has(id))) {
        await endDead();
        return true;
      }
      if (!holders.some((id) => id !== owner.id())) return false;
      const sinceMs = performance.now() - (askedAtMs.get(idOf(account)) ?? Number.NEGATIVE_INFINITY);
      if (sinceMs < askAgainMs) return sinceMs < answerMs;
      for (const [id, atMs] of askedAtMs) if (performance.now() - atMs >= askAgainMs) askedAtMs.delete(id);
      askedAtMs.set(idOf(account), performance.now());
      await commit((tx) => tx.run(putAsk, [account.name, account.per, account.start]));
      return true;
    },
    close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}

const putAsk = `insert into recalls (name, per, window_start, ask) values ($1, $2, $3, (select coalesce(max(ask), 0) + 1 from recalls))
  on conflict (name, per, window_start) do update set ask = excluded.ask`;
