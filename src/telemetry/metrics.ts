/**
 * The Prometheus registry. Facts feed the counters and histograms (`call-metrics.ts`). The present state (runs, sockets,
 * circuits, the journal) is collected when Prometheus reads, and costs nothing in between.
 */
import { Gauge, Registry } from 'prom-client';
import type { Step } from '../core/call/call.ts';
import { type BudgetMetrics, budgetMetrics } from './budget-metrics.ts';
import { callMetrics } from './call-metrics.ts';
import type { Log } from './log.ts';
import { processMetrics } from './process-metrics.ts';
import { type SubgraphMetrics, subgraphMetrics } from './subgraph-metrics.ts';

export interface Metrics extends BudgetMetrics {
  /** Stands outside the pipeline: see `call-metrics.ts`. */
  readonly counted: Step;
  /** Counts what subgraphs are asked. */
  readonly subgraphs: SubgraphMetrics;
  /** Adds a state that is asked for at each reading. A value that cannot be read is left out, and the log says so. */
  watch(watched: Watched): void;
  readonly contentType: string;
  text(): Promise<string>;
}

export interface Watched {
  /** Name of the metric with its unit, such as `fieldgate_ledger_waiting_calls`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  readonly read: () => Readings | Promise<Readings>;
}

/** A number, or one for each set of labels. */
type Readings = number | readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];

export interface MetricsOptions {
  /** Names of the routes there are. */
  readonly routes: Iterable<string>;
  readonly log: Log;
}

export function openMetrics({ routes, log }: MetricsOptions): Metrics {
  const registry = new Registry();
  processMetrics(registry);
  const calls = callMetrics({ registry, routes, log });
  return {
    counted: calls.counted,
    subgraphs: subgraphMetrics(registry),
    ...budgetMetrics(registry),
    watch({ name, help, labels = [], read }) {
      new Gauge({
        name,
        help,
        labelNames: labels,
        registers: [registry],
        async collect() {
          this.reset();
          if (labels.length === 0) this.remove();
          try {
            const readings = await read();
            if (typeof readings === 'number') this.set(readings);
            else for (const reading of readings) this.set(reading.labels, reading.value);
          } catch (err) {
            log.warn('a metric could not be read', { metric: name, err });
          }
        },
      });
    },
    contentType: registry.contentType,
    text() {
      calls.flush();
      return registry.metrics();
    },
  };
}
