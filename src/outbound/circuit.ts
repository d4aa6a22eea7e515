/**
 * A circuit breaker. It is closed, or open for a while, or probing: then one call at a time goes through to find out.
 *
 * It opens for one second, and twice as long each time it opens again before {@link Circuit.well}, at most ten seconds: nobody
 * waits longer than that for a server that is back. The jitter shortens the time, so that circuits which open together do not
 * close together.
 */

const firstOpenMs = 1_000;
export const maxOpenMs = 10_000;
const jitter = 0.2;

/** `open`: failing, not called; `probing`: one call is let through to find out. */
export type CircuitState = 'closed' | 'probing' | 'open';

export interface Circuit {
  state(): CircuitState;
  /** Milliseconds for which the circuit stays open. */
  leftMs(): number;
  /** Whether a call may go through now. */
  passable(): boolean;
  /** Notes a call that goes through although the circuit is not closed. */
  probe(): void;
  /** Notes that the probe is over, whatever it found. */
  probed(): void;
  open(): void;
  /** Lets all calls through. The circuit opens for longer next time, until it has been {@link well}. */
  close(): void;
  well(): void;
}

export interface CircuitOptions {
  readonly monotonicMs: () => number;
  readonly random: () => number;
}

export function circuit({ monotonicMs, random }: CircuitOptions): Circuit {
  let openUntil: number | null = null;
  /** Number of times that the circuit has opened since it was last well. */
  let opened = 0;
  let probes = 0;
  const leftMs = (): number => Math.max(0, (openUntil ?? 0) - monotonicMs());
  const state = (): CircuitState => (openUntil === null ? 'closed' : leftMs() > 0 ? 'open' : 'probing');
  return {
    state,
    leftMs,
    passable: () => state() === 'closed' || (state() === 'probing' && probes === 0),
    probe() {
      probes += 1;
    },
    probed() {
      probes -= 1;
    },
    open() {
      const openMs = Math.min(maxOpenMs, firstOpenMs * 2 ** opened);
      openUntil = monotonicMs() + openMs * (1 - jitter * random());
      opened += 1;
    },
    close() {
      openUntil = null;
    },
    well() {
      openUntil = null;
      opened = 0;
    },
  };
}
