/** Contenders in turn, and what their rounds say: whatever else the machine does hits all of them. */
import { median, ratio } from '../measure.ts';
import type { Child, Load } from './children.ts';
import type { Contender } from './contenders/contenders.ts';
import type { Calls, Told } from './load/load-messages.ts';
import { type CpuUs, cpuOf, since } from './process-cost.ts';

/** What every figure is measured with. */
export interface Bench {
  readonly upstream: Child;
  readonly load: Load;
  readonly rounds: number;
  /** Ten minutes of load for the memory, where one is usual. */
  readonly long: boolean;
  /** Whether the other project's gateway is fetched and measured. */
  readonly portkey: boolean;
  /** Another checkout of this project, whose completions are measured in the same rounds: what a change has won. */
  readonly beside: string | null;
  /** A new one, for a state. */
  folder(): string;
}

/** One line of the table. */
export interface Row {
  readonly figure: string;
  readonly measured: string;
  readonly target: string;
  /** Null where the issue sets no target. */
  readonly met: boolean | null;
}

/** What each contender measures in each of so many rounds. */
export async function inTurns<Measures extends Readonly<Record<string, () => Promise<unknown>>>>(
  rounds: number,
  measures: Measures,
): Promise<{ [Name in keyof Measures]: Awaited<ReturnType<Measures[Name]>>[] }> {
  const values = new Map<string, unknown[]>(Object.keys(measures).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, measure] of Object.entries(measures)) values.get(name)?.push(await measure());
  return Object.fromEntries(values) as { [Name in keyof Measures]: Awaited<ReturnType<Measures[Name]>>[] };
}

export interface Cost extends CpuUs {
  readonly told: Told;
}

/** Of one call. */
export async function costOf(load: Load, { pid, door }: Contender, calls: Omit<Calls, 'type' | 'to'>): Promise<Cost> {
  const before = cpuOf(pid);
  const told = await load.calls({ to: door, ...calls });
  return { ...since(cpuOf(pid), before, told.count), told };
}

/** Median of the rounds' ratios, each within its own round. */
export const medianRatio = (values: readonly number[], to: readonly number[]): number =>
  median(values.map((value, round) => value / (to[round] ?? Number.NaN)));

export const mains = (costs: readonly CpuUs[]): number[] => costs.map(({ main }) => main);
const alls = (costs: readonly CpuUs[]): number[] => costs.map(({ all }) => all);

/** `3.1x the JSON floor (3.4x by all threads; 125 us)`. */
export const against = (ours: readonly CpuUs[], theirs: readonly CpuUs[], name: string): string =>
  `${ratio(medianRatio(mains(ours), mains(theirs)), 1)} ${name} (${ratio(medianRatio(alls(ours), alls(theirs)), 1)} by all threads; ${us(mains(theirs))})`;

export const us = (values: readonly number[]): string => `${median(values).toFixed(0)} us`;

/** `5,128 us, all threads 6,400 us`. */
export const costs = (ours: readonly CpuUs[]): string => `${us(mains(ours))}, all threads ${us(alls(ours))}`;

/** That of a share in sorted values. */
export const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
