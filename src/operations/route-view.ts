/** Routes as callers see them: what each can do, what it costs, and whether it is healthy now. */
import type { Principal } from '../core/call/call.ts';
import type { Breaker, HealthBook } from '../routing/health.ts';
import type { CallerSystem, Route } from '../routing/route.ts';

export type { Breaker };

export interface RouteView {
  readonly name: string;
  readonly description: string | null;
  readonly deployments: readonly DeploymentView[];
  /** Milliseconds for a whole call. */
  readonly totalMs: number;
  /** Never shown to callers: see `Route.system`. */
  readonly system: string | null;
  readonly callerSystem: CallerSystem;
  /** Keys of `providerOptions` that callers may set. */
  readonly providerOptions: readonly string[];
}

export interface DeploymentView {
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly capabilities: readonly string[];
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | null;
  /** US dollars for a million tokens, at the lowest tier; null: unknown. */
  readonly inputPerMillion: number | null;
  readonly outputPerMillion: number | null;
  readonly healthy: boolean;
  /** For the caller, null: for everybody. */
  breaker(caller: Pick<Principal, 'id' | 'team'> | null): Breaker;
}

/** All routes, in the order of the configuration. Made once; the health of a deployment is looked up when it is read. */
export function routeViews(routes: ReadonlyMap<string, Route>, health: Pick<HealthBook, 'of' | 'look'>): () => readonly RouteView[] {
  const views = [...routes.values()].map((route) => viewRoute(route, health));
  return () => views;
}

function viewRoute(
  { name, description, deployments, totalMs, providerOptions, system, callerSystem }: Route,
  health: Pick<HealthBook, 'of' | 'look'>,
): RouteView {
  return {
    name,
    description,
    totalMs,
    providerOptions,
    system,
    callerSystem,
    deployments: deployments.map((deployment) => ({
      id: deployment.id,
      provider: deployment.provider.name,
      model: deployment.model,
      capabilities: deployment.capabilities,
      contextWindow: deployment.contextWindow,
      maxOutputTokens: deployment.maxOutputTokens,
      inputPerMillion: deployment.price?.tiers[0].inputPerMillion ?? null,
      outputPerMillion: deployment.price?.tiers[0].outputPerMillion ?? null,
      get healthy() {
        return health.of(deployment).circuit !== 'open';
      },
      breaker: (caller) => health.look(deployment, caller),
    })),
  };
}
