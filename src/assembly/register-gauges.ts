/** Registers the gauges of the gateway's parts with Prometheus, and decides who may read `/metrics`. */

import type { Scope } from '../access/scopes.ts';
import type { GatewayConfig } from '../config/config.ts';
import { withDefaults } from '../config/kinds/section.ts';
import { metricsSection } from '../config/sections/telemetry-section.ts';
import type { Authenticate } from '../core/call/call.ts';
import type { Limit } from '../core/call/hold.ts';
import { GatewayError } from '../core/errors.ts';
import type { Graph } from '../federation/graph.ts';
import type { SubgraphStanding, SubgraphStandings } from '../federation/subgraphs/access/subgraph-standings.ts';
import type { CircuitState } from '../outbound/circuit.ts';
import type { HealthBook } from '../routing/health.ts';
import type { Deployment, Route } from '../routing/route.ts';
import type { Runs } from '../runs/run.ts';
import type { MetricsDoor } from '../server/pages/metrics-page.ts';
import type { FieldgateServer } from '../server/server.ts';
import type { Storage } from '../storage/storage.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { declaredLimits } from './caller-limits.ts';

const scope: Scope = 'ai:metrics';
const nanosPerDollar = 1e9;
const circuits: readonly CircuitState[] = ['closed', 'probing', 'open'];

export function metricsDoor({ telemetry = {} }: GatewayConfig, metrics: Metrics, authenticate: Authenticate): MetricsDoor {
  const at = telemetry.metrics === false ? undefined : telemetry.metrics;
  return {
    metrics,
    at: at === undefined ? null : withDefaults(metricsSection, at),
    async admit(authorization) {
      const { scopes } = await authenticate({ authorization });
      if (scopes.includes(scope)) return;
      throw new GatewayError(
        'FORBIDDEN',
        `Metrics are for keys with the scope "${scope}". \`fieldgate keys create --scope ${scope}\` makes one; telemetry.metrics can give them an address of their own.`,
      );
    },
  };
}

export interface WatchedParts {
  /** Called at each reading of the metrics, because the configuration may have been read again. */
  readonly current: () => {
    readonly config: GatewayConfig;
    readonly routes: ReadonlyMap<string, Route>;
    readonly graph: Pick<Graph, 'status' | 'subgraphNames'>;
  };
  readonly health: HealthBook;
  readonly standings: SubgraphStandings;
  readonly storage: Pick<Storage, 'ledger' | 'limits'>;
  readonly runs: Pick<Runs, 'counts'>;
  readonly server: Pick<FieldgateServer, 'activity'>;
}

export function registerGauges({ watch }: Metrics, { current, health, standings, storage, runs, server }: WatchedParts): void {
  const flag = (yes: boolean): number => (yes ? 1 : 0);

  watch({
    name: 'fieldgate_operations_running',
    help: 'GraphQL operations that run, streams included.',
    read: () => server.activity().operations,
  });
  watch({ name: 'fieldgate_websocket_connections', help: 'Open WebSockets.', read: () => server.activity().sockets });
  watch({ name: 'fieldgate_runs_open', help: 'Completions that have not ended.', read: () => runs.counts().open });
  watch({ name: 'fieldgate_run_readers', help: 'Readers that follow them.', read: () => runs.counts().readers });

  const deployments = (): ReadonlyMap<string, Deployment> =>
    new Map([...current().routes.values()].flatMap((route) => route.deployments.map((each) => [each.id, each] as const)));
  watch({
    name: 'fieldgate_deployment_circuit',
    help: 'State of the circuit breaker: 1 for the one it is in.',
    labels: ['deployment', 'state'],
    read: () =>
      [...deployments()].flatMap(([id, deployment]) => {
        const { circuit } = health.of(deployment);
        return circuits.map((state) => ({ labels: { deployment: id, state }, value: flag(state === circuit) }));
      }),
  });

  watch({
    name: 'fieldgate_deployment_callers_shut_out',
    help: 'Callers for whom alone the circuit breaker is open: what they ask fails there, what others ask does not.',
    labels: ['deployment'],
    read: () => [...deployments()].map(([id, deployment]) => ({ labels: { deployment: id }, value: health.shutOut(deployment) })),
  });

  const { ledger, limits } = storage;
  watch({
    name: 'fieldgate_ledger_waiting_calls',
    help: 'Calls whose rows are in the journal, not yet in the database.',
    read: () => ledger.waiting(),
  });
  watch({
    name: 'fieldgate_ledger_writable',
    help: '0: usage cannot be recorded, and new calls are refused.',
    read: () => flag(ledger.writable()),
  });

  // Only budgets of teams that the configuration names. Other teams come and go; `aiTeams` and `aiViewer` show theirs.
  const budgetsOf = (): readonly Limit[] => declaredLimits(current().config);
  for (const part of ['limit', 'spent', 'held'] as const) {
    watch({
      name: `fieldgate_budget_${part}_usd`,
      help: `Of the budgets of configured organisations and teams in their present window: ${part}.`,
      labels: ['budget', 'per'],
      read: async () => {
        const budgets = budgetsOf();
        const states = await limits.budgets(budgets);
        return states.map((state) => ({ labels: { budget: state.name, per: state.per }, value: state[part] / nanosPerDollar }));
      },
    });
  }

  watch({
    name: 'fieldgate_supergraph_composed_timestamp_seconds',
    help: 'When the supergraph that is served was composed, since 1970; 0: none is.',
    read: () => (current().graph.status().composedAt ?? 0) / 1000,
  });
  watch({
    name: 'fieldgate_supergraph_current',
    help: '1: what is served is what the sources say now; 0: the last reload failed, and the one before is served.',
    read: () => flag(current().graph.status().ready && current().graph.status().reasons.length === 0),
  });
  const standingsOf = (): readonly (readonly [string, SubgraphStanding])[] =>
    current()
      .graph.subgraphNames()
      .map((name) => [name, standings.of(name)]);
  watch({
    name: 'fieldgate_subgraph_healthy',
    help: '1: the subgraph answered when it was asked last, an operation or its SDL. One that has not been asked has no series.',
    labels: ['subgraph'],
    read: () =>
      standingsOf().flatMap(([subgraph, standing]) => {
        const answered = standing.answered();
        return answered === null ? [] : [{ labels: { subgraph }, value: flag(answered) }];
      }),
  });
  watch({
    name: 'fieldgate_subgraph_circuit',
    help: 'State of the circuit breaker of the subgraph: 1 for the one it is in.',
    labels: ['subgraph', 'state'],
    read: () =>
      standingsOf().flatMap(([subgraph, standing]) =>
        standing.answered() === null
          ? []
          : circuits.map((state) => ({ labels: { subgraph, state }, value: flag(state === standing.circuit()) })),
      ),
  });
}
