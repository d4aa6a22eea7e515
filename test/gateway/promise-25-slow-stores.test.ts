import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Keyv } from 'keyv';
import { describe, expect, it, onTestFinished } from 'vitest';
import { collect } from '../../src/core/chunk.ts';
import { completionRequest } from '../../src/core/request/request.ts';
import { call, gateway as pipelineOver, route, says } from '../doubles.ts';
import { startGateway, type TestGateway, temporaryFolder } from '../harness.ts';
import { newGate, type RawUpstream } from '../raw-upstream.ts';
import { budgetOf, complete, eventually, ledgerOf, newKey, prompt, stream, until } from './asking.ts';
import { openUpstream, saying, scriptedConfig, waiting } from './scripted.ts';

/** A gateway on a folder, and another process's hand on its database. */
async function lockable(): Promise<{ readonly gateway: TestGateway; readonly upstream: RawUpstream; lock(): () => void }> {
  const upstream = await openUpstream();
  const folder = temporaryFolder();
  const gateway = await startGateway({ ...scriptedConfig(upstream), storage: { folder } });
  const other = new DatabaseSync(join(folder, 'fieldgate.db'));
  onTestFinished(() => other.close());
  return {
    gateway,
    upstream,
    lock() {
      other.exec('begin immediate');
      return () => other.exec('rollback');
    },
  };
}

const health = async (gateway: TestGateway, path: 'live' | 'ready') => {
  const response = await fetch(new URL(`/health/${path}`, gateway.url));
  return { status: response.status, ...((await response.json()) as object) };
};

const refusal = {
  __typename: 'ModelUnavailable',
  code: 'MODEL_UNAVAILABLE',
  message:
    "What this call may cost cannot be recorded at the moment, so it was not made. The gateway's database is busy, or another process holds it. Try again in a moment.",
  retryable: true,
};

