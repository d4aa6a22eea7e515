/** What a process costs, as the kernel counts it: proc(5) of Linux, the one system that this benchmark runs on. */
import { readdirSync, readFileSync } from 'node:fs';

export interface CpuUs {
  /** Of the thread that runs JavaScript. */
  readonly main: number;
  /** Of all threads that live: those of the pool, of V8 and of workers, too. */
  readonly all: number;
}

export function cpuOf(pid: number): CpuUs {
  let all = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) all += threadUs(pid, thread) ?? 0;
  return { main: threadUs(pid, String(pid)) ?? Number.NaN, all };
}

export const since = (after: CpuUs, before: CpuUs, per: number): CpuUs => ({
  main: (after.main - before.main) / per,
  all: (after.all - before.all) / per,
});

/** Null for a thread that has just ended. The first field of `schedstat` is nanoseconds on a processor. */
function threadUs(pid: number, thread: string): number | null {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1_000;
  } catch {
    return null;
  }
}

export function residentBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return kib === undefined ? Number.NaN : Number(kib) * 1_024;
}
