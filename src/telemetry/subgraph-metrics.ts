/** Counts and times requests to subgraphs. Labels are names of the supergraph, and the ways in which a request can end. */
import type { Registry } from 'prom-client';
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

export function subgraphMetrics(registry: Registry): (attempted: AttemptedSubgraph) => void {
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
  return ({ subgraph: given, outcome, tookMs }) => {
    const subgraph = nameOf(given);
    requests({ subgraph, outcome }).value += 1;
    if (tookMs !== null) duration({ subgraph }).observe(tookMs / 1_000);
  };
}
