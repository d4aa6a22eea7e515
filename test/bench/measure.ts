/**
 * What every benchmark measures by: contenders take turns in one run, so that whatever else the machine does hits all of
 * them, and the median of their turns counts. CPU, not wall time: it says the same on a busy machine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Turns {
  /** After one that is not counted. */
  readonly turns: number;
  /** Of each contender in each turn. */
  readonly calls: number;
}

/** Microseconds of this process's CPU for one call of each contender. */
export async function cpuUs<Name extends string>(
  contenders: Readonly<Record<Name, () => unknown>>,
  { turns, calls }: Turns,
): Promise<Record<Name, number>> {
  return taken(contenders, turns, async (call) => {
    const before = process.cpuUsage();
    for (let made = 0; made < calls; made += 1) {
      const result = call();
      if (result instanceof Promise) await result;
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  });
}

/** The median of what `measure` says of each contender, over so many turns. */
export async function taken<Name extends string, Contender>(
  contenders: Readonly<Record<Name, Contender>>,
  turns: number,
  measure: (contender: Contender) => Promise<number>,
): Promise<Record<Name, number>> {
  const names = Object.keys(contenders) as Name[];
  const values = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const name of names) {
      const value = await measure(contenders[name]);
      if (turn > 0) values.get(name)?.push(value);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(values.get(name) ?? [])])) as Record<Name, number>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** `1.23x`. */
export const ratio = (value: number, to: number): string => `${(value / to).toFixed(value / to < 10 ? 2 : 1)}x`;

export const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** For the time of the work. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
