import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/core/call/call.ts';
import { collect } from '../../src/core/chunk.ts';
import { callMetrics } from '../../src/telemetry/call-metrics.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { call, gateway, request, route, says } from '../doubles.ts';
import { over } from '../faces.ts';

async function counted(settings: Partial<Call> = {}, provider = says('Hi there.')) {
  const registry = new Registry();
  const metrics = callMetrics({ registry, routes: ['default'], log: silentLog });
  const { handle } = gateway([route('default', [provider])]);
  const observed = call(settings);
  await collect(over(metrics.counted)(handle)(request, observed)).catch(() => {});
  metrics.flush();
  const values = async (name: string) => (await registry.getSingleMetric(name)?.get())?.values ?? [];
  return { registry, metrics, observed, values };
}

describe('the metrics of calls', () => {
  it('the metrics of calls count each use of a field by how it ended, and add nothing of the caller to the labels', async () => {
    const { values, registry } = await counted({ principal: { ...call().principal, id: 'key:someone', team: 'somebodies' } });
    expect(await values('fieldgate_calls_total')).toMatchObject([{ value: 1, labels: { route: 'default', outcome: 'OK' } }]);
    expect(await registry.metrics()).not.toMatch(/someone|somebodies/);
  });

  it('the metrics of calls split what a call used over the fields that it served, so that the parts are the whole', async () => {
    const uses = [
      { coordinate: 'Product.summary', weight: 1 },
      { coordinate: 'Product.title', weight: 2 },
    ];
    const [whole, split] = await Promise.all([counted(), counted({ uses })]);
    const sum = async ({ values }: typeof whole) => (await values('fieldgate_tokens_total')).reduce((total, { value }) => total + value, 0);
    expect(await sum(split)).toBe(await sum(whole));
    expect((await split.values('fieldgate_calls_total')).map(({ labels }) => labels['coordinate'])).toEqual(
      uses.map((use) => use.coordinate),
    );
  });

  it('the metrics of calls count calls for a route that does not exist together: a caller could name any number of them', async () => {
    const { values } = await counted({ route: 'made-up' });
    expect(await values('fieldgate_calls_total')).toMatchObject([{ labels: { route: 'other', outcome: 'BAD_REQUEST' } }]);
  });

  it('the metrics of calls pass every fact on to who else listens', async () => {
    const { observed } = await counted();
    expect(observed.facts.map(({ type }) => type)).toEqual(expect.arrayContaining(['attempt', 'settled']));
  });
});
