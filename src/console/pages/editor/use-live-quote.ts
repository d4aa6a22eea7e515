/** The price of an operation while it is being written. */
import { useEffect, useState } from 'react';
import { asRequestError, type RequestError } from '../../../client/transport/request-error.ts';
import { gate } from '../../session/gate.ts';
import { QuoteAsTypedDocument, type QuoteAsTypedQueryVariables } from './editor.generated.ts';
import { type LiveQuote, noQuote, quoteDesk } from './quote-desk.ts';

/** `asked`: null asks nothing. */
export function useLiveQuote(asked: QuoteAsTypedQueryVariables | null): LiveQuote {
  const [state, setState] = useState(noQuote);
  const [desk] = useState(() => quoteDesk(quoted, setState));
  const text = asked === null || asked.document.trim() === '' ? null : JSON.stringify(asked);
  useEffect(() => {
    desk.write(text === null ? null : JSON.parse(text));
    return () => desk.write(null);
  }, [desk, text]);
  return text === null ? noQuote : state;
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
