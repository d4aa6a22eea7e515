/**
 * What nobody caught, anywhere in the process: logged under an errorId, counted, and the gateway goes on.
 *
 * A rejection or a throw that reaches the process has already ended the one callback that it came from; ending all
 * tenants' requests with it would be worse than the fault. For the process of `fieldgate serve`: a library installs no such thing.
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
