/** Reads with one operation and keeps what it read: the data before stays on the page until the next is there. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { asRequestError, type RequestError, type SentError } from '../../client/transport/request-error.ts';
import type { TypedDocument } from '../../client/typed-document.ts';
import { gate } from '../session/gate.ts';
import { reportRead, useRefreshAll } from './freshness.ts';

export interface Loaded<Data> {
  /** Null before the first answer. */
  readonly data: Data | null;
  /** Of fields that have no data. */
  readonly errors: readonly SentError[];
  /** Why there is no new data; the data before may still be shown. */
  readonly problem: RequestError | null;
  readonly isLoading: boolean;
  readonly refresh: () => void;
}

export interface QueryOptions {
  /** Reads again so often while the page is visible. Default: never. */
  readonly everyMs?: number;
  /** Reads nothing while true. */
  readonly isPaused?: boolean;
}

export function useQuery<Data, Variables extends object>(
  document: TypedDocument<Data, Variables>,
  variables: Variables,
  { everyMs, isPaused = false }: QueryOptions = {},
): Loaded<Data> {
  const [state, setState] = useState<Omit<Loaded<Data>, 'refresh'>>({ data: null, errors: [], problem: null, isLoading: !isPaused });
  const [turn, setTurn] = useState(0);
  const latest = useRef(variables);
  latest.current = variables;
  /** Variables are compared by what is in them: a component makes a new object each time. */
  const asked = JSON.stringify(variables);
  const refresh = useCallback(() => setTurn((before) => before + 1), []);
  useRefreshAll(refresh);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` stands for the variables, and `turn` asks again.
  useEffect(() => {
    if (isPaused) return;
    const reading = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    gate.query(document, latest.current, { signal: reading.signal }).then(
      ({ data, errors }) => {
        if (reading.signal.aborted) return;
        reportRead();
        setState({ data, errors, problem: null, isLoading: false });
      },
      (error: unknown) => {
        if (!reading.signal.aborted) setState((before) => ({ ...before, problem: asRequestError(error), isLoading: false }));
      },
    );
    return () => reading.abort();
  }, [document, asked, turn, isPaused]);

  useEffect(() => {
    if (everyMs === undefined) return;
    const timer = setInterval(() => globalThis.document.visibilityState === 'visible' && refresh(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, refresh]);

  return { ...state, refresh };
}
