/** An error as the gateway says it: its sentence, its code, when to try again, and the id by which its operators find it in the log. */
import { type ReactNode, useEffect, useState } from 'react';
import type { Failure } from '../../client/completion-events.ts';
import { CopyField } from './copy-field.tsx';

export interface ProblemProps {
  readonly problem: Failure;
  readonly onRetry?: () => void;
  /** A remedy that the page itself knows. */
  readonly children?: ReactNode;
}

export function Problem({ problem, onRetry, children }: ProblemProps) {
  const { code, message, retryAfterMs, errorId } = problem;
  const seconds = useCountdown(problem, retryAfterMs);
  return (
    <div className="problem" role="alert">
      <p>{message}</p>
      {children}
      <div className="problem-facts">
        <code>{code}</code>
        {seconds > 0 && <span>Try again in {seconds} s.</span>}
        {errorId !== '' && <CopyField label="Error id" text={errorId} isSmall />}
        {onRetry && (
          <button type="button" onClick={onRetry} disabled={seconds > 0}>
            Try again
          </button>
        )}
      </div>
    </div>
  );
}

/** Whole seconds that are left. */
function useCountdown(problem: Failure, retryAfterMs: number | null): number {
  const [left, setLeft] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each problem has a countdown of its own, also with the same time.
  useEffect(() => {
    const end = Date.now() + (retryAfterMs ?? 0);
    const tick = (): void => setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1_000)));
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [problem, retryAfterMs]);
  return left;
}
