/** The dashboard and the alert rules in examples/observability ask for metrics and labels that the gateway has. */
import { readFileSync } from 'node:fs';
import { Histogram, type Metric, Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { registerGauges, type WatchedParts } from '../../src/assembly/register-gauges.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { openMetrics } from '../../src/telemetry/metrics.ts';

const folder = new URL('../../examples/observability/', import.meta.url);
const dashboard = JSON.parse(readFileSync(new URL('grafana-dashboard.json', folder), 'utf8')) as {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly type: string;
    readonly description?: string;
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
};
const alerts = readFileSync(new URL('alerts.yml', folder), 'utf8');

/** Labels by the name of a series. */
const series = new Map<string, readonly string[]>();

beforeAll(() => {
  const registered: Metric[] = [];
  const register = Registry.prototype.registerMetric;
  vi.spyOn(Registry.prototype, 'registerMetric').mockImplementation(function (this: Registry, metric: Metric) {
    registered.push(metric);
    return register.call(this, metric);
  });
  // Gauges are read when somebody asks for the text, which nobody does.
  registerGauges(openMetrics({ routes: ['default'], log: silentLog }), { storage: {} } as WatchedParts);
  for (const metric of registered) {
    const { name, labelNames } = metric as unknown as { readonly name: string; readonly labelNames: readonly string[] };
    if (metric instanceof Histogram) {
      series.set(`${name}_bucket`, [...labelNames, 'le']);
      for (const part of ['sum', 'count']) series.set(`${name}_${part}`, labelNames);
    } else series.set(name, labelNames);
  }
});
afterAll(() => vi.restoreAllMocks());

/** What is wrong with the names in a PromQL expression and in what is shown of its result. */
function mistakesIn(expr: string, shown = ''): string[] {
  const mistakes: string[] = [];
  const usable = new Set<string>();
  for (const [, name = '', , conditions = ''] of expr.matchAll(/\b((?:fieldgate|nodejs|process)_\w+)(\{([^}]*)\})?/g)) {
    const labels = series.get(name);
    if (labels === undefined) mistakes.push(`There is no metric ${name}.`);
    for (const label of labels ?? []) usable.add(label);
    for (const [, label = ''] of conditions.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g))
      if (labels?.includes(label) !== true) mistakes.push(`${name} has no label ${label}.`);
  }
  if (usable.size === 0 && !/\b(?:fieldgate|nodejs|process)_/.test(expr)) mistakes.push(`No metric is asked for in ${expr}`);
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(',').map((name) => name.trim()));
  const named = [...shown.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, name = '']) => name);
  for (const label of [...grouped, ...named]) if (!usable.has(label)) mistakes.push(`No metric of ${expr} has the label ${label}.`);
  for (const label of named) if (grouped.length > 0 && !grouped.includes(label)) mistakes.push(`${expr} leaves out the label ${label}.`);
  return mistakes;
}

it('every query of the Grafana dashboard asks for metrics and labels that there are, and every panel says what it shows', () => {
  const panels = dashboard.panels.filter(({ type }) => type !== 'row');
  expect(panels.length).toBeGreaterThan(15);
  expect(panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr, legendFormat }) => mistakesIn(expr, legendFormat)))).toEqual([]);
  expect(
    panels.filter(({ description = '', targets = [] }) => description === '' || targets.length === 0).map(({ title }) => title),
  ).toEqual([]);
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});

it('every alert rule asks for metrics and labels that there are, and says what to do', () => {
  const rules = alerts.split(/^ {6}- alert: /m).slice(1);
  expect(rules.length).toBeGreaterThan(8);
  for (const rule of rules) {
    const [, block, plain] = /^ {8}expr: (?:\|\n((?: {10}.*\n)+)|(.*)\n)/m.exec(rule) ?? [];
    const annotations = rule.slice(rule.indexOf('annotations:'));
    expect(mistakesIn(block ?? plain ?? '', annotations)).toEqual([]);
    expect(annotations).toMatch(/summary: .+\n {10}remedy: .+/);
  }
});

it('a metric and a label that there are not would be found', () => {
  expect(mistakesIn('sum by (client) (rate(fieldgate_callz_total{route="a"}[5m])) + fieldgate_runs_open', '{{route}}')).toEqual([
    'There is no metric fieldgate_callz_total.',
    'fieldgate_callz_total has no label route.',
    expect.stringContaining('has the label client'),
    expect.stringContaining('has the label route'),
    expect.stringContaining('leaves out the label route'),
  ]);
});
