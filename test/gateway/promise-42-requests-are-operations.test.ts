import { createClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { Guardrail } from '../../src/pipeline/guard/guardrail.ts';
import type { TestGateway } from '../harness.ts';
import { eventsOf, post } from '../server/http-client.ts';
import { complete, newKey, prompt } from './asking.ts';
import { saying, scripted } from './scripted.ts';

const everyScope = ['ai:use', 'ai:usage', 'ai:ingest'];
const hour = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
const ingest = (id: string): string =>
  `mutation { ingest(input: { collection: "documents", sources: [{ id: "${id}", mediaType: "text/plain", text: "x" }] }) { id } }`;

/** Each is one operation, and none of them but the last needs a model. */
const operations: readonly (readonly [string, string, Record<string, string>])[] = [
  ['a query', '{ aiViewer { principal } }', {}],
  ['a query of nothing but its type', '{ __typename }', {}],
  ['a report', `{ aiUsage(input: { from: "${hour(-1)}", to: "${hour(1)}" }) { rows { calls } } }`, {}],
  ['a quote', '{ aiQuote(document: "{ __typename }") { allowed } }', {}],
  ['a quote by header', '{ completion(input: { prompt: { text: "Hi" } }) { __typename } }', { 'x-fieldgate-quote': 'only' }],
  ['a document that does not fit the schema', '{ nothing }', {}],
  ['an ingestion', ingest('a'), {}],
  ['a started completion', 'mutation { startCompletion(input: { prompt: { text: "Hi" } }) { __typename } }', {}],
];

const limited = (id: string) => ({
  message: expect.stringContaining(`"key:${id}" may make 1 requests a minute`),
  extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterMs: expect.any(Number) },
});

async function once(): Promise<{ readonly gateway: TestGateway; readonly id: string; readonly key: string; readonly asked: () => number }> {
  const { gateway, upstream } = await scripted();
  upstream.plays(saying('Hi'));
  const { id, secret } = await newKey(gateway, { scopes: everyScope, requestsPerMinute: 1 });
  return { gateway, id, key: secret, asked: () => upstream.requests.length };
}

