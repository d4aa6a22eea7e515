/**
 * Knows how the deployments are doing: averages, a circuit breaker each, and rests that providers ask for.
 *
 * What one caller provokes is counted against that caller first. Faults are counted for the caller, for its tenant and for all.
 * A circuit never opens for all by the faults of one tenant. Until others fail too, it opens for the caller alone. Failures
 * that speak of the request, not of the deployment, are not counted at all (see `ErrorDetails.about`).
 */
import { LRUCache } from 'lru-cache';
import { type Principal, tenantOf } from '../core/call/call.ts';
import { type CircuitState, maxOpenMs } from '../outbound/circuit.ts';
import type { Deployment, Health } from './route.ts';
import { meanOf, newStanding, type Standing, showCircuit, shownOpenMs } from './standing.ts';
import { StandingTrial, type Trial } from './trial.ts';

export type { Trial } from './trial.ts';

/** Kept for at most so many, the one heard of longest ago forgotten first. */
const maxDeployments = 1_000;
const maxTenants = 256;
const maxCallersOfATenant = 64;
/** One call in so long is let through to a route whose deployments are all left alone; the tenant that had the last one waits longer. */
const trickleMs = 1_000;
const trickleOfOneMs = 1_500;
const trickleJitter = 0.2;

export type Caller = Pick<Principal, 'id' | 'team'>;

export interface HealthBook {
  of(deployment: Deployment): Health;
  /** How it stands for the caller, null: for everybody. It makes no record of who looks. */
  look(deployment: Deployment, caller: Caller | null): Breaker;
  /** Callers for whom alone the deployment's circuit is open. */
  shutOut(deployment: Deployment): number;
  /** Milliseconds until the caller may ask the deployment again; 0 when it may now. */
  closedInMs(deployment: Deployment, caller: Caller): number;
  /** Milliseconds for which the provider has asked to be left alone. */
  restMs(deployment: Deployment): number;
  /** Takes part in a call: null while the circuit is open, the deployment rests, or another call is probing it. */
  begin(deployment: Deployment, caller: Caller): Trial | null;
  /** For a route whose deployments have all been refused by {@link HealthBook.begin}: one call in a second may ask one of them nevertheless. */
  trickle(
    route: string,
    deployments: readonly Deployment[],
    caller: Caller,
  ): { readonly deployment: Deployment; readonly trial: Trial } | null;
}

export interface Breaker {
  readonly state: CircuitState;
  /** Milliseconds until it may be asked again; 0 when it may now. */
  readonly openForMs: number;
}

export interface HealthOptions {
  readonly monotonicMs?: () => number;
  readonly random?: () => number;
}

interface Record {
  readonly all: Standing;
  restUntil: number;
  /** When it was last let through a trickle. */
  trickledAt: number;
}

export function healthBook({ monotonicMs = () => performance.now(), random = Math.random }: HealthOptions = {}): HealthBook {
  const records = new LRUCache<string, Record>({ max: maxDeployments });
  const trickles = new LRUCache<string, { readonly at: number; readonly tenant: string | null }>({ max: maxDeployments });
  const options = { monotonicMs, random };

  function recordOf({ id }: Deployment): Record {
    const known = records.get(id);
    if (known !== undefined) return known;
    const record: Record = { all: newStanding(options), restUntil: 0, trickledAt: Number.NEGATIVE_INFINITY };
    records.set(id, record);
    return record;
  }

  const restMs = (record: Record): number => Math.max(0, record.restUntil - monotonicMs());

  /** The newest from now on; made when there is none, in place of the oldest when there are too many. A Map, since most have no members. */
  function memberOf(standing: Standing, name: string, max: number): Standing {
    const { members } = standing;
    const known = members.get(name);
    if (known !== undefined && standing.newest === name) return known;
    const member = known ?? newStanding(options);
    members.delete(name);
    members.set(name, member);
    standing.newest = name;
    const [oldest] = members.keys();
    if (members.size > max && oldest !== undefined) members.delete(oldest);
    return member;
  }

  /** The standings that a call of the caller counts in: of all callers, of the tenant and, in a team, of the caller. */
  function standingsOf({ all }: Record, { id, team }: Caller): readonly Standing[] {
    const tenant = memberOf(all, tenantOf({ id, team }), maxTenants);
    if (team === null) return [all, tenant];
    return [all, tenant, memberOf(tenant, id, maxCallersOfATenant)];
  }

  const trialOf = (record: Record, standings: readonly Standing[]): Trial => new StandingTrial(record, standings, monotonicMs);

  return {
    of(deployment) {
      const record = recordOf(deployment);
      const now = monotonicMs();
      return {
        circuit: restMs(record) > 0 ? 'open' : showCircuit(record.all, now),
        latencyMs: meanOf(record.all, 'latencyMs', now),
        errorRate: meanOf(record.all, 'errorRate', now),
      };
    },
    look(deployment, caller) {
      const record = recordOf(deployment);
      const now = monotonicMs();
      const tenant = caller === null ? undefined : record.all.members.get(tenantOf(caller));
      const own = caller === null || caller.team === null ? undefined : tenant?.members.get(caller.id);
      const circuits = [tenant, own].flatMap((standing) => standing?.circuit ?? []);
      const openForMs = Math.max(restMs(record), shownOpenMs(record.all, now), ...circuits.map((circuit) => circuit.leftMs()));
      const states = [showCircuit(record.all, now), ...circuits.map((circuit) => circuit.state())];
      return { state: openForMs > 0 ? 'open' : states.every((state) => state === 'closed') ? 'closed' : 'probing', openForMs };
    },
    shutOut: (deployment) => countOpen(recordOf(deployment).all),
    closedInMs(deployment, caller) {
      const record = recordOf(deployment);
      return Math.max(restMs(record), ...standingsOf(record, caller).map(({ circuit }) => circuit.leftMs()));
    },
    restMs: (deployment) => restMs(recordOf(deployment)),
    begin(deployment, caller) {
      const record = recordOf(deployment);
      if (restMs(record) > 0) return null;
      const standings = standingsOf(record, caller);
      return standings.every(({ circuit }) => circuit.passable()) ? trialOf(record, standings) : null;
    },
    trickle(route, deployments, caller) {
      const now = monotonicMs();
      const last = trickles.peek(route);
      const tenant = tenantOf(caller);
      const note = (to: string | null): void => void trickles.set(route, { at: now, tenant: to });
      if (last === undefined || now - last.at > maxOpenMs) {
        // The route has just become dark.
        note(null);
        return null;
      }
      const everyMs = last.tenant === tenant ? trickleOfOneMs : trickleMs;
      if (now - last.at < everyMs * (1 - trickleJitter * random())) return null;
      const [deployment] = deployments
        .filter((one) => restMs(recordOf(one)) === 0)
        .toSorted((a, b) => recordOf(a).trickledAt - recordOf(b).trickledAt);
      if (deployment === undefined) return null;
      note(tenant);
      const record = recordOf(deployment);
      record.trickledAt = now;
      return { deployment, trial: trialOf(record, standingsOf(record, caller)) };
    },
  };
}

/** Callers whose own circuit is open. */
function countOpen({ circuit, members }: Standing): number {
  if (members.size === 0) return circuit.state() === 'open' ? 1 : 0;
  return members.values().reduce((sum, member) => sum + countOpen(member), 0);
}
