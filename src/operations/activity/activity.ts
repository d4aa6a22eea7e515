/**
 * What the gateway does now: operations and calls that run, and what has failed in the last minutes. In memory, of this process.
 *
 * Everything is kept with its principal, so that each viewer is shown what is his and nothing else. A call costs it two additions to sets.
 */
import { LRUCache } from 'lru-cache';
import type { Call, CallProgress, CallWatch, Principal } from '../../core/call/call.ts';
import type { OperationContext } from '../context.ts';
import { isNotable, type RecentEnds, type RecentFailure, type RecentFallback, recentEnds } from './recent-ends.ts';
import { maySee, placeOf, placesOf, type Viewer } from './viewer.ts';

/** Rows of each list in a snapshot, the oldest first; all are counted. */
const maxShown = 50;
/** Teams, credentials and users whose last minutes are kept. */
const maxPlaces = 500;

export interface RunningOperation {
  readonly name: string | null;
  readonly client: string | null;
  /** The id of the principal. */
  readonly principal: string;
  /** In milliseconds since 1970, UTC. */
  readonly startedAt: number;
  /** It answers with events or parts. */
  readonly isStream: boolean;
}

export interface RunningCall extends Readonly<CallProgress> {
  readonly call: Call;
  readonly startedAt: number;
}

export interface ActivityNow {
  /** In milliseconds since 1970, UTC. */
  readonly at: number;
  readonly operations: readonly RunningOperation[];
  readonly operationCount: number;
  readonly streamCount: number;
  readonly calls: readonly RunningCall[];
  readonly callCount: number;
  readonly failures: readonly RecentFailure[];
  readonly fallbacks: readonly RecentFallback[];
}

export interface Activity extends CallWatch {
  opened(context: OperationContext, isStream: boolean): void;
  closed(context: OperationContext): void;
  look(viewer: Viewer): ActivityNow;
  /** Failed attempts at the deployment in the last minutes, and how soon its streams have begun, of the calls that the viewer may see. */
  atDeployment(id: string, viewer: Viewer): { readonly failures: number; readonly firstTokenMs: number | null };
}

export function openActivity(now: () => number = Date.now): Activity {
  const operations = new Map<OperationContext, RunningOperation>();
  const calls = new Set<RunningCall & CallProgress>();
  const ends = new LRUCache<string, RecentEnds>({ max: maxPlaces });

  function endsAt(place: string): RecentEnds {
    const known = ends.get(place) ?? recentEnds();
    ends.set(place, known);
    return known;
  }

  return {
    begin(call) {
      const running = { call, startedAt: now(), stage: 'checks' as const, deployment: null };
      calls.add(running);
      return running;
    },
    end(progress, settlement) {
      const running = progress as RunningCall & CallProgress;
      calls.delete(running);
      if (!isNotable(settlement)) return;
      const at = now();
      for (const place of placesOf(running.call.principal)) endsAt(place).note(settlement, at);
    },
    opened(context, isStream) {
      const { principal, operation } = context;
      operations.set(context, { name: operation.name, client: operation.client, principal: principal.id, startedAt: now(), isStream });
    },
    closed: (context) => void operations.delete(context),
    look(viewer) {
      const at = now();
      const seen = firstOf(operations, ([{ principal }]) => principal, viewer);
      const running = firstOf(calls, ({ call }) => call.principal, viewer);
      const ended = ends.get(placeOf(viewer));
      return {
        at,
        operations: seen.first.map(([, operation]) => operation),
        operationCount: seen.all.length,
        streamCount: seen.all.filter(([, { isStream }]) => isStream).length,
        calls: running.first,
        callCount: running.all.length,
        failures: ended?.failures(at) ?? [],
        fallbacks: ended?.fallbacks(at) ?? [],
      };
    },
    atDeployment(id, viewer) {
      const at = now();
      const ended = ends.get(placeOf(viewer));
      return { failures: ended?.failedAt(id, at) ?? 0, firstTokenMs: ended?.firstTokenMs(id, at) ?? null };
    },
  };
}

function firstOf<T>(
  of: Iterable<T>,
  principalOf: (entry: T) => Principal,
  viewer: Viewer,
): { readonly all: readonly T[]; readonly first: readonly T[] } {
  const all = [...of].filter((entry) => maySee(viewer, principalOf(entry)));
  return { all, first: all.slice(0, maxShown) };
}
