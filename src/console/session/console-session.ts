/**
 * Who the console asks as. A key is exchanged for a token that ends within eight hours, and is forgotten. The token is kept for the tab;
 * a new tab asks the open ones for theirs. A token that is refused or has ended is asked for once, while the page stays as it is.
 */

export interface HeldToken {
  /** For `revokeAiToken`. */
  readonly id: string;
  readonly secret: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

export type SessionStatus = 'opening' | 'out' | 'ended' | 'in';

/** What the session needs of its surroundings. */
export interface SessionParts {
  /** Makes a token of the key. Rejects with a RequestError. */
  readonly exchange: (key: string) => Promise<HeldToken>;
  /** Whether the gateway accepts it still. */
  readonly isAccepted: (token: HeldToken) => Promise<boolean>;
  readonly revoke: (token: HeldToken) => Promise<void>;
  /** Forgets all that the page has shown. */
  readonly leave: () => void;
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** To the other tabs; null where there are none. */
  readonly tabs: BroadcastChannel | null;
  readonly now?: () => number;
}

export interface ConsoleSession {
  readonly subscribe: (listener: () => void) => () => void;
  readonly snapshot: () => SessionStatus;
  /** Somebody uses the console: call it at each key and click. Without it the session ends after an hour. */
  readonly touch: () => void;
  /** The token to ask with. Waits until there is one. */
  readonly token: () => Promise<string>;
  readonly logIn: (key: string) => Promise<void>;
  /** Revokes the token, in all tabs. */
  readonly logOut: () => Promise<void>;
}

type Said = { readonly says: 'ask' | 'used' } | { readonly says: 'have'; readonly token: HeldToken } | { readonly says: 'out' };

const storedAt = 'fieldgate-console:token';
const usedAt = 'fieldgate-console:used';
/** Open tabs answer at once; one in the background may be slow. */
const answerWithinMs = 250;
const idleMs = 3_600_000;
const touchedEveryMs = 60_000;

export function openSession(parts: SessionParts): ConsoleSession {
  const { exchange, isAccepted, revoke, leave, storage, tabs, now = Date.now } = parts;
  const listeners = new Set<() => void>();
  const waiting = new Set<(token: HeldToken) => void>();
  let held: HeldToken | null = null;
  let status: SessionStatus = 'opening';
  /** The secret that was given out last: when it is asked for again, it may have been refused. */
  let given: string | null = null;

  function become(next: SessionStatus): void {
    status = next;
    for (const listener of [...listeners]) listener();
  }

  function take(token: HeldToken): void {
    held = token;
    given = null;
    storage.setItem(storedAt, JSON.stringify(token));
    storage.setItem(usedAt, String(now()));
    become('in');
    for (const resume of waiting) resume(token);
    waiting.clear();
  }

  function drop(): void {
    held = null;
    storage.removeItem(storedAt);
    become('ended');
  }

  const usedMs = (): number => Number(storage.getItem(usedAt) ?? now());
  const isIdle = (): boolean => now() - usedMs() >= idleMs;
  const hasEnded = ({ expiresAt }: HeldToken): boolean => Date.parse(expiresAt) <= now();

  /** What has been open for an hour without a hand on it is closed at the gateway too: its streams end there. */
  async function endWhenDue(): Promise<void> {
    const token = held;
    if (token === null || !(isIdle() || hasEnded(token))) return;
    drop();
    await revoke(token).catch(() => {});
  }

  tabs?.addEventListener('message', ({ data }: MessageEvent<Said>) => {
    if (data.says === 'ask' && held !== null) tabs.postMessage({ says: 'have', token: held } satisfies Said);
    if (data.says === 'have' && held === null && isToken(data.token)) take(data.token);
    if (data.says === 'used') storage.setItem(usedAt, String(now()));
    if (data.says === 'out' && held !== null) {
      forget();
      leave();
    }
  });

  function forget(): void {
    held = null;
    storage.removeItem(storedAt);
  }

  const stored = readStored(storage.getItem(storedAt));
  if (stored !== null && !isIdle() && !hasEnded(stored)) {
    held = stored;
    status = 'in';
  } else {
    forget();
    tabs?.postMessage({ says: 'ask' } satisfies Said);
    setTimeout(() => status === 'opening' && become('out'), tabs === null ? 0 : answerWithinMs);
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    snapshot: () => status,
    touch() {
      void endWhenDue();
      if (held === null || now() - usedMs() < touchedEveryMs) return;
      storage.setItem(usedAt, String(now()));
      tabs?.postMessage({ says: 'used' } satisfies Said);
    },
    async token() {
      await endWhenDue();
      const before = held;
      if (before !== null && given === before.secret && !(await isAccepted(before)) && held === before) drop();
      const token = held ?? (await new Promise<HeldToken>((resume) => void waiting.add(resume)));
      given = token.secret;
      return token.secret;
    },
    async logIn(key) {
      const token = await exchange(key);
      take(token);
      tabs?.postMessage({ says: 'have', token } satisfies Said);
    },
    async logOut() {
      const token = held;
      forget();
      tabs?.postMessage({ says: 'out' } satisfies Said);
      if (token !== null) await revoke(token).catch(() => {});
      leave();
    },
  };
}

const isToken = (value: unknown): value is HeldToken =>
  typeof value === 'object' &&
  value !== null &&
  ['id', 'secret', 'expiresAt'].every((name) => typeof Reflect.get(value, name) === 'string');

function readStored(text: string | null): HeldToken | null {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return isToken(value) ? value : null;
  } catch {
    return null;
  }
}
