/** Keeps one index up to date, independently of the others: an index that hangs or waits for its rate delays none of them. */

import { asGatewayError, type GatewayError } from '../../core/errors.ts';
import { abortError, sleep, untilAborted } from '../../core/turns/abort.ts';

export interface IndexKeeper {
  /** Updates the index now. Rejects with the failure; the next look comes later. */
  refresh(signal: AbortSignal): Promise<void>;
  /** Updates the index repeatedly, until the signal fires. */
  keepFresh(signal: AbortSignal): Promise<void>;
  /** Resolves when no update is under way. */
  idle(): Promise<void>;
}

interface KeeperOptions {
  readonly look: (signal: AbortSignal) => Promise<void>;
  readonly onFailure: (error: GatewayError) => void;
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  /** Milliseconds to the next look after one that failed; doubled at each, up to `everyMs`. */
  readonly retryMs: number;
}

export function indexKeeper({ look, onFailure, everyMs, retryMs }: KeeperOptions): IndexKeeper {
  /** Looks run one after another: a second one begins when the first has ended, so that it sees later changes. */
  let last: Promise<void> = Promise.resolve();

  const looked = async (signal: AbortSignal): Promise<void> => {
    if (signal.aborted) throw abortError(signal);
    try {
      await look(signal);
    } catch (error) {
      if (signal.aborted) throw abortError(signal);
      const failure = asGatewayError(error);
      onFailure(failure);
      throw failure;
    }
  };
  const refresh = (signal: AbortSignal): Promise<void> => {
    const turn = last.then(() => looked(signal));
    last = turn.catch(() => {});
    return untilAborted(turn, signal);
  };

  return {
    refresh,
    async keepFresh(signal) {
      for (let waitMs = retryMs; !signal.aborted; ) {
        const fresh = await refresh(signal).then(
          () => true,
          () => false,
        );
        await sleep(fresh ? everyMs : waitMs, signal).catch(() => {});
        waitMs = fresh ? retryMs : Math.min(2 * waitMs, everyMs);
      }
    },
    idle: () => last,
  };
}
