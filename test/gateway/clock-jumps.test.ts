/** The system time is set ahead or back by hours while the gateway works: by an operator, a time server, a virtual machine that was paused. */
import { createClient } from 'graphql-ws';
import { beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { double } from '../doubles.ts';
import { plainConfig, startGateway, whenOver } from '../harness.ts';
import { newGate } from '../raw-upstream.ts';
import { readAll } from '../server/http-client.ts';
import { budgetOf, complete, eventually, newKey, prompt, stream, until } from './asking.ts';
import { saying, scripted, waiting } from './scripted.ts';

const hourMs = 3_600_000;
const RealDate = Date;
let aheadMs = 0;
const setClock = (hours: number): void => {
  aheadMs = noonMs + hours * hourMs - RealDate.now();
};

/** In the middle of a month: no budget begins anew by the jumps. */
const noonMs = RealDate.UTC(2027, 4, 15, 12);

class SetDate extends RealDate {
  constructor(...given: readonly unknown[]) {
    if (given.length === 0) super(RealDate.now() + aheadMs);
    else super(...(given as [number]));
  }
  static override now(): number {
    return RealDate.now() + aheadMs;
  }
}

beforeAll(() => {
  setClock(0);
  globalThis.Date = SetDate as DateConstructor;
  whenOver(() => {
    globalThis.Date = RealDate;
  });
});

const jumps = [6, -6] as const;

describe('when the system time jumps by hours', () => {
  it.each(jumps)('when the system time jumps by hours (%i) a stream goes on to its end, and took no hours', async (hours) => {
    const { gateway, upstream } = await scripted();
    const gate = newGate();
    upstream.plays(waiting(gate, 'One', ' two'));
    const { secret: key } = await newKey(gateway, { monthlyBudget: '1.00' });
    const reading = stream(gateway, prompt('Count.'), { key });
    await until(reading, 'TextDelta');
    setClock(hours);
    gate.open();
    expect((await until(reading, 'CompletionFinished')).completion).toMatchObject({ text: 'One two', status: 'COMPLETED' });
    await readAll(reading);
    const [row] = await eventually(
      'the call has its row',
      async () => {
        await gateway.storage.ledger.flush();
        return gateway.storage.database.all('select latency_ms from usage_rows');
      },
      ({ length }) => length === 1,
    );
    expect(Number(row?.['latency_ms'])).toBeGreaterThanOrEqual(0);
    expect(Number(row?.['latency_ms'])).toBeLessThan(hourMs);
    expect(await budgetOf(gateway, key)).toMatchObject({ held: 0, spent: 14_000 });
    setClock(0);
  });

  it.each(jumps)(
    'when the system time jumps by hours (%i) a rate neither fills at once nor makes anybody wait for hours',
    async (hours) => {
      const { gateway, upstream } = await scripted();
      upstream.plays(saying('Hi'));
      const { secret: key } = await newKey(gateway, { requestsPerMinute: 1, callsPerMinute: 5 });
      await complete(gateway, prompt('One'), { key });
      setClock(hours);
      const { errors } = await gateway.ask('{ aiViewer { team } }', {}, { key });
      expect(errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
      expect(errors?.[0]?.extensions.retryAfterMs).toBeLessThanOrEqual(60_000);
      setClock(0);
    },
  );

  it.each(jumps)('when the system time jumps by hours (%i) a place is free when its call has ended, and not before', async (hours) => {
    const { gateway, upstream } = await scripted({ teams: { search: { concurrency: 1 } } });
    const gate = newGate();
    upstream.plays(waiting(gate, 'One'), saying('Two'));
    const { secret: key } = await newKey(gateway, {});
    const reading = stream(gateway, prompt('One'), { key });
    await until(reading, 'TextDelta');
    setClock(hours);
    expect(await complete(gateway, prompt('Two'), { key })).toMatchObject({ code: 'CONCURRENCY_LIMITED' });
    gate.open();
    await readAll(reading);
    expect(await complete(gateway, prompt('Two'), { key })).toMatchObject({ text: 'Two' });
    setClock(0);
  });

  it.each(jumps)('when the system time jumps by hours (%i) a key of idempotency still stands for what was asked with it', async (hours) => {
    const { gateway, upstream } = await scripted();
    upstream.plays(saying('Hi'));
    const input = prompt('One', { idempotencyKey: 'order-1' });
    const first = await complete(gateway, input);
    setClock(hours);
    expect((await complete(gateway, input)).id).toBe(first.id);
    expect(upstream.requests).toHaveLength(1);
    setClock(0);
  });

  it.each(jumps)('when the system time jumps by hours (%i) a budget keeps what was spent of it', async (hours) => {
    const { gateway, upstream } = await scripted();
    upstream.plays(saying('Hi'));
    const { secret: key } = await newKey(gateway, { monthlyBudget: '1.00' });
    await complete(gateway, prompt('One'), { key });
    const settled = await eventually(
      'the call is settled',
      () => budgetOf(gateway, key),
      ({ held }) => held === 0,
    );
    setClock(hours);
    expect(await budgetOf(gateway, key)).toEqual(settled);
    await complete(gateway, prompt('Another'), { key });
    expect((await budgetOf(gateway, key)).spent).toBe(2 * settled.spent);
    setClock(0);
  });

  it('when the system time jumps by hours (6) calls that wait for their turn in an operation are made: their time has not passed', async () => {
    const { gateway, upstream } = await scripted();
    const gate = newGate();
    upstream.plays(...Array.from({ length: 8 }, () => waiting(gate, 'Hi')), saying('Hi'));
    const fields = Array.from(
      { length: 12 },
      (_, n) => `a${n}: completion(input: { prompt: { text: "${n}" } }) { __typename ... on Completion { text } }`,
    );
    const answer = gateway.ask(`{ ${fields.join(' ')} }`);
    await eventually(
      'some are asked',
      () => upstream.requests.length,
      (asked) => asked > 0,
    );
    setClock(6);
    gate.open();
    expect(Object.values((await answer).data)).toEqual(Array(12).fill({ __typename: 'Completion', text: 'Hi' }));
    setClock(0);
  });

  it.each(jumps)('when the system time jumps by hours (%i) a WebSocket stays open, and takes operations', async (hours) => {
    const { gateway, upstream } = await scripted();
    upstream.plays(saying('Hi'));
    const client = createClient({
      url: gateway.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      lazy: false,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${gateway.developmentKey}` },
    });
    whenOver(() => client.dispose());
    const asked = () => readAll(client.iterate({ query: '{ aiViewer { team } }' }));
    await asked();
    setClock(hours);
    expect(await asked()).toMatchObject([{ data: { aiViewer: {} } }]);
    setClock(0);
  });

  it.each(jumps)('when the system time jumps by hours (%i) a source that is being ingested is embedded once', async (hours) => {
    const gate = newGate();
    const model = double('embeds', async function* (request) {
      await gate.opened;
      if (request.kind === 'embedding')
        for (const index of request.texts.keys()) yield { type: 'embedding', index, vector: new Float32Array([1, 2]) };
      yield { type: 'finish', reason: 'stop' };
    });
    const gateway = await startGateway({
      providers: { ...plainConfig.providers, model },
      deployments: {
        ...plainConfig.deployments,
        v: { provider: 'model', model: 'v', capabilities: ['embedding'], price: { input: 1, output: 2 } },
      },
      routes: { ...plainConfig.routes, embedding: { deployments: ['v'], attempts: 1 } },
    });
    const sources = ['a', 'b'].map((id) => ({ id, mediaType: 'text/plain', text: `Source ${id}.` }));
    const { data, errors } = await gateway.ask('mutation ($input: IngestInput!) { ingest(input: $input) { id } }', {
      input: { collection: 'documents', sources },
    });
    expect(errors).toBeUndefined();
    await eventually(
      'the first source is being embedded',
      () => model.asked.length,
      (asked) => asked === 1,
    );
    setClock(hours);
    // The worker looks for work: once for each of these, and once a second.
    for (const id of ['c', 'd']) {
      await gateway.ask('mutation ($input: IngestInput!) { ingest(input: $input) { id } }', {
        input: { collection: 'documents', sources: [{ id, mediaType: 'text/plain', text: `Source ${id}.` }] },
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    gate.open();
    await eventually(
      'all sources are stored',
      () => gateway.storage.jobs.find(data.ingest.id),
      (job) => job?.status === 'done',
    );
    const texts = model.asked.flatMap((request) => (request.kind === 'embedding' ? request.texts : []));
    expect(texts.filter((text) => text.includes('Source a'))).toHaveLength(1);
    setClock(0);
  });
});
