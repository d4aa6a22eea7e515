/**
 * How the deployments are doing: moving averages and a circuit breaker each.
 *
 * A circuit opens after five faults in a row, or when more than half of at least twenty recent calls were faults. It stays open for a
 * second, twice as long each time it opens again, at most a minute (or what the provider asked for); then one call
 * is let through, and its ending decides. Only faults of the provider count: refusals, cancels and bad requests do not.
 */
import type { Deployment, Health } from './route.ts';

const faultsInARow = 5;
const badRate = 0.5;
const enoughCalls = 20;
const firstOpenMs = 1_000;
const longestOpenMs = 60_000;
/** Weight of the newest value in a moving average. */
const newest = 0.2;
/** Kept for at most so many deployments, the first seen forgotten first: a configuration has far fewer. */
const mostDeployments = 1_000;

export interface HealthBook {
  of(deployment: Deployment): Health;
  /** Milliseconds until the deployment may be tried again; 0 when it may now. */
  closedInMs(deployment: Deployment): number;
  /** Takes part in a call: null while the circuit is open, or another call is probing it. */
  begin(deployment: Deployment): Trial | null;
}

/** One attempt. The first of `succeeded`, `failed` and `abandoned` counts. */
export interface Trial {
  /** `latencyMs`: to the first content. */
  succeeded(latencyMs: number): void;
  failed(retryAfterMs?: number): void;
  /** Ended without telling anything about the deployment. */
  abandoned(): void;
}

interface Record {
  latencyMs: number | null;
  errorRate: number | null;
  calls: number;
  faults: number;
  /** Times it has opened since it was last well. */
  opened: number;
  openUntil: number | null;
  probing: boolean;
}

export function healthBook({ now = Date.now }: { readonly now?: () => number } = {}): HealthBook {
  const records = new Map<string, Record>();

  const recordOf = ({ id }: Deployment): Record => {
    const known = records.get(id);
    if (known !== undefined) return known;
    const fresh: Record = { latencyMs: null, errorRate: null, calls: 0, faults: 0, opened: 0, openUntil: null, probing: false };
    records.set(id, fresh);
    const [oldest] = records.keys();
    if (records.size > mostDeployments && oldest !== undefined) records.delete(oldest);
    return fresh;
  };

  const circuitOf = (record: Record): Health['circuit'] => {
    if (record.openUntil === null) return 'closed';
    return leftMs(record, now) > 0 ? 'open' : 'probing';
  };

  return {
    of(deployment) {
      const record = recordOf(deployment);
      return { circuit: circuitOf(record), latencyMs: record.latencyMs, errorRate: record.errorRate };
    },
    closedInMs: (deployment) => leftMs(recordOf(deployment), now),
    begin(deployment) {
      const record = recordOf(deployment);
      const circuit = circuitOf(record);
      if (circuit === 'open' || (circuit === 'probing' && record.probing)) return null;
      const probe = circuit === 'probing';
      if (probe) record.probing = true;
      return trialOf(record, probe, now);
    },
  };
}

/** Milliseconds for which the circuit stays open. No circuit opens for longer than the longest: a clock that was set back says otherwise. */
function leftMs({ openUntil }: Record, now: () => number): number {
  const left = (openUntil ?? 0) - now();
  return left > 0 && left <= longestOpenMs ? left : 0;
}

function trialOf(record: Record, probe: boolean, now: () => number): Trial {
  let over = false;
  const end = (count: () => void): void => {
    if (over) return;
    over = true;
    if (probe) record.probing = false;
    count();
  };
  return {
    succeeded: (latencyMs) =>
      end(() => {
        averaged(record, 0);
        record.latencyMs = average(record.latencyMs, latencyMs);
        record.faults = 0;
        if (!probe) return;
        record.openUntil = null;
        record.opened = 0;
        record.calls = 0;
        record.errorRate = 0;
      }),
    failed: (retryAfterMs = 0) =>
      end(() => {
        averaged(record, 1);
        record.faults += 1;
        const bad = record.calls >= enoughCalls && (record.errorRate ?? 0) > badRate;
        if (leftMs(record, now) > 0 || !(probe || bad || record.faults >= faultsInARow)) return;
        const openMs = Math.min(longestOpenMs, Math.max(retryAfterMs, firstOpenMs * 2 ** record.opened));
        record.openUntil = now() + openMs;
        record.opened += 1;
      }),
    abandoned: () => end(() => {}),
  };
}

function averaged(record: Record, fault: 0 | 1): void {
  record.calls += 1;
  record.errorRate = average(record.errorRate, fault);
}

const average = (sofar: number | null, value: number): number => (sofar === null ? value : sofar + newest * (value - sofar));
