/** Sends a mutation when it is told to, one at a time. */
import { useCallback, useRef, useState } from 'react';
import type { Client } from '../../client/create-client.ts';
import { asRequestError, type RequestError, refusalOf } from '../../client/transport/request-error.ts';
import type { TypedDocument } from '../../client/typed-document.ts';
import { gate } from '../session/gate.ts';

export interface Action<Data, Variables> {
  /** Resolves with the data, or with null where the gateway refused: `problem` says why. `by` asks with another key than that of the session. */
  readonly run: (variables: Variables, by?: Client) => Promise<Data | null>;
  readonly isRunning: boolean;
  readonly problem: RequestError | null;
  readonly reset: () => void;
}

export function useAction<Data extends object, Variables extends object>(
  document: TypedDocument<Data, Variables>,
): Action<Data, Variables> {
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState<RequestError | null>(null);
  const running = useRef(false);

  const run = useCallback(
    async (variables: Variables, by: Client = gate): Promise<Data | null> => {
      if (running.current) return null;
      running.current = true;
      setRunning(true);
      setProblem(null);
      try {
        const { data, errors } = await by.query(document, variables);
        if (errors.length > 0) throw refusalOf(errors);
        return data;
      } catch (error) {
        setProblem(asRequestError(error));
        return null;
      } finally {
        running.current = false;
        setRunning(false);
      }
    },
    [document],
  );
  const reset = useCallback(() => setProblem(null), []);
  return { run, isRunning, problem, reset };
}
