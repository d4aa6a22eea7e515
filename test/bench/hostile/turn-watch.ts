/**
 * Finds the longest turn of the event loop, by the CPU time of this thread: it says the same on a busy machine as on a quiet one,
 * where a turn takes as long by the clock. What workers and other processes do is not in it.
 */
export interface LongestTurn {
  readonly cpuMs: number;
  /** By the clock: more where the machine has other things to do. */
  readonly wallMs: number;
}

const tickMs = 1;

/** Watches until it is stopped. Timers that are due are called in every turn, so at most one turn and a millisecond lie between two. */
export function watchTurns(): { stop(): LongestTurn } {
  let cpuMs = 0;
  let wallMs = 0;
  let cpuBefore = threadCpuMs();
  let before = performance.now();
  const tick = (): void => {
    const cpuNow = threadCpuMs();
    const now = performance.now();
    cpuMs = Math.max(cpuMs, cpuNow - cpuBefore);
    wallMs = Math.max(wallMs, now - before - tickMs);
    cpuBefore = cpuNow;
    before = now;
  };
  const timer = setInterval(tick, tickMs);
  return {
    stop() {
      clearInterval(timer);
      tick();
      return { cpuMs, wallMs };
    },
  };
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
