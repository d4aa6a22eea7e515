import { useEffect, useRef, useState } from 'react';
import type { Operation } from '../../../client/transport/link.ts';
import { gate } from '../../session/gate.ts';
import { type OperationRun, runOperation } from './operation-run.ts';

/** One run at a time. It ends with the page. */
export function useOperationRun() {
  const [run, setRun] = useState<OperationRun | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  function start(operation: Operation, isStream: boolean): void {
    running.current?.abort();
    const mine = new AbortController();
    running.current = mine;
    void runOperation(gate, operation, isStream, (state) => running.current === mine && setRun(state), mine.signal);
  }
  return { run, start, stop: () => running.current?.abort() };
}
