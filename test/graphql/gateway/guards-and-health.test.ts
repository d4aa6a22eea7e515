import { expect, it } from 'vitest';
import type { Services } from '../../../src/graphql/services.ts';
import { context, gateway, principal, says } from '../fakes.ts';

it('Query.aiGuardrails shows what stands at the routes that the caller may use', async () => {
  const of: Services['guards']['of'] = (_, routes) => [
    { name: 'codes', action: 'BLOCK', sides: ['INPUT', 'OUTPUT'], routes, waitsForWhole: false },
    { name: 'maskPersonalData', action: 'MASK', sides: ['INPUT'], routes, waitsForWhole: null },
  ];
  const { services } = gateway(says());
  const { ask } = gateway(says(), { guards: { ...services.guards, of } });
  const { data } = await ask(
    '{ aiGuardrails { name action sides routes waitsForWhole } }',
    {},
    context(principal({ routes: ['default'] })),
  );
  expect(data).toEqual({
    aiGuardrails: [
      { name: 'codes', action: 'BLOCK', sides: ['INPUT', 'OUTPUT'], routes: ['default'], waitsForWhole: false },
      { name: 'maskPersonalData', action: 'MASK', sides: ['INPUT'], routes: ['default'], waitsForWhole: null },
    ],
  });
});

const test = `query ($text: String!, $route: String! = "default", $side: AiGuardedSide! = INPUT) {
  testGuardrails(text: $text, route: $route, side: $side) { passes verdicts { guardrail outcome message } maskedText } }`;

it('Query.testGuardrails asks the guards of the route for the caller, and no model', async () => {
  const asked: unknown[] = [];
  const { services } = gateway(says());
  const made = gateway(says('Hi.'), {
    guards: {
      ...services.guards,
      async test(text, on, { principal: { id }, route }) {
        asked.push([text, on, id, route]);
        return { verdicts: [{ guardrail: 'codes', outcome: 'blocked', message: 'No codes.' }], maskedText: null };
      },
    },
  });
  expect((await made.ask(test, { text: 'ACME-1', side: 'OUTPUT' })).data).toEqual({
    testGuardrails: { passes: false, verdicts: [{ guardrail: 'codes', outcome: 'BLOCKED', message: 'No codes.' }], maskedText: null },
  });
  expect(asked).toEqual([['ACME-1', 'output', 'key:ada', 'default']]);
  expect(made.requests).toEqual([]);
  expect((await gateway(says()).ask(test, { text: 'Hi.' })).data).toMatchObject({ testGuardrails: { passes: true, verdicts: [] } });
});

it('Query.testGuardrails refuses texts that are too long together, and a route that the caller may not use', async () => {
  const { ask } = gateway(says());
  expect((await ask(test, { text: 'x'.repeat(100_001) })).errors?.[0]).toMatchObject({
    message: expect.stringContaining('at most 100000'),
  });
  const twice = 'query ($text: String!) { a: testGuardrails(text: $text) { passes } b: testGuardrails(text: $text) { passes } }';
  expect((await ask(twice, { text: 'x'.repeat(50_000) })).errors).toBeUndefined();
  expect(await ask(twice, { text: 'x'.repeat(50_001) })).toMatchObject({
    data: { a: { passes: true }, b: null },
    errors: [{ message: expect.stringContaining('100002 UTF-16 units'), path: ['b'] }],
  });
  const eleven = `{ ${Array.from({ length: 11 }, (_, index) => `t${index}: testGuardrails(text: "Hi.") { passes }`).join(' ')} }`;
  expect((await ask(eleven)).errors).toMatchObject([{ message: expect.stringContaining('at most 10'), path: ['t10'] }]);
  const refused = await ask(test, { text: 'Hi.', route: 'embedding' }, context(principal({ routes: ['default'] })));
  expect(refused.errors?.[0]).toMatchObject({ message: expect.stringContaining('Routes: default.'), extensions: { code: 'BAD_REQUEST' } });
});

it('Query.aiHealth tells every known caller the version, and the rest to those with a scope for it', async () => {
  const { ask } = gateway(says());
  const all = `{ aiHealth { version startedAt memoryBytes storeProblems unpricedDeployments ledger { writable waitingCalls }
    graph { ready reasons hash since engine subgraphs { name answered breaker } } } }`;
  expect((await ask('{ aiHealth { version } }', {}, context(principal({ scopes: [] })))).data).toEqual({ aiHealth: { version: '1.2.3' } });
  expect((await ask(all, {}, context(principal({ scopes: ['ai:metrics'] })))).data).toEqual({
    aiHealth: {
      version: '1.2.3',
      startedAt: '1970-01-01T00:00:00.000Z',
      memoryBytes: 5e9,
      storeProblems: ['The disk is full.'],
      unpricedDeployments: ['fake/vectors'],
      ledger: { writable: true, waitingCalls: 2 },
      graph: {
        ready: true,
        reasons: [],
        hash: 'abc',
        since: null,
        engine: 'planner',
        subgraphs: [{ name: 'products', answered: true, breaker: 'PROBING' }],
      },
    },
  });
  const refused = await ask(all, {}, context(principal({ scopes: ['ai:use', 'ai:usage'] })));
  expect(refused.data).toEqual({
    aiHealth: {
      version: '1.2.3',
      startedAt: null,
      memoryBytes: null,
      storeProblems: null,
      unpricedDeployments: null,
      ledger: null,
      graph: null,
    },
  });
  expect(refused.errors).toHaveLength(6);
});
