/** What has gone wrong in the last minutes, and how soon streams have begun: for one viewer, bounded. */
import type { Settlement } from '../../core/call/call.ts';
import type { Outcome } from '../../core/call/usage-row.ts';

/** How long something is recent, in milliseconds. */
const recentMs = 5 * 60_000;
/** Older ones are forgotten first. */
const maxKept = 300;
const maxFirstTokens = 50;
const firstTokensMs = 3_600_000;

export interface RecentFailure {
  readonly code: Outcome;
  readonly count: number;
  /** When the last one was, in milliseconds since 1970, UTC. */
  readonly lastAt: number;
}

/** Attempts at a deployment that failed while their call went on to another attempt. */
export interface RecentFallback extends RecentFailure {
  readonly deployment: string;
}

export interface RecentEnds {
  /** Notes how a call has ended. */
  note(settlement: Settlement, at: number): void;
  failures(now: number): readonly RecentFailure[];
  fallbacks(now: number): readonly RecentFallback[];
  /** Failed attempts at the deployment. */
  failedAt(deployment: string, now: number): number;
  /** Median of the milliseconds to the first token of the last streams; null: there was none in the last hour. */
  firstTokenMs(deployment: string, now: number): number | null;
}

interface Ended {
  readonly at: number;
  readonly code: Outcome;
}

interface FailedAttempt extends Ended {
  readonly deployment: string;
  /** Another attempt came after it. */
  readonly fellBack: boolean;
}

/** Ends that say nothing of a failure; the last three are refusals before anything was asked. */
const noFaults: ReadonlySet<Outcome> = new Set(['OK', 'CANCELLED', 'BUDGET_EXCEEDED', 'COST_LIMIT_EXCEEDED', 'UNPRICED']);

/** Whether a call that ended so is worth noting at all: most are not, and cost nothing. */
export const isNotable = ({ outcome, attempts, timeToFirstTokenMs }: Settlement): boolean =>
  (outcome !== 'OK' && outcome !== 'CANCELLED') || attempts.length > 1 || (timeToFirstTokenMs !== null && attempts.length > 0);

export function recentEnds(): RecentEnds {
  const failed: Ended[] = [];
  const attempts: FailedAttempt[] = [];
  const firstTokens = new Map<string, { readonly at: number; readonly ms: number }[]>();
  const keep = <T>(list: T[], entry: T, max = maxKept): void => {
    if (list.length >= max) list.shift();
    list.push(entry);
  };
  const recent = <T extends Ended>(list: readonly T[], now: number): readonly T[] => list.filter(({ at }) => now - at <= recentMs);

  return {
    note({ outcome, attempts: tried, timeToFirstTokenMs, deployment }, at) {
      if (outcome !== 'OK' && outcome !== 'CANCELLED') keep(failed, { at, code: outcome });
      for (const [index, attempt] of tried.entries()) {
        if (noFaults.has(attempt.outcome)) continue;
        keep(attempts, { at, code: attempt.outcome, deployment: attempt.deployment, fellBack: index < tried.length - 1 });
      }
      if (outcome !== 'OK' || timeToFirstTokenMs === null || deployment === null || tried.length === 0) return;
      const known = firstTokens.get(deployment) ?? [];
      firstTokens.set(deployment, known);
      keep(known, { at, ms: timeToFirstTokenMs }, maxFirstTokens);
    },
    failures: (now) => counted(recent(failed, now), ({ code }) => code).map(([{ code }, counts]) => ({ code, ...counts })),
    fallbacks: (now) =>
      counted(
        recent(attempts, now).filter(({ fellBack }) => fellBack),
        ({ deployment, code }) => `${deployment}\0${code}`,
      ).map(([{ deployment, code }, counts]) => ({ deployment, code, ...counts })),
    failedAt: (deployment, now) => recent(attempts, now).filter((attempt) => attempt.deployment === deployment).length,
    firstTokenMs(deployment, now) {
      const known = (firstTokens.get(deployment) ?? []).filter(({ at }) => now - at <= firstTokensMs).map(({ ms }) => ms);
      return known.toSorted((a, b) => a - b)[Math.floor(known.length / 2)] ?? null;
    },
  };
}

/** The first of each kind, how many there are, and when the last was; the commonest kind first. */
function counted<T extends Ended>(
  list: readonly T[],
  kindOf: (entry: T) => string,
): readonly (readonly [T, { readonly count: number; readonly lastAt: number }])[] {
  return [...Map.groupBy(list, kindOf).values()]
    .flatMap((entries) =>
      entries.slice(0, 1).map((first) => [first, { count: entries.length, lastAt: Math.max(...entries.map(({ at }) => at)) }] as const),
    )
    .toSorted(([, a], [, b]) => b.count - a.count);
}
