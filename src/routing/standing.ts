/** What is known of the calls of one caller, of one tenant or of all, at one deployment. */
import { type Circuit, type CircuitOptions, circuit } from '../outbound/circuit.ts';

export interface Standing {
  readonly circuit: Circuit;
  /** Those of whom it consists: tenants of a deployment, callers of a tenant. The one heard of last stands last. */
  readonly members: Map<string, Standing>;
  /** Name of that one; empty: there is none. */
  newest: string;
  calls: number;
  /** Moving averages; null before the first call. */
  latencyMs: number | null;
  errorRate: number | null;
  /** Faults since the last call that went well, when the first of them came, and whether the last one spoke of the deployment. */
  faultsInARow: number;
  failingSince: number;
  clear: boolean;
  /** When a call last ended, well or not. */
  heardAt: number;
}

/** Milliseconds after which what was heard says nothing about now, and nothing about what is usual. */
const recentMs = 60_000;
const usualMs = 10 * 60_000;
const faultsInARow = 5;
const badRate = 0.5;
const enoughCalls = 20;
/** So many faults of one member count when all are judged: never enough by themselves. */
const maxFaultsOfOne = 3;
/** Weight of the newest value in a moving average. */
const newest = 0.2;

export const newStanding = (options: CircuitOptions): Standing => ({
  circuit: circuit(options),
  members: new Map(),
  newest: '',
  calls: 0,
  latencyMs: null,
  errorRate: null,
  faultsInARow: 0,
  failingSince: 0,
  clear: false,
  heardAt: Number.NEGATIVE_INFINITY,
});

export function noteLatency(standing: Standing, latencyMs: number): void {
  standing.latencyMs = average(standing.latencyMs, latencyMs);
}

export function noteSuccess(standing: Standing, now: number): void {
  standing.calls += 1;
  standing.errorRate = average(standing.errorRate, 0);
  standing.faultsInARow = 0;
  standing.heardAt = now;
}

/** `clear`: the fault speaks of the deployment, not perhaps of the request. */
export function noteFault(standing: Standing, now: number, clear: boolean): void {
  standing.calls += 1;
  standing.errorRate = average(standing.errorRate, 1);
  if (standing.faultsInARow === 0) standing.failingSince = now;
  standing.faultsInARow += 1;
  standing.clear = clear;
  standing.heardAt = now;
}

/** As if it had never failed: what a probe that went well means, also for members that had failed because of the deployment. */
export function forgive(standing: Standing): void {
  standing.circuit.well();
  standing.calls = 0;
  standing.errorRate = 0;
  standing.faultsInARow = 0;
  for (const member of standing.members.values()) if (member.clear && member.faultsInARow > 0) forgive(member);
}

/**
 * Whether it has failed so often that its circuit opens. A caller is judged by its own faults: five in a row, or more than half of
 * at least twenty. A tenant, or everybody, by its members: two of them at least must be failing, and more than have been
 * served since the first of them began to fail, so that no caller alone speaks for others.
 */
export function isFailing(standing: Standing, now: number): boolean {
  const bad = standing.calls >= enoughCalls && (standing.errorRate ?? 0) > badRate;
  if (standing.members.size === 0) return bad || standing.faultsInARow >= faultsInARow;
  const recent = heardWithin(recentMs, standing, now);
  const failing = recent.filter((member) => member.faultsInARow > 0);
  if (failing.length < 2) return false;
  const since = Math.min(...failing.map(({ failingSince }) => failingSince));
  const served = recent.filter((member) => member.faultsInARow === 0 && member.heardAt >= since);
  const faults = failing.reduce((sum, member) => sum + Math.min(maxFaultsOfOne, member.faultsInARow), 0);
  return failing.length > served.length && (bad || faults >= faultsInARow);
}

/** Of the members that were heard of lately, each counting the same: the calls of one, however many, do not make the mean. */
export function meanOf(standing: Standing, value: 'latencyMs' | 'errorRate', now: number): number | null {
  const values = heardWithin(usualMs, standing, now).flatMap((member) => member[value] ?? []);
  return values.length === 0 ? standing[value] : values.reduce((sum, one) => sum + one, 0) / values.length;
}

/** How it stands as others see it: a circuit that is open for every caller there has been lately, by faults of the deployment, is open. */
export function showCircuit(standing: Standing, now: number): ReturnType<Circuit['state']> {
  const own = standing.circuit.state();
  if (own !== 'closed' || standing.members.size === 0) return own;
  const states = heardWithin(recentMs, standing, now).map((member) => (member.clear ? showCircuit(member, now) : 'closed'));
  if (states.length === 0 || states.includes('closed')) return 'closed';
  return states.includes('open') ? 'open' : 'probing';
}

/** Milliseconds for which {@link showCircuit} goes on to say `open`; 0: it does not say so. */
export function shownOpenMs(standing: Standing, now: number): number {
  if (showCircuit(standing, now) !== 'open') return 0;
  if (standing.circuit.state() === 'open') return standing.circuit.leftMs();
  const left = heardWithin(recentMs, standing, now).map((member) => shownOpenMs(member, now));
  return Math.min(...left.filter((ms) => ms > 0));
}

const heardWithin = (ms: number, { members }: Standing, now: number): readonly Standing[] =>
  [...members.values()].filter(({ heardAt }) => now - heardAt <= ms);

const average = (sofar: number | null, value: number): number => (sofar === null ? value : sofar + newest * (value - sofar));
