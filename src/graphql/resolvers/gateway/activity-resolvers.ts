import { setTimeout as wait } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { credentialOf, type Principal } from '../../../core/call/call.ts';
import type { ActivityNow } from '../../../operations/activity/activity.ts';
import { placeOf, type Viewer } from '../../../operations/activity/viewer.ts';
import { usableRoutes } from '../../../operations/route-choice.ts';
import { nameEvents } from '../../call/delivery.ts';
import { whilePermitted } from '../../call/while-permitted.ts';
import type { Resolvers } from '../../generated.ts';
import { dateTimeOf } from '../../scalars.ts';
import type { DeploymentView, Services } from '../../services.ts';
import { onlyOf } from '../usage-filter.ts';

/** Milliseconds between two snapshots. */
const snapshotMs = 500;
const maxShared = 100;

export function activityResolvers(services: Services): Resolvers {
  const { activity } = services;
  const look = sharedLooks(activity);
  return {
    Subscription: {
      aiActivity: {
        subscribe: (_, __, { principal, signal, delivery = signal }) => {
          const states = (stop: AbortSignal): AsyncGenerator<ActivityNow> => snapshots(services, principal, look, stop);
          return nameEvents('aiActivity', whilePermitted(states, { principal, present: services.present, signal: delivery }));
        },
      },
    },
    AiActivity: {
      at: ({ at }) => new Date(at).toISOString(),
      deployments: (_, __, { principal }) => deploymentsFor(services, principal),
    },
    AiRunningOperation: { startedAt: ({ startedAt }) => new Date(startedAt).toISOString() },
    AiRunningCall: {
      id: ({ call }) => call.id,
      coordinates: ({ call }) => [...new Set(call.uses.map(({ coordinate }) => coordinate))],
      operation: ({ call }) => call.operation.name,
      client: ({ call }) => call.operation.client,
      principal: ({ call }) => call.principal.id,
      route: ({ call }) => call.route,
      stage: ({ stage }) => stages[stage],
      startedAt: ({ startedAt }) => new Date(startedAt).toISOString(),
    },
    AiRecentFailure: { lastAt: ({ lastAt }) => new Date(lastAt).toISOString() },
    AiRecentFallback: { lastAt: ({ lastAt }) => new Date(lastAt).toISOString() },
    AiDeployment: {
      breaker: (deployment, _, { principal }) => breakers[deployment.breaker(callerOf(principal)).state],
      openUntil(deployment, _, { principal }) {
        const { state, openForMs } = deployment.breaker(callerOf(principal));
        return dateTimeOf(state === 'open' ? services.now() + openForMs : null);
      },
      recentFailures: ({ id }, _, { principal }) => activity.atDeployment(id, viewerOf(principal)).failures,
      ttftP50: ({ id }, _, { principal }) => activity.atDeployment(id, viewerOf(principal)).firstTokenMs,
    },
  };
}

export const breakers = { closed: 'CLOSED', probing: 'PROBING', open: 'OPEN' } as const;
const stages = { checks: 'CHECKS', shared: 'SHARED', model: 'MODEL', answer: 'ANSWER' } as const;

interface Snapshot {
  readonly now: ActivityNow;
  /** The same for the same state. */
  readonly text: string;
}

/** Those who may see the same share a snapshot: a hundred people who look cost as much as one. */
function sharedLooks(activity: Services['activity']): (viewer: Viewer) => Snapshot {
  const shared = new LRUCache<string, Snapshot>({ max: maxShared, ttl: snapshotMs / 2 });
  return (viewer) => {
    const place = placeOf(viewer);
    const known = shared.get(place);
    if (known !== undefined) return known;
    const now = activity.look(viewer);
    const { at: _, calls, ...rest } = now;
    const text = JSON.stringify([rest, calls.map(({ call, stage, deployment }) => [call.id, stage, deployment])]);
    const fresh = { now, text };
    shared.set(place, fresh);
    return fresh;
  };
}

/** One at once, and one whenever it differs from the last. */
async function* snapshots(
  services: Services,
  principal: Principal,
  look: (viewer: Viewer) => Snapshot,
  signal: AbortSignal,
): AsyncGenerator<ActivityNow> {
  let last = '';
  for (;;) {
    const { now, text } = look(viewerOf(principal));
    const deployments = deploymentsFor(services, principal).map(({ id, breaker }) => [id, breaker(callerOf(principal)).state]);
    const said = `${text} ${JSON.stringify(deployments)}`;
    if (said !== last) yield now;
    last = said;
    await wait(snapshotMs, undefined, { signal, ref: false });
  }
}

const deploymentsFor = (services: Services, principal: Principal): readonly DeploymentView[] => [
  ...new Map(
    usableRoutes(services.routes(), principal).flatMap(({ deployments }) => deployments.map((deployment) => [deployment.id, deployment])),
  ).values(),
];

const seesAll = ({ kind, user, scopes }: Principal): boolean => scopes.includes('ai:usage:all') && (kind !== 'key' || user === undefined);

/** An operator sees how it stands for everybody. */
const callerOf = (principal: Principal): Principal | null => (seesAll(principal) ? null : principal);

/** Without a scope for usage, somebody sees his own. */
function viewerOf(principal: Principal): Viewer {
  const { scopes, user } = principal;
  if (scopes.includes('ai:usage') || scopes.includes('ai:usage:all')) return onlyOf(principal);
  return { principal: credentialOf(principal), ...(user === undefined ? {} : { user: user.id }) };
}
