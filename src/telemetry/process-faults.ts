/**
 * Handles uncaught exceptions and rejections: logs each under an errorId, counts it, and the gateway continues.
 *
 * An uncaught rejection or exception has already ended the one callback that it came from. Ending every tenant's requests as
 * well would be worse than the fault. Only `fieldgate serve` installs these handlers; a library must not.
 */
import type { Log } from './log.ts';

export type ProcessFault = 'exception' | 'rejection';

const counts: Record<ProcessFault, number> = { exception: 0, rejection: 0 };

/** How often each came since the start of the process. */
export const processFaults = (): Readonly<Record<ProcessFault, number>> => counts;

/** Returns how to stop. */
export function surviveFaults(log: Log): () => void {
  const tell = (kind: ProcessFault, err: unknown): void => {
    counts[kind] += 1;
    log.error('a fault was caught by nobody: the gateway goes on', { kind, errorId: crypto.randomUUID(), err });
  };
  const onException = (error: unknown): void => tell('exception', error);
  const onRejection = (reason: unknown): void => tell('rejection', reason);
  process.on('uncaughtException', onException);
  process.on('unhandledRejection', onRejection);
  return () => {
    process.off('uncaughtException', onException);
    process.off('unhandledRejection', onRejection);
  };
}
