/** Streams of the app's own subscriptions, with the same resume as an {@link Answer}. */

import { keepTrying, onReturn } from './keep-trying.ts';
import { fieldIn, throwIfOutside } from './live-answer.ts';
import type { GatewayLink } from './transport/gateway-link.ts';

interface AnyEvent {
  readonly __typename?: string;
  readonly seq?: number;
  readonly cursor?: string;
}

export interface Following {
  readonly link: GatewayLink;
  readonly onDrop: () => void;
  readonly query: string;
  readonly variables: object;
  /** Ends it, and the loop that reads it. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Each event of the subscription's one field. After a drop it goes on behind the last `cursor` where the document has the variable
 * `$after`, else it subscribes again and leaves out events whose `seq` it has had. Ends behind the last event of a completion, and where
 * the gateway ends the stream. Throws a RequestError.
 */
export async function* followDocument({ link, onDrop, query, variables, signal }: Following): AsyncGenerator<unknown, void> {
  const leaving = new AbortController();
  const events: unknown[] = [];
  const resumes = /\$after\b/.test(query);
  let wake = (): void => {};
  let over = false;
  let error: unknown;
  let seq = 0;
  let cursor: string | null = null;
  let alive = 0;

  const leave = (): void => leaving.abort();
  const stopProbing = onReturn(link.probe);
  signal?.addEventListener('abort', leave);
  if (signal?.aborted) leave();

  const reading = keepTrying(
    async () => {
      const operation = { query, variables: resumes && cursor !== null ? { ...variables, after: cursor } : variables };
      let ended = false;
      const attempt = new AbortController();
      await link.subscribe(
        operation,
        (result) => {
          const event = fieldIn(result) as AnyEvent | null;
          if (event === null || ended) return;
          const { __typename = '' } = event;
          if (__typename === 'CompletionFailed') throwIfOutside(event, alive > 0);
          if (event.seq !== undefined && event.seq <= seq) return;
          seq = event.seq ?? 0;
          cursor = event.cursor || cursor;
          alive += 1;
          ended = /^Completion(Finished|Failed)$/.test(__typename);
          events.push(event);
          wake();
          if (ended) attempt.abort();
        },
        AbortSignal.any([leaving.signal, attempt.signal]),
      );
    },
    { signal: leaving.signal, progress: () => alive, onDrop },
  )
    .catch((thrown: unknown) => {
      error = thrown;
    })
    .finally(() => {
      over = true;
      wake();
    });

  try {
    for (;;) {
      while (events.length > 0) yield events.shift();
      if (over) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (error !== undefined) throw error;
  } finally {
    leave();
    stopProbing();
    signal?.removeEventListener('abort', leave);
    await reading;
  }
}
