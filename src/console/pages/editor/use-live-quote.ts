/**
 * The price of an operation while it is being written. One quote is asked at a time, at most every 150 ms, and always for the newest text:
 * a hand that writes without a pause costs seven quotes a second, and no answer comes behind a newer one.
 */
import { useEffect, useRef, useState } from 'react';
import { asRequestError, type RequestError } from '../../../client/transport/request-error.ts';
import { gate } from '../../session/gate.ts';
import { QuoteAsTypedDocument, type QuoteAsTypedQuery, type QuoteAsTypedQueryVariables } from './editor.generated.ts';

export type Quote = QuoteAsTypedQuery['aiQuote'];

export interface LiveQuote {
  /** Of the text `document`; null while it cannot be quoted. */
  readonly quote: Quote | null;
  readonly problem: RequestError | null;
  /** The text that this is said of. */
  readonly document: string;
}

const everyMs = 150;
const nothing: LiveQuote = { quote: null, problem: null, document: '' };

/** `asked`: null asks nothing. */
export function useLiveQuote(asked: QuoteAsTypedQueryVariables | null): LiveQuote {
  const [state, setState] = useState(nothing);
  const text = asked === null || asked.document.trim() === '' ? null : JSON.stringify(asked);
  const newest = useRef(text);
  newest.current = text;
  const desk = useRef({ isAsking: false, answered: null as string | null, begunAt: 0, isGone: false });

  useEffect(() => {
    const here = desk.current;
    here.isGone = false;
    return () => {
      here.isGone = true;
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each new text may begin a question.
  useEffect(() => {
    if (!desk.current.isAsking) void askUntilNewest();
  }, [text]);

  async function askUntilNewest(): Promise<void> {
    const here = desk.current;
    here.isAsking = true;
    while (!here.isGone && newest.current !== here.answered) {
      const waitMs = here.begunAt + everyMs - Date.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const now = newest.current;
      here.begunAt = Date.now();
      const next = now === null ? nothing : await quoted(JSON.parse(now));
      here.answered = now;
      if (!here.isGone) setState(next);
    }
    here.isAsking = false;
  }

  return text === null ? nothing : state;
}

async function quoted(asked: QuoteAsTypedQueryVariables): Promise<LiveQuote> {
  const { document } = asked;
  try {
    const { data } = await gate.query(QuoteAsTypedDocument, asked);
    return { quote: data.aiQuote, problem: null, document };
  } catch (error) {
    return { quote: null, problem: asRequestError(error), document };
  }
}

/** Where the gateway says that the mistake is, in lines and columns from 1 on. */
export function placeOfProblem(problem: RequestError | null): { readonly line: number; readonly column: number } | null {
  const [error] = problem?.errors ?? [];
  const place = error?.extensions?.['documentPlace'] as { readonly line: number; readonly column: number } | undefined;
  return place ?? null;
}
