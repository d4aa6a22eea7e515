import { isHidden } from './keep-trying.ts';

/** Apart by so much, a page that renders at each call is still smooth while 500 events a second arrive. */
const publishEveryMs = 50;

export interface Publisher {
  /** Returns how to leave. */
  subscribe(listener: () => void): () => void;
  /** `atOnce`: for a first or last piece, and for a change that is no piece of text. A hidden page is told at once: its timers are late. */
  publish(atOnce: boolean): void;
}

export function publisher(): Publisher {
  const listeners = new Set<() => void>();
  let last = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    last = Date.now();
    for (const listener of [...listeners]) listener();
  }

  return {
    subscribe(listener) {
      const own = (): void => listener();
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    publish(atOnce) {
      const since = Date.now() - last;
      if (atOnce || isHidden() || since >= publishEveryMs) flush();
      else if (listeners.size > 0) timer ??= setTimeout(flush, publishEveryMs - since);
    },
  };
}