describe('requestsPerMinute counts operations, one each, before they run', () => {
  it.each(operations)('requestsPerMinute counts operations: %s is counted', async (_, document, headers) => {
    const { gateway, id, key } = await once();
    const first = await gateway.ask(document, {}, { key, headers });
    expect(first.errors?.[0]?.extensions.code).not.toBe('RATE_LIMITED');
    const second = await gateway.ask('{ __typename }', {}, { key });
    expect(second).toMatchObject({ status: 429, errors: [limited(id)] });
  });

  it.each(operations)(
    'requestsPerMinute counts operations: %s is refused when none is left, and nothing of it runs',
    async (_, document, headers) => {
      const { gateway, id, key, asked } = await once();
      await gateway.ask('{ __typename }', {}, { key });
      const body = { query: document };
      const response = await post(gateway.url, body, { authorization: `Bearer ${key}`, ...headers });
      expect(response.status).toBe(429);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await response.json()).toMatchObject({ errors: [limited(id)] });
      expect(asked()).toBe(0);
      expect(await gateway.storage.database.all('select * from jobs')).toEqual([]);
    },
  );

  it('subscriptions by SSE are counted and refused', async () => {
    const { gateway, id, key, asked } = await once();
    await gateway.ask('{ __typename }', {}, { key });
    const query = 'subscription { completionStream(input: { prompt: { text: "Hi" } }) { __typename } }';
    const response = await post(gateway.url, { query }, { accept: 'text/event-stream', authorization: `Bearer ${key}` });
    const results: unknown[] = [];
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
      for await (const { event, data } of eventsOf(response)) if (event === 'next') results.push(JSON.parse(data));
    } else results.push(await response.json());
    expect(results).toMatchObject([{ errors: [limited(id)] }]);
    expect(asked()).toBe(0);
  });

  it('operations on a WebSocket are counted each, the connection is not', async () => {
    const { gateway, id, key } = await once();
    const client = createClient({
      url: gateway.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${key}` },
    });
    const asked = async (): Promise<unknown> => {
      for await (const result of client.iterate({ query: '{ __typename }' })) return result;
      return null;
    };
    expect(await asked()).toMatchObject({ data: { __typename: 'Query' } });
    await expect(asked()).rejects.toMatchObject([limited(id)]);
    await client.dispose();
  });

  it('an operation with many fields is one', async () => {
    const { gateway, key } = await once();
    const { errors, data } = await gateway.ask('{ a: aiRoutes { name } b: aiRoutes { name } c: aiViewer { principal } }', {}, { key });
    expect(errors).toBeUndefined();
    expect(Object.keys(data)).toEqual(['a', 'b', 'c']);
  });

  it('keys of a team share the requests of the team', async () => {
    const { gateway } = await scripted({ teams: { search: { requestsPerMinute: 2, callsPerMinute: 100 } } });
    const [one, two] = [await newKey(gateway, {}), await newKey(gateway, {})];
    expect((await gateway.ask('{ __typename }', {}, { key: one.secret })).status).toBe(200);
    expect((await gateway.ask('{ __typename }', {}, { key: two.secret })).status).toBe(200);
    for (const { secret } of [one, two]) {
      expect(await gateway.ask('{ __typename }', {}, { key: secret })).toMatchObject({
        status: 429,
        errors: [{ message: expect.stringContaining('"team:search" may make 2 requests a minute') }],
      });
    }
  });
});

const both =
  '{ a: completion(input: { prompt: { text: "One" } }) { ...how } b: completion(input: { prompt: { text: "Two" } }) { ...how } c: completion(input: { prompt: { text: "Three" } }) { ...how } } fragment how on CompletionResult { __typename ... on RateLimited { limit message } }';
const typesOf = (data: Readonly<Record<string, { readonly __typename: string }>>): string[] =>
  Object.values(data)
    .map(({ __typename }) => __typename)
    .toSorted();

describe('callsPerMinute counts model calls', () => {
  it('callsPerMinute counts model calls, whatever operations they are in, and says so as data', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(saying('Hi'));
    const { id, secret: key } = await newKey(gateway, { requestsPerMinute: 100, callsPerMinute: 2 });
    const { data } = await gateway.ask(both, {}, { key });
    expect(typesOf(data)).toEqual(['Completion', 'Completion', 'RateLimited']);
    expect(Object.values(data)).toContainEqual({
      __typename: 'RateLimited',
      limit: `key:${id}`,
      message: expect.stringContaining(`"key:${id}" may make 2 model calls a minute`),
    });
    expect(upstream.requests).toHaveLength(2);
    expect((await gateway.ask('{ __typename }', {}, { key })).status).toBe(200);
  });

  it('callsPerMinute counts each text that is tested against guardrails, which are asked as for a call; the operation is a request', async () => {
    const judged: string[] = [];
    const guardrail: Guardrail = {
      name: 'service',
      on: ['input'],
      window: 'whole',
      async check(text) {
        judged.push(text);
        return { action: 'allow' };
      },
    };
    const { gateway } = await scripted({ guardrails: [{ guardrail, routes: '*' }] });
    const test =
      '{ a: testGuardrails(text: "One") { passes } b: testGuardrails(text: "Two") { passes } c: testGuardrails(text: "Three") { passes } }';
    const { id, secret: key } = await newKey(gateway, { requestsPerMinute: 2, callsPerMinute: 2 });
    const { data, errors } = await gateway.ask(test, {}, { key });
    expect(Object.values(data)).toEqual([{ passes: true }, { passes: true }, null]);
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining(`"key:${id}" may make 2 model calls a minute`),
        extensions: { code: 'RATE_LIMITED', retryable: true },
      },
    ]);
    expect(judged).toEqual(['One', 'Two']);
    await gateway.ask('{ __typename }', {}, { key });
    expect((await gateway.ask('{ __typename }', {}, { key })).status).toBe(429);
  });

  it('callsPerMinute alone leaves operations uncounted', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(saying('Hi'));
    const { secret: key } = await newKey(gateway, { callsPerMinute: 1 });
    for (let time = 0; time < 20; time += 1) expect((await gateway.ask('{ __typename }', {}, { key })).status).toBe(200);
    expect(await complete(gateway, prompt('One'), { key })).toMatchObject({ text: 'Hi' });
    expect(await complete(gateway, prompt('Two'), { key })).toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('callsPerMinute, once named, lets one operation ask more models than requestsPerMinute says', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(saying('Hi'));
    const { secret: key } = await newKey(gateway, { requestsPerMinute: 1, callsPerMinute: 3 });
    expect(typesOf((await gateway.ask(both, {}, { key })).data)).toEqual(['Completion', 'Completion', 'Completion']);
  });
});

describe('requestsPerMinute alone has both effects, as it had before', () => {
  it('requestsPerMinute alone holds model calls to the same number, which operations do not use up', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(saying('Hi'));
    const { secret: key } = await newKey(gateway, { requestsPerMinute: 2 });
    expect(await complete(gateway, prompt('One'), { key })).toMatchObject({ text: 'Hi' });
    expect(await complete(gateway, prompt('Two'), { key })).toMatchObject({ text: 'Hi' });
    expect((await gateway.ask('{ __typename }', {}, { key })).status).toBe(429);
    const many = await newKey(gateway, { requestsPerMinute: 2 });
    expect(typesOf((await gateway.ask(both, {}, { key: many.secret })).data)).toEqual(['Completion', 'Completion', 'RateLimited']);
  });
});
