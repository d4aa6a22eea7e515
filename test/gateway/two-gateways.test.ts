import { beforeAll, describe, expect, it } from 'vitest';
import { type AskedGateway, type ChildGateway, configFolder, startChild, startHere } from '../crash/child-gateway.ts';
import { whenOver } from '../harness.ts';
import { type RawUpstream, rawUpstream } from '../raw-upstream.ts';
import { eventsOf, post } from '../server/http-client.ts';
import { saying } from './scripted.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Data = any;

async function ask({ url, developmentKey }: AskedGateway, query: string, key = developmentKey): Promise<Data> {
  const response = await post(url, { query }, { authorization: `Bearer ${key}` });
  return { status: response.status, ...((await response.json()) as object) };
}

const input = (key: string, text = `Say hi to ${key}.`): string => `{ prompt: { text: "${text}" } idempotencyKey: "${key}" }`;
const seen = '__typename ... on Completion { id text } ... on Failure { code message retryable }';
const plain = (key: string, text?: string): string => `mutation { complete(input: ${input(key, text)}) { ${seen} } }`;
const stream = (key: string): string => `subscription { completionStream(input: ${input(key)}) { __typename
  ... on CompletionFinished { completion { id text } } ... on CompletionFailed { failure { ... on Failure { code } } } } }`;

async function lastOf({ url, developmentKey }: AskedGateway, key: string): Promise<Data> {
  const response = await post(url, { query: stream(key) }, { accept: 'text/event-stream', authorization: `Bearer ${developmentKey}` });
  let last: Data = null;
  for await (const { event, data } of eventsOf(response)) if (event === 'next') last = JSON.parse(data).data.completionStream;
  return last;
}

describe('two gateways on one folder', { timeout: 240_000 }, () => {
  let upstream: RawUpstream;
  let folder: string;
  let one: ChildGateway;
  let other: AskedGateway;
  beforeAll(async () => {
    upstream = await rawUpstream();
    whenOver(() => upstream.close());
    upstream.plays(saying('Hi', ' there.'));
    folder = configFolder(upstream.url);
    one = await startChild(folder);
    other = await startHere(folder);
  }, 120_000);

  it('two gateways on one folder make one call of those who use an idempotency key at the same moment, and both get its answer', async () => {
    const before = upstream.requests.length;
    const keys = Array.from({ length: 20 }, (_, index) => `at once ${index}`);
    const answers = await Promise.all(keys.map((key) => Promise.all([one, other, one, other].map((gateway) => ask(gateway, plain(key))))));
    expect(upstream.requests.length - before).toBe(keys.length);
    for (const four of answers) {
      const [{ data }] = four as [Data];
      expect(data.complete).toMatchObject({ __typename: 'Completion', text: 'Hi there.' });
      for (const { data: same } of four) expect(same).toEqual(data);
    }
  });

  it('two gateways on one folder make one call of a stream that is opened at both at the same moment, and both streams end with its answer', async () => {
    const before = upstream.requests.length;
    const keys = Array.from({ length: 8 }, (_, index) => `streamed ${index}`);
    const ends = await Promise.all(keys.map((key) => Promise.all([lastOf(one, key), lastOf(other, key)])));
    expect(upstream.requests.length - before).toBe(keys.length);
    for (const [here, there] of ends) {
      expect(here).toMatchObject({ __typename: 'CompletionFinished', completion: { text: 'Hi there.' } });
      expect(there).toEqual(here);
    }
  });

  it('two gateways on one folder refuse an idempotency key that both get at the same moment with two inputs to one of them, by its code', async () => {
    const before = upstream.requests.length;
    for (const key of ['unlike 1', 'unlike 2', 'unlike 3']) {
      const both = await Promise.all([ask(one, plain(key, `First of ${key}`)), ask(other, plain(key, `Second of ${key}`))]);
      const kinds = both.map(({ data }) => data.complete.code ?? data.complete.__typename).toSorted();
      expect(kinds).toEqual(['Completion', 'IDEMPOTENCY_CONFLICT']);
    }
    expect(upstream.requests.length - before).toBe(3);
  });

  it('two gateways on one folder share the rate of a key, of operations and of calls of models', async () => {
    const create = (rates: string): string =>
      `mutation { createAiKey(input: { name: "k", team: "t", scopes: ["ai:use"], ${rates} }) { secret } }`;
    for (const [rates, query] of [
      ['requestsPerMinute: 3', '{ aiRoutes { name } }'],
      [
        'callsPerMinute: 3',
        '{ completion(input: { prompt: { text: "Say hi." } }) { ... on Completion { text } ... on Failure { code } } }',
      ],
    ] as const) {
      const { secret } = (await ask(one, create(rates))).data.createAiKey;
      const found: Data[] = [];
      for (let asked = 0; asked < 4; asked += 1) for (const gateway of [one, other]) found.push(await ask(gateway, query, secret));
      const refused = found.filter((answer) => JSON.stringify(answer).includes('RATE_LIMITED'));
      expect(refused.length).toBeGreaterThanOrEqual(4);
      expect(found.length - refused.length).toBeGreaterThanOrEqual(3);
    }
  });

  it('an idempotency key of a gateway that was stopped shows its answer at the next start and at the other gateway, without a call', async () => {
    const first = await ask(one, plain('kept'));
    one.process.kill('SIGTERM');
    expect(await one.exited).toBe(0);
    const before = upstream.requests.length;
    one = await startChild(folder);
    for (const gateway of [one, other]) expect((await ask(gateway, plain('kept'))).data).toEqual(first.data);
    const { id, text } = first.data.complete;
    expect(await lastOf(one, 'kept')).toMatchObject({ completion: { id, text } });
    expect(upstream.requests.length).toBe(before);
    expect((await ask(one, plain('kept', 'Another input.'))).data.complete).toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
      retryable: false,
    });
  });
});
