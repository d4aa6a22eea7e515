/** The progress of an ingestion, as its job stores it and as the caller sees it. */
import type { ErrorCode, GatewayError } from '../../core/errors.ts';
import type { JobState } from '../../storage/jobs/jobs.ts';
import type { IngestionFailure, IngestionState, SourceFailure } from '../retrieval.ts';

export interface Progress {
  /** It is also the position of the next source, from which another worker goes on after a crash. */
  readonly done: number;
  readonly total: number;
  readonly unchanged: number;
  readonly failed: readonly SourceFailure[];
  /** How often the next source was given back to wait for a rate or a provider. */
  readonly waits?: number;
  /** Why the ingestion ended early. */
  readonly failure?: IngestionFailure;
}

export const newProgress = (total: number): Progress => ({ done: 0, total, unchanged: 0, failed: [] });

export const writeProgress = (progress: Progress): string => JSON.stringify(progress);

export const readProgress = (text: string | null): Progress => (text === null ? newProgress(0) : (JSON.parse(text) as Progress));

export function withOutcome(progress: Progress, outcome: 'stored' | 'unchanged' | SourceFailure): Progress {
  const { done, total, unchanged, failed } = progress;
  return {
    done: done + 1,
    total,
    unchanged: unchanged + (outcome === 'unchanged' ? 1 : 0),
    failed: typeof outcome === 'string' ? failed : [...failed, outcome],
  };
}

export const withFailure = (progress: Progress, { code, message, errorId }: GatewayError): Progress => ({
  ...progress,
  failure: { code, message, errorId },
});

const statusOf: Readonly<Record<JobState['status'], IngestionState['status']>> = {
  waiting: 'RUNNING',
  running: 'RUNNING',
  done: 'COMPLETED',
  failed: 'FAILED',
};

export function stateOf({ id, status, progress, subject, createdAt }: JobState): IngestionState {
  const { done, total, unchanged, failed, failure = null } = readProgress(progress);
  return {
    id,
    collection: subject === '' ? null : subject,
    startedAt: createdAt,
    status: statusOf[status],
    done,
    total,
    unchanged,
    failed,
    failure: status === 'failed' ? (failure ?? gaveUp(id)) : null,
  };
}

/** The job was taken again and again without any progress: see `storage/jobs/jobs.ts`. */
const gaveUp = (id: string): IngestionFailure => ({
  code: 'INTERNAL' satisfies ErrorCode,
  message: 'It was given up, because the gateway could not get any further with its next source. Send the other sources without it.',
  errorId: id,
});
