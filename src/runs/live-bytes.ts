/**
 * Measures the memory of runs that have not ended, per principal and in total.
 *
 * Beyond the bound, the runs of a principal with more than a fair share are pumped no faster than they are read, and it can
 * start no new ones. Beyond twice the bound, its runs are ended. Other principals are not affected.
 */
import { GatewayError } from '../core/errors.ts';

export interface LiveBytes {
  /** Throws CONCURRENCY_LIMITED when the principal's runs weigh so much that none may be added. */
  admit(principal: string): void;
  /** A run begins. */
  scale(principal: string): Scale;
  readonly bytes: number;
}

/** The weight of one run. */
export interface Scale {
  /** Sets what the run weighs now, in bytes. Throws CONCURRENCY_LIMITED when the run must end. */
  set(bytes: number): void;
  /** Whether the run may produce no more than its readers have read. */
  crowded(): boolean;
  end(): void;
}

export interface LiveBytesOptions {
  readonly maxBytes: number;
  readonly maxBytesPerPrincipal: number;
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;

export function liveBytes({ maxBytes, maxBytesPerPrincipal }: LiveBytesOptions): LiveBytes {
  const held = new Map<string, { bytes: number; runs: number }>();
  let all = 0;

  function beyond(principal: string, times: 1 | 2): boolean {
    const own = held.get(principal)?.bytes ?? 0;
    if (own > times * maxBytesPerPrincipal) return true;
    return all > times * maxBytes && own > (times * maxBytes) / held.size;
  }

  const refusal = (sentence: string): GatewayError =>
    new GatewayError(
      'CONCURRENCY_LIMITED',
      `${sentence} Let some of them end, read those that you follow, or ask for shorter answers; then ask again.`,
      { limit: 'runningCompletions', retryable: true },
    );

  return {
    admit(principal) {
      if (!beyond(principal, 1)) return;
      throw refusal(`Your running completions take ${megabytes(held.get(principal)?.bytes ?? 0)} of memory, so none was started.`);
    },
    scale(principal) {
      const own = held.get(principal) ?? { bytes: 0, runs: 0 };
      held.set(principal, own);
      own.runs += 1;
      let mine = 0;
      const weigh = (bytes: number): void => {
        own.bytes += bytes - mine;
        all += bytes - mine;
        mine = bytes;
      };
      return {
        set(bytes) {
          weigh(bytes);
          if (beyond(principal, 2))
            throw refusal(`Your running completions take ${megabytes(own.bytes)} of memory, so this one was ended.`);
        },
        crowded: () => beyond(principal, 1),
        end() {
          weigh(0);
          own.runs -= 1;
          if (own.runs === 0) held.delete(principal);
        },
      };
    },
    get bytes() {
      return all;
    },
  };
}
