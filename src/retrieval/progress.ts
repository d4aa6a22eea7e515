/** How far an ingestion is, as its job stores it and as the caller sees it. */
import type { JobState } from '../storage/jobs.ts';
import type { IngestionState, SourceFailure } from './retrieval.ts';

interface Progress {
  /** Also the position of the next source: what a crash resumes at. */
  readonly done: number;
  readonly total: number;
  readonly unchanged: number;
  readonly failed: readonly SourceFailure[];
}

export const begun = (total: number): Progress => ({ done: 0, total, unchanged: 0, failed: [] });

export const written = (progress: Progress): string => JSON.stringify(progress);

export const readProgress = (text: string | null): Progress => (text === null ? begun(0) : (JSON.parse(text) as Progress));

export function withOutcome(progress: Progress, outcome: 'stored' | 'unchanged' | SourceFailure): Progress {
  const { done, total, unchanged, failed } = progress;
  return {
    done: done + 1,
    total,
    unchanged: unchanged + (outcome === 'unchanged' ? 1 : 0),
    failed: typeof outcome === 'string' ? failed : [...failed, outcome],
  };
}

const statusOf: Readonly<Record<JobState['status'], IngestionState['status']>> = {
  waiting: 'RUNNING',
  running: 'RUNNING',
  done: 'COMPLETED',
  failed: 'FAILED',
};

export function stateOf({ id, status, progress }: JobState): IngestionState {
  return { id, status: statusOf[status], ...readProgress(progress) };
}