describe('a slow or dead store degrades by policy and hangs no request', () => {
  it('a database that takes no writes: calls that cost are refused, all of them at once, and what only reads goes on', async () => {
    const { gateway, upstream, lock } = await lockable();
    const { secret: key } = await newKey(gateway, { monthlyBudget: '10' });
    const unlock = lock();
    const calls = Array.from({ length: 20 }, (_, index) => complete(gateway, prompt(`Say ${index}.`), { key }));
    expect(await Promise.all(calls)).toMatchObject(calls.map(() => refusal));
    expect(upstream.requests).toHaveLength(0);

    expect((await health(gateway, 'live')).status).toBe(200);
    expect(await health(gateway, 'ready')).toEqual({
      status: 503,
      ready: false,
      reasons: ['The database cannot be written: calls that cost are refused until it can.'],
    });
    expect((await budgetOf(gateway, key)).spent).toBe(0);

    unlock();
    expect((await health(gateway, 'ready')).status).toBe(200);
    upstream.plays(saying('Hi'));
    expect(await complete(gateway, prompt('Say hi.'), { key })).toMatchObject({ text: 'Hi' });
    expect((await budgetOf(gateway, key)).held).toBe(0);
  });

  it('a call that is under way when the database stops ends as it would have, and is booked when the database is back', async () => {
    const { gateway, upstream, lock } = await lockable();
    const { secret: key } = await newKey(gateway, { monthlyBudget: '10' });
    const gate = newGate();
    upstream.plays(waiting(gate, 'Half', ' and half'));
    const events = stream(gateway, prompt('Say hi.'), { key })[Symbol.asyncIterator]();
    await until(events, 'TextDelta');
    const unlock = lock();
    gate.open();
    expect(await until(events, 'CompletionFinished')).toMatchObject({ completion: { text: 'Half and half' } });
    unlock();
    expect(await ledgerOf(gateway, key)).toMatchObject([{ key: { outcome: 'OK' }, calls: 1 }]);
    const { spent } = await eventually(
      'the draw is settled',
      () => budgetOf(gateway, key),
      ({ held }) => held === 0,
    );
    expect(spent).toBe(14_000);
  });

  it('every write that a request waits for is refused like a call, and may be tried again', async () => {
    const { gateway, upstream, lock } = await lockable();
    const { id } = await newKey(gateway, { monthlyBudget: '10' });
    upstream.plays(saying('Hi'));
    const failure = '__typename ... on Failure { code retryable message }';
    const asked = (more: string): string => `input: { prompt: { text: "Say hi." } ${more} }`;
    const kept = await gateway.ask(`mutation { complete(${asked('idempotencyKey: "kept"')}) { ... on Completion { id } } }`);
    await gateway.ask(`mutation { ingest(input: { collection: "documents", sources: [{ id: "a", text: "Ducks swim." }] }) { id } }`);
    await eventually(
      'the source is there',
      () => gateway.storage.passages.source('documents', 'a'),
      (source) => source !== null,
    );
    const asking = upstream.requests.length;
    const unlock = lock();
    const asData = await Promise.all(
      [
        `mutation { it: complete(${asked('idempotencyKey: "a"')}) { ${failure} } }`,
        `query { it: completion(${asked('idempotencyKey: "b"')}) { ${failure} } }`,
        `mutation { it: startCompletion(${asked('')}) { ${failure} } }`,
        `mutation { it: startCompletion(${asked('idempotencyKey: "c"')}) { ${failure} } }`,
      ].map((query) => gateway.ask(query)),
    );
    for (const { data } of asData) {
      expect(data.it).toMatchObject({
        code: 'MODEL_UNAVAILABLE',
        retryable: true,
        message: expect.stringMatching(/at the moment.*Try again/),
      });
    }
    const asErrors = await Promise.all(
      [
        `mutation { rateCompletion(id: "${kept.data.complete.id}", score: 1) { score } }`,
        'mutation { createAiKey(input: { name: "k", team: "t", scopes: ["ai:use"] }) { secret } }',
        `mutation { revokeAiKey(id: "${id}") { id } }`,
        'mutation { ingest(input: { collection: "documents", sources: [{ id: "b", text: "Ducks fly." }] }) { id } }',
        'mutation { deleteSource(collection: "documents", sourceId: "a") }',
      ].map((query) => gateway.ask(query)),
    );
    for (const { errors } of asErrors) {
      expect(errors?.[0]).toMatchObject({
        message: expect.stringMatching(/at the moment.*Try again/),
        extensions: { code: 'MODEL_UNAVAILABLE', retryable: true },
      });
    }
    expect(upstream.requests).toHaveLength(asking);
    unlock();
    const again = await gateway.ask(`mutation { it: complete(${asked('idempotencyKey: "a"')}) { ... on Completion { text } } }`);
    expect(again.data.it).toEqual({ text: 'Hi' });
  });

  it('a completion that ends while the database stops is stored when it is back', async () => {
    const { gateway, upstream, lock } = await lockable();
    const gate = newGate();
    upstream.plays(waiting(gate, 'Half', ' and half'));
    const { data } = await gateway.ask('mutation { startCompletion(input: { prompt: { text: "Say hi." } }) { ... on Completion { id } } }');
    await upstream.nextRequest();
    const unlock = lock();
    gate.open();
    const { id } = data.startCompletion;
    const shown = async () => (await gateway.ask(`{ completionById(id: "${id}") { status } }`)).data.completionById.status;
    await eventually('the completion has ended', shown, (status) => status === 'COMPLETED');
    unlock();
    const { developmentKey } = gateway;
    await eventually(
      'it is stored',
      () => gateway.storage.completions.find(id, `key:${developmentKey?.split('_')[1]}`),
      (record) => record?.progress === 'ended',
    );
  });

  it.each([
    ['hangs', () => new Promise<never>(() => {})],
    ['breaks', () => Promise.reject(new Error('The cache is gone.'))],
  ])('a cache that %s is a miss', async (_, fails) => {
    const store = { get: fails, set: fails, delete: async () => true, clear: async () => {} };
    const model = says('Hi.');
    const { handle } = pipelineOver([route('default', [model], { cacheSeconds: 60 })], { cache: new Keyv({ store }) });
    for (let asked = 1; asked <= 5; asked += 1) {
      expect((await collect(handle(completionRequest(`Say ${asked}.`), call()))).text).toBe('Hi.');
      expect(model.asked).toHaveLength(asked);
    }
  });
});
