import { monotonicMs } from '../../core/turns/monotonic.ts';

/** The longest delay that a timer can have. */
const longestTimerMs = 2 ** 31 - 1;
/** A timer that is so late tells that this process did not run, as when it was suspended. */
const lateMs = 1_000;

/**
 * A time that moves with each chunk, most often to a later one: the timer below is set anew when it has rung too soon. What came while
 * this process did not run lies unread, and has a moment to be read first.
 */
export class MovingTimer {
  readonly #ring: () => void;
  #timer: NodeJS.Timeout | undefined;
  #waitMs = 0;
  #ringsAt = Number.POSITIVE_INFINITY;
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Rings in so many milliseconds from now. */
  setTo(ms: number): void {
    this.#waitMs = ms;
    this.#dueAt = monotonicMs() + ms;
    if (this.#timer === undefined || this.#dueAt < this.#ringsAt) this.#arm(ms);
  }

  /** Does not ring until it is set again. */
  pause(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#ringsAt = this.#dueAt;
    this.#timer = setTimeout(rung, Math.min(Math.ceil(ms), longestTimerMs), this);
  }

  /** The timer below has rung. */
  rung(): void {
    this.#timer = undefined;
    if (this.#dueAt === Number.POSITIVE_INFINITY) return;
    const leftMs = this.#dueAt - monotonicMs();
    if (leftMs > 0) this.#arm(leftMs);
    else if (leftMs > -lateMs) this.#ring();
    else this.setTo(Math.min(this.#waitMs, lateMs));
  }
}

const rung = (timer: MovingTimer): void => timer.rung();

/** Calls `ring` once, after so long. Returns how to cancel it. */
export function afterRunning(ms: number, ring: () => void): () => void {
  const timer = new MovingTimer(ring);
  timer.setTo(ms);
  return () => timer.end();
}
