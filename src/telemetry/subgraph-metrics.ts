/** Counts and times requests to subgraphs, and counts subscriptions. Labels are names of the supergraph, and the ways in which a request can end. */
import { Counter, Gauge, type Registry } from 'prom-client';
import { boundValues } from './bounded-values.ts';
import { countSeries, timeSeries } from './series.ts';

/** Boundaries in seconds: from a subgraph in the next rack to the longest time that a subgraph is given. */
const durations = [0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 30];
/** A registry may rename subgraphs for years. */
const maxSubgraphs = 500;

export interface AttemptedSubgraph {
  readonly subgraph: string;
  readonly outcome: string;
  /** Milliseconds; null: the request was not sent. */
  readonly tookMs: number | null;
}

export interface FollowedSubscription {
  readonly subgraph: string;
  readonly news: 'begun' | 'event' | 'completed' | 'failed' | 'left';
}

export interface SubgraphMetrics {
  attempted(attempted: AttemptedSubgraph): void;
  subscription(followed: FollowedSubscription): void;
  /** An operation that the planner has no plan for was stitched. */
  stitched(): void;
}

export function subgraphMetrics(registry: Registry): SubgraphMetrics {
  const nameOf = boundValues({ most: maxSubgraphs });
  const requests = countSeries({
    registry,
    name: 'fieldgate_subgraph_requests_total',
    help: 'Requests to subgraphs, repetitions included, by how they ended. crowded and resting: not sent, for the line before it or its circuit breaker.',
    labels: ['subgraph', 'outcome'],
  });
  const duration = timeSeries({
    registry,
    name: 'fieldgate_subgraph_request_duration_seconds',
    help: 'From sending a request to a subgraph to the end of its answer, or of the wait for it.',
    buckets: durations,
    labels: ['subgraph'],
  });
  const subscriptions = countSeries({
    registry,
    name: 'fieldgate_subgraph_subscriptions_total',
    help: 'Subscriptions to subgraphs that are over, by how they ended. left: their client has left.',
    labels: ['subgraph', 'outcome'],
  });
  const events = countSeries({
    registry,
    name: 'fieldgate_subgraph_events_total',
    help: 'Events of subscriptions that subgraphs sent.',
    labels: ['subgraph'],
  });
  const open = new Gauge({
    name: 'fieldgate_subgraph_subscriptions_open',
    help: 'Subscriptions to subgraphs that go on.',
    labelNames: ['subgraph'],
    registers: [registry],
  });
  const stitched = new Counter({
    name: 'fieldgate_graph_stitched_operations_total',
    help: 'Operations that the query planner has no plan for, and that were stitched.',
    registers: [registry],
  });
  return {
    attempted({ subgraph: given, outcome, tookMs }) {
      const subgraph = nameOf(given);
      requests({ subgraph, outcome }).value += 1;
      if (tookMs !== null) duration({ subgraph }).observe(tookMs / 1_000);
    },
    subscription({ subgraph: given, news }) {
      const subgraph = nameOf(given);
      if (news === 'event') {
        events({ subgraph }).value += 1;
        return;
      }
      open.inc({ subgraph }, news === 'begun' ? 1 : -1);
      if (news !== 'begun') subscriptions({ subgraph, outcome: news }).value += 1;
    },
    stitched: () => stitched.inc(),
  };
}
