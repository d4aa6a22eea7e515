import fc from 'fast-check';
import { Counter, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { countSeries, timeSeries } from '../../src/telemetry/series.ts';

const names = ['route', 'cache'] as const;
const buckets = [0.01, 0.5, 2];
const about = { name: 'made_total', help: 'Of a test.' };
const times = { name: 'took_seconds', help: 'Of a test.' };
const facts = fc.array(
  fc.record({
    labels: fc.record({ route: fc.constantFrom('default', 'a "b"\\c\nd', ''), cache: fc.constantFrom('HIT', 'MISS') }),
    value: fc.oneof(fc.constantFrom(0.01, 0.5, 2), fc.double({ min: 1e-6, max: 10, noNaN: true })),
  }),
);

describe('the series of a call', () => {
  it('the series of a call give the text that prom-client gives when it counts itself', async () => {
    await fc.assert(
      fc.asyncProperty(facts, async (counted) => {
        const [registry, reference] = [new Registry(), new Registry()];
        const count = countSeries({ ...about, registry, labels: names });
        const time = timeSeries({ ...times, registry, labels: names, buckets });
        const counter = new Counter({ ...about, labelNames: names, registers: [reference] });
        const histogram = new Histogram({ ...times, labelNames: names, buckets, registers: [reference] });
        for (const { labels, value } of counted) {
          count(labels).value += value;
          time(labels).observe(value);
          counter.inc(labels, value);
          histogram.observe(labels, value);
        }
        expect(await registry.metrics()).toBe(await reference.metrics());
        expect(await registry.metrics()).toBe(await reference.metrics());
      }),
    );
  });

  it('the series of a call show no cell that has counted nothing', async () => {
    const registry = new Registry();
    countSeries({ ...about, registry, labels: names })({ route: 'default', cache: 'HIT' });
    timeSeries({ ...times, registry, labels: names, buckets })({ route: 'default', cache: 'HIT' });
    expect(await registry.metrics()).not.toContain('default');
  });
});
