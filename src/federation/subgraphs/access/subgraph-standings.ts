/**
 * How the subgraphs are doing: whether each answered last, its circuit breaker, and the line before it.
 *
 * A subgraph that could not be reached is left alone for everybody: no caller can cause that. A subgraph that was too slow, or answered
 * with a fault of its own (5xx), may have been asked for too much by one caller: it is left alone when two callers found it so.
 */
import { type FairPlaces, fairPlaces } from '../../../core/turns/fair-places.ts';
import { monotonicMs } from '../../../core/turns/monotonic.ts';
import { type CircuitState, circuit } from '../../../outbound/circuit.ts';

/**
 * How one attempt at a subgraph ended. `not_graphql`: it answered, and not with a GraphQL result. `too_large`: it answered more than the
 * gateway takes. `crowded`: it was not sent, because the line before the subgraph took too long. `resting`: it was not sent, because
 * the circuit is open.
 */
export type AttemptOutcome =
  | 'ok'
  | 'graphql_errors'
  | 'unreachable'
  | 'timeout'
  | 'not_graphql'
  | 'too_large'
  | 'cancelled'
  | 'crowded'
  | 'resting';

export interface Attempted {
  readonly subgraph: string;
  readonly outcome: AttemptOutcome;
  /** Milliseconds, from sending to the end of the answer; null: it was not sent. */
  readonly tookMs: number | null;
}

export interface Trial {
  /** `isFault`: whether the subgraph itself is to blame. `caller`: who asked; null: nobody that can be told from others. */
  ended(outcome: AttemptOutcome, isFault: boolean, caller: string | null): void;
}

export interface SubgraphStanding {
  /** Whether it answered when it was asked last, an operation or its SDL; null: it has not been asked. */
  answered(): boolean | null;
  /** It was asked for its SDL. */
  heard(answered: boolean): void;
  circuit(): CircuitState;
  /** Milliseconds for which it is left alone. */
  restMs(): number;
  /** Takes part in an attempt; null while the circuit is open. `failures`: see `SubgraphAccess.circuitFailures`. */
  begin(failures: number): Trial | null;
  /** Resolves with how to leave. Rejects with `abortError`. Tenants take turns. */
  place(maxConcurrency: number, tenant: string, signal: AbortSignal): Promise<() => void>;
}

export interface SubgraphStandings {
  of(subgraph: string): SubgraphStanding;
  /** Of every subgraph that was asked, by name. */
  all(): ReadonlyMap<string, SubgraphStanding>;
}

export interface StandingOptions {
  readonly monotonicMs?: () => number;
  readonly random?: () => number;
}

/** A registry may rename subgraphs for years: beyond so many, those that were asked first are forgotten. */
const maxSubgraphs = 1_000;

export function subgraphStandings(options: StandingOptions = {}): SubgraphStandings {
  const known = new Map<string, SubgraphStanding>();
  return {
    all: () => known,
    of(subgraph) {
      const found = known.get(subgraph);
      if (found !== undefined) return found;
      const [first] = known.keys();
      if (known.size >= maxSubgraphs && first !== undefined) known.delete(first);
      const standing = newStanding(options);
      known.set(subgraph, standing);
      return standing;
    },
  };
}

function newStanding({ monotonicMs: now = monotonicMs, random = Math.random }: StandingOptions): SubgraphStanding {
  const breaker = circuit({ monotonicMs: now, random });
  let answered: boolean | null = null;
  /** Since the last answer. */
  let faults = 0;
  let unreached = 0;
  let callers = new Set<string>();
  let line: { readonly maxPlaces: number; readonly places: FairPlaces } | null = null;

  const answer = (): void => {
    faults = 0;
    unreached = 0;
    callers = new Set();
    breaker.well();
  };

  const fault = (outcome: AttemptOutcome, caller: string | null, failures: number, wasProbe: boolean): void => {
    faults += 1;
    if (outcome === 'unreachable') unreached += 1;
    if (caller !== null && callers.size < 2) callers.add(caller);
    if (breaker.state() === 'open') return;
    if (wasProbe || unreached >= failures || (faults >= failures && callers.size > 1)) breaker.open();
  };

  return {
    answered: () => answered,
    heard(did) {
      answered = did;
    },
    circuit: breaker.state,
    restMs: breaker.leftMs,
    begin(failures) {
      if (failures > 0 && !breaker.passable()) return null;
      const probing = breaker.state() === 'probing';
      if (probing) breaker.probe();
      return {
        ended(outcome, isFault, caller) {
          if (probing) breaker.probed();
          if (outcome === 'cancelled') return;
          answered = outcome === 'ok' || outcome === 'graphql_errors' || outcome === 'too_large';
          if (!isFault) answer();
          else if (failures > 0) fault(outcome, caller, failures, probing);
        },
      };
    },
    async place(maxPlaces, tenant, signal) {
      if (line?.maxPlaces !== maxPlaces) line = { maxPlaces, places: fairPlaces({ maxPlaces, maxPerTenant: maxPlaces }) };
      return line.places.takeNow(tenant) ?? line.places.take(tenant, signal);
    },
  };
}
