/**
 * Metrics of this process, with the names that Prometheus's own clients use. The default set of the library also observes
 * every turn of the event loop and every garbage collection, which costs CPU even when nobody reads.
 */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';
import { processLogOutput } from './log-output.ts';
import { processFaults } from './process-faults.ts';

/** How often the delay of the event loop is looked at. Done by a timer outside of JavaScript, at no cost worth counting. */
const lagResolutionMs = 20;
let lags: ReturnType<typeof monitorEventLoopDelay> | null = null;

/** The process has one monitor, however many gateways it holds. */
function eventLoopLags(): ReturnType<typeof monitorEventLoopDelay> {
  if (lags === null) {
    lags = monitorEventLoopDelay({ resolution: lagResolutionMs });
    lags.enable();
  }
  return lags;
}

export function processMetrics(registry: Registry): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number): void =>
    void new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  gauge('process_start_time_seconds', 'When the process began, since 1970.', () => (Date.now() - process.uptime() * 1000) / 1000);
  gauge('process_resident_memory_bytes', 'Memory that is resident.', () => process.memoryUsage.rss());
  gauge('nodejs_heap_size_used_bytes', 'Of the JavaScript heap.', () => process.memoryUsage().heapUsed);
  gauge('nodejs_heap_size_total_bytes', 'Of the JavaScript heap.', () => process.memoryUsage().heapTotal);
  gauge('nodejs_external_memory_bytes', 'Outside the JavaScript heap: buffers and the like.', () => process.memoryUsage().external);
  new Counter({
    name: 'nodejs_eventloop_active_seconds_total',
    help: 'Time in which the event loop was busy: its rate is the utilisation, and near 1 requests wait.',
    registers,
    collect() {
      this.reset();
      this.inc(performance.eventLoopUtilization().active / 1000);
    },
  });
  new Counter({
    name: 'fieldgate_log_lines_dropped_total',
    help: 'Log lines that could not be written: the disk is full, or nobody reads them.',
    registers,
    collect() {
      this.reset();
      this.inc(processLogOutput().dropped());
    },
  });
  new Counter({
    name: 'fieldgate_process_faults_total',
    help: 'Exceptions and rejections that nobody caught. Each is a fault of Fieldgate or of code in the configuration: the log has it.',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset();
      for (const [kind, count] of Object.entries(processFaults())) this.inc({ kind }, count);
    },
  });
  eventLoopLag(registers);
}

/**
 * Under the names of the library's default set. Since the last reading; what is measured is the time from one look to the next, so
 * the time that there should be between two looks is taken off.
 */
function eventLoopLag(registers: Registry[]): void {
  const histogram = eventLoopLags();
  const seconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - lagResolutionMs / 1e3) || 0;
  const name = (which: string): string => `nodejs_eventloop_lag_${which}_seconds`;
  const others = [50, 90, 99].map((percent) => {
    const help = `How late the event loop was: of 100 delays, ${percent} were shorter.`;
    return { percent, gauge: new Gauge({ name: name(`p${percent}`), help, registers: [] }) };
  });
  const mean = new Gauge({ name: name('mean'), help: 'How late the event loop was: the mean.', registers: [] });
  const max = new Gauge({
    name: name('max'),
    help: 'How late the event loop was: the longest delay.',
    registers,
    collect() {
      max.set(seconds(histogram.max));
      mean.set(seconds(histogram.mean));
      for (const { percent, gauge } of others) gauge.set(seconds(histogram.percentile(percent)));
      histogram.reset();
    },
  });
  // These gauges are read after the one that reads for all of them.
  for (const registry of registers) for (const gauge of [mean, ...others.map((other) => other.gauge)]) registry.registerMetric(gauge);
}
