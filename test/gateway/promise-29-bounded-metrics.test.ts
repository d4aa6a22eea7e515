import { expect, it } from 'vitest';
import { collect } from '../../src/core/chunk.ts';
import { completionRequest } from '../../src/core/request/request.ts';
import { boundValues } from '../../src/telemetry/bounded-values.ts';
import { call, says } from '../doubles.ts';
import { plainConfig, startGateway } from '../harness.ts';
import { perRound } from '../rounds.ts';
import { exposed } from './metrics.ts';

const random = (): string => crypto.randomUUID();

const calls = perRound(2_000, 20_000);

it(`metrics are as many after ${calls} calls under random names as after the first ones`, { timeout: 120_000 }, async () => {
  const gateway = await startGateway({
    providers: { ...plainConfig.providers, says: says('Hi.') },
    deployments: { ...plainConfig.deployments, says: { provider: 'says', model: 'm', price: { input: 1, output: 1 } } },
    routes: { ...plainConfig.routes, default: { deployments: ['says'] } },
  });
  const ask = async (route: string): Promise<void> => {
    const { stream } = gateway.services.handle;
    const asked = call({
      route,
      operation: { name: random(), client: random(), documentId: random() },
      principal: { id: `key:${random()}`, kind: 'key', team: random(), scopes: [], routes: null, limits: [] },
      tags: { [random()]: random() },
    });
    await collect(stream(completionRequest(random()), asked)).catch(() => {});
  };
  const askOverHttp = async (): Promise<void> => {
    const name = `Ask_${random().replaceAll('-', '_')}`;
    const query = `query ${name} { completion(input: { prompt: { text: "Hi" } }) { __typename } }`;
    await gateway.ask(query, {}, { headers: { 'apollographql-client-name': random(), 'apollographql-client-version': random() } });
  };
  for (const route of ['default', random()]) await ask(route);
  await askOverHttp();
  const before = await exposed(gateway);

  for (let asked = 0; asked < calls; asked += 1) await ask(asked % 2 === 0 ? 'default' : random());
  for (let asked = 0; asked < 50; asked += 1) await askOverHttp();

  const after = await exposed(gateway);
  expect(after.series.length).toBe(before.series.length);
  expect(after.value('fieldgate_calls_total', { route: 'default', outcome: 'OK' })).toBe(calls / 2 + 52);
  expect(after.value('fieldgate_calls_total', { route: 'other', outcome: 'BAD_REQUEST' })).toBe(calls / 2 + 1);
});

it('a label that a schema fills keeps its first values, and counts the others together', () => {
  const bounded = boundValues({ known: ['known'], most: 2 });
  expect(['a', 'b', 'c', 'd', 'a', 'known', 'b'].map(bounded)).toEqual(['a', 'b', 'other', 'other', 'a', 'known', 'b']);
});
