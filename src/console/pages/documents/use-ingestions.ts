/** What the reader has added to a collection. Those that run tell how far they are, each by a stream of its own over the tab's WebSocket. */
import { useEffect, useRef, useState } from 'react';
import { asRequestError, type RequestError } from '../../../client/transport/request-error.ts';
import { useQuery } from '../../data/use-query.ts';
import { gate } from '../../session/gate.ts';
import { IngestionProgressDocument, type IngestionRowFragment, IngestionsDocument } from './documents.generated.ts';

export interface Ingestions {
  /** Null before the first answer. */
  readonly rows: readonly IngestionRowFragment[] | null;
  readonly problem: RequestError | null;
  readonly refresh: () => void;
}

/** `onEnd` is called when one has ended. */
export function useIngestions(collection: string, onEnd: () => void): Ingestions {
  const { data, problem, refresh } = useQuery(IngestionsDocument, { collection });
  const [newer, setNewer] = useState<ReadonlyMap<string, IngestionRowFragment>>(new Map());
  const [lost, setLost] = useState<RequestError | null>(null);
  const ended = useRef(onEnd);
  ended.current = onEnd;
  const rows = data?.aiIngestions.map((row) => (row.status === 'RUNNING' ? (newer.get(row.id) ?? row) : row)) ?? null;
  const running = (data?.aiIngestions ?? []).flatMap(({ id, status }) => (status === 'RUNNING' ? [id] : [])).join(' ');

  /** A short one has ended before it was ever seen running: no stream tells of it. */
  const known = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (data === null) return;
    const before = known.current;
    known.current = new Set(data.aiIngestions.map(({ id }) => id));
    if (before !== null && data.aiIngestions.some(({ id, status }) => status !== 'RUNNING' && !before.has(id))) ended.current();
  }, [data]);

  useEffect(() => {
    const leaving = new AbortController();
    setLost(null);
    const follow = async (id: string): Promise<void> => {
      let isRunning = true;
      for await (const row of gate.stream(IngestionProgressDocument, { id }, { signal: leaving.signal })) {
        if (leaving.signal.aborted || !('total' in row)) return;
        setNewer((before) => new Map(before).set(id, row));
        isRunning = row.status === 'RUNNING';
        if (!isRunning) ended.current();
      }
      // A stream may end before it has told the end: the list has it.
      if (isRunning && !leaving.signal.aborted) refresh();
    };
    for (const id of running.split(' ').filter(Boolean))
      follow(id).catch((error: unknown) => {
        if (!leaving.signal.aborted) setLost(asRequestError(error));
      });
    return () => leaving.abort();
  }, [running, refresh]);

  return { rows, problem: problem ?? lost, refresh };
}
