/**
 * When an operation that is being written is quoted. Quotes count among the requests of who writes: one is asked at a time, when the hand
 * has rested, and none before the gateway takes requests again. No answer comes behind a newer one.
 */
import type { RequestError } from '../../../client/transport/request-error.ts';
import type { QuoteAsTypedQuery, QuoteAsTypedQueryVariables } from './editor.generated.ts';

export type Quote = QuoteAsTypedQuery['aiQuote'];

export interface LiveQuote {
  /** Of the text `document`; null while it cannot be quoted. */
  readonly quote: Quote | null;
  readonly problem: RequestError | null;
  /** The text that this is said of. */
  readonly document: string;
}

export interface QuoteDesk {
  /** What stands there now; null asks nothing. */
  write(asked: QuoteAsTypedQueryVariables | null): void;
}

export const restMs = 500;
export const noQuote: LiveQuote = { quote: null, problem: null, document: '' };

export function quoteDesk(ask: (asked: QuoteAsTypedQueryVariables) => Promise<LiveQuote>, tell: (quote: LiveQuote) => void): QuoteDesk {
  let newest: QuoteAsTypedQueryVariables | null = null;
  let isAsking = false;
  let restedAt = 0;
  let allowedAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function plan(): void {
    clearTimeout(timer);
    if (newest === null || isAsking) return;
    timer = setTimeout(askNewest, Math.max(restedAt, allowedAt) - Date.now(), newest);
  }

  async function askNewest(asked: QuoteAsTypedQueryVariables): Promise<void> {
    isAsking = true;
    const said = await ask(asked);
    isAsking = false;
    const isRefused = said.problem?.code === 'RATE_LIMITED';
    if (isRefused) allowedAt = Date.now() + (said.problem?.retryAfterMs ?? restMs);
    if (newest !== null) tell(said);
    if (isRefused || newest !== asked) plan();
  }

  return {
    write(asked) {
      newest = asked;
      restedAt = Date.now() + restMs;
      plan();
    },
  };
}
