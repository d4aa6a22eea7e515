import { useEffect, useState } from 'react';
import type { Failure } from '../../src/client/sdk.ts';

/** Waits as long as the gateway asks for, and says so. */
export function Retry({ failure, onRetry }: { readonly failure: Failure; readonly onRetry: () => void }) {
  const [until] = useState(() => Date.now() + (failure.retryAfterMs ?? 0));
  const [left, setLeft] = useState(() => Math.ceil((failure.retryAfterMs ?? 0) / 1_000));
  useEffect(() => {
    if (left <= 0) return;
    const timer = setInterval(() => setLeft(Math.ceil((until - Date.now()) / 1_000)), 250);
    return () => clearInterval(timer);
  }, [left, until]);
  return (
    <button type="button" disabled={left > 0} onClick={onRetry}>
      {left > 0 ? `Try again in ${left} s` : 'Try again'}
    </button>
  );
}
