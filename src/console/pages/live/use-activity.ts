/** What the gateway does, as it tells it: the newest state, and why there is none. The stream shares the tab's WebSocket. */
import { useEffect, useState } from 'react';
import { asRequestError, type RequestError } from '../../../client/transport/request-error.ts';
import { reportRead } from '../../data/freshness.ts';
import { gate } from '../../session/gate.ts';
import { LiveDocument, type LiveSubscription } from './live.generated.ts';

export type Activity = LiveSubscription['aiActivity'];

export interface FollowedActivity {
  /** Null before the first. */
  readonly activity: Activity | null;
  readonly problem: RequestError | null;
  readonly retry: () => void;
}

export function useActivity(): FollowedActivity {
  const [activity, setActivity] = useState<Activity | null>(null);
  const [problem, setProblem] = useState<RequestError | null>(null);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` follows anew.
  useEffect(() => {
    const leaving = new AbortController();
    setProblem(null);
    follow(leaving.signal, setActivity).catch((error: unknown) => {
      if (!leaving.signal.aborted) setProblem(asRequestError(error));
    });
    return () => leaving.abort();
  }, [turn]);
  return { activity, problem, retry: () => setTurn((before) => before + 1) };
}

async function follow(signal: AbortSignal, tell: (activity: Activity) => void): Promise<void> {
  for await (const state of gate.stream(LiveDocument, {}, { signal })) {
    if (signal.aborted) return;
    if (!('at' in state)) continue;
    tell(state);
    reportRead();
  }
}
