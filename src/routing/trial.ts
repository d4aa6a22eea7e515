/** One attempt at a deployment, as its health counts it: for its caller, for its tenant and for all. */
import type { ErrorDetails } from '../core/errors.ts';
import { forgive, isFailing, noteFault, noteLatency, noteSuccess, type Standing } from './standing.ts';

export interface Fault {
  /** See `ErrorDetails.about`. */
  readonly about?: ErrorDetails['about'];
  /** Milliseconds for which the provider asks to be left alone. */
  readonly retryAfterMs?: number;
}

/** One attempt. The first of `succeeded`, `failed` and `abandoned` counts. */
export interface Trial {
  /** Its first content came after so many milliseconds. A circuit that it probed is closed from now on. */
  spoke(latencyMs: number): void;
  succeeded(): void;
  failed(fault?: Fault): void;
  /** Ended without telling anything about the deployment. */
  abandoned(): void;
}

/** A provider may ask for more: it is then asked once in so long. */
const maxRestMs = 10 * 60_000;

const none: readonly Standing[] = [];
const isClosed = ({ circuit }: Standing): boolean => circuit.state() === 'closed';

/** A class, since each attempt has one: its methods are made once. */
export class StandingTrial implements Trial {
  readonly #record: { restUntil: number };
  readonly #standings: readonly Standing[];
  readonly #monotonicMs: () => number;
  /** Those whose circuit it probes, as nearly always none. */
  readonly #probed: readonly Standing[];
  #isProbing: boolean;
  #isOver = false;

  constructor(record: { restUntil: number }, standings: readonly Standing[], monotonicMs: () => number) {
    this.#record = record;
    this.#standings = standings;
    this.#monotonicMs = monotonicMs;
    this.#probed = standings.every(isClosed) ? none : standings.filter((standing) => !isClosed(standing));
    this.#isProbing = this.#probed.length > 0;
    for (const { circuit } of this.#probed) circuit.probe();
  }

  spoke(latencyMs: number): void {
    if (this.#isOver) return;
    for (const standing of this.#standings) noteLatency(standing, latencyMs);
    this.#endProbe();
    for (const { circuit } of this.#probed) circuit.close();
  }

  succeeded(): void {
    if (!this.#end()) return;
    for (const standing of this.#standings) noteSuccess(standing, this.#monotonicMs());
    for (const standing of this.#probed) forgive(standing);
  }

  failed({ about, retryAfterMs = 0 }: Fault = {}): void {
    if (!this.#end()) return;
    const now = this.#monotonicMs();
    if (about === 'request' || about === 'gateway') return;
    this.#record.restUntil = Math.max(this.#record.restUntil, now + Math.min(maxRestMs, retryAfterMs));
    for (const standing of this.#standings) noteFault(standing, now, about === 'deployment');
    for (const standing of this.#standings.toReversed()) {
      if (standing.circuit.state() === 'open') continue;
      if (this.#probed.includes(standing) || isFailing(standing, now)) standing.circuit.open();
    }
  }

  abandoned(): void {
    this.#end();
  }

  /** False: it is over already. */
  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#endProbe();
    return true;
  }

  #endProbe(): void {
    if (!this.#isProbing) return;
    this.#isProbing = false;
    for (const { circuit } of this.#probed) circuit.probed();
  }
}
