/** Keeps ended runs in memory for a while, so that their readers can come back. The memory is bounded in bytes and in time. */

export interface EndedRuns {
  add(id: string, principal: string, bytes: number): void;
  has(id: string): boolean;
  /** Lets go of it now, where it is kept. */
  remove(id: string): void;
  readonly bytes: number;
}

export interface EndedRunsOptions {
  readonly maxBytes: number;
  readonly keptMs: number;
  /** A clock that only goes forward, in milliseconds. */
  readonly now: () => number;
  readonly letGo: (id: string) => void;
}

interface Ended {
  readonly principal: string;
  readonly at: number;
  readonly bytes: number;
}

/** While there are too many bytes, the principal with the most bytes loses its oldest run. */
export function endedRuns({ maxBytes, keptMs, now, letGo }: EndedRunsOptions): EndedRuns & { sweep(): void } {
  /** In the order in which they ended. */
  const ended = new Map<string, Ended>();
  const byPrincipal = new Map<string, { bytes: number; readonly ids: Set<string> }>();
  let all = 0;

  function remove(id: string): void {
    const one = ended.get(id);
    if (one === undefined) return;
    ended.delete(id);
    all -= one.bytes;
    const owned = byPrincipal.get(one.principal);
    if (owned !== undefined) {
      owned.bytes -= one.bytes;
      owned.ids.delete(id);
      if (owned.ids.size === 0) byPrincipal.delete(one.principal);
    }
    letGo(id);
  }

  function largest(): string | undefined {
    let most = { bytes: -1, ids: new Set<string>() };
    for (const owned of byPrincipal.values()) if (owned.bytes > most.bytes) most = owned;
    return most.ids.values().next().value;
  }

  function sweep(): void {
    for (const [id, { at }] of ended) {
      if (now() - at < keptMs) break;
      remove(id);
    }
    while (all > maxBytes) {
      const id = largest();
      if (id === undefined) return;
      remove(id);
    }
  }

  return {
    add(id, principal, bytes) {
      ended.set(id, { principal, at: now(), bytes });
      const owned = byPrincipal.get(principal) ?? { bytes: 0, ids: new Set<string>() };
      byPrincipal.set(principal, owned);
      owned.bytes += bytes;
      owned.ids.add(id);
      all += bytes;
      sweep();
    },
    has: (id) => ended.has(id),
    remove,
    get bytes() {
      return all;
    },
    sweep,
  };
}
