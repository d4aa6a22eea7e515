import { Component, type ReactNode } from 'react';
import type { Failure } from '../../client/completion-events.ts';
import { RequestError } from '../../client/transport/request-error.ts';
import { Problem } from '../parts/problem.tsx';

interface BoundaryState {
  readonly problem: Failure | null;
}

/** Keeps a fault of one page in that page. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { problem: null };

  static getDerivedStateFromError(error: unknown): BoundaryState {
    if (error instanceof RequestError) return { problem: error };
    const message = 'This page has failed. Try again; if it fails again, load the console anew.';
    return { problem: { code: 'CONSOLE_FAULT', message, retryable: true, retryAfterMs: null, errorId: '' } };
  }

  override render(): ReactNode {
    const { problem } = this.state;
    return problem === null ? this.props.children : <Problem problem={problem} onRetry={() => this.setState({ problem: null })} />;
  }
}
