import { describe, expect, it } from 'vitest';
import { eventually, ledgerOf } from '../gateway/asking.ts';
import { until } from '../gateway/streams.ts';
import { newGate } from '../raw-upstream.ts';
import { asking, eventsOf, prompt, says, transports } from './asking.ts';

const mutations = (bodies: readonly string[]): number => bodies.filter((body) => body.includes('CancelCompletion')).length;

describe.each(transports)('stop over %s', (transport) => {
  it(`stop over ${transport} ends the call at the provider, keeps what came, and is charged for it`, async () => {
    const parts = await asking({ transport });
    says(parts, 'Half ', newGate(), 'and half.');
    const answer = parts.gate.complete(prompt('Count.'));
    const events = eventsOf(answer);
    await until(() => answer.snapshot().text === 'Half ');
    const stopped = answer.cancel();
    expect(answer.snapshot().status).toBe('stopping');
    await stopped;
    expect(answer.snapshot()).toMatchObject({ status: 'cancelled', text: 'Half ', failure: { code: 'CANCELLED' } });
    expect((await events).map(({ __typename }) => __typename)).toEqual(['CompletionStarted', 'TextDelta', 'CompletionFailed']);
    const request = await parts.upstream.nextRequest();
    await request.closed;
    expect(request.cut()).toBe(true);
    const rows = await eventually(
      'the row is there',
      () => ledgerOf(parts.gateway),
      (found) => found.length > 0,
    );
    expect(rows).toMatchObject([{ key: { outcome: 'CANCELLED' }, calls: 1 }]);
    expect(Number(rows[0].usage.cost.amount)).toBeGreaterThan(0);
  });

  // How long it takes is a matter of the machine, too: others may have its processor meanwhile.
  it(`stop over ${transport} ends the call at the provider within a tenth of a second`, { retry: 3 }, async () => {
    const parts = await asking({ transport });
    says(parts, 'Half ', newGate(), 'and half.');
    const answer = parts.gate.complete(prompt('Count.'));
    answer.subscribe(() => {});
    await until(() => answer.snapshot().text === 'Half ');
    const request = await parts.upstream.nextRequest();
    const began = performance.now();
    const stopped = answer.cancel();
    await request.closed;
    expect(performance.now() - began).toBeLessThan(100);
    await stopped;
  });

  it(`stop over ${transport} twice is one mutation, and after the end none`, async () => {
    const bodies: string[] = [];
    const noting: typeof fetch = (url, init) => {
      bodies.push(String(init?.body));
      return fetch(url, init);
    };
    const parts = await asking({ transport, fetch: noting });
    says(parts, 'Half ', newGate(), 'and half.');
    const answer = parts.gate.complete(prompt('Count.'));
    const { done } = answer;
    await until(() => answer.snapshot().text === 'Half ');
    await Promise.all([answer.cancel(), answer.cancel()]);
    await done;
    await answer.cancel();
    expect(mutations(bodies)).toBe(1);
  });

  it(`stop over ${transport} before the first event waits for the completion, and ends it`, async () => {
    const parts = await asking({ transport });
    says(parts, newGate(), 'Never said.');
    const answer = parts.gate.complete(prompt('Count.'));
    const { done } = answer;
    await answer.cancel();
    expect(await done).toMatchObject({ status: 'cancelled', text: '' });
    await until(() => parts.upstream.requests.every((request) => request.cut()));
  });

  it(`stop over ${transport} reaches the gateway while its connections break`, async () => {
    const parts = await asking({ transport });
    says(parts, 'Half ', newGate(), 'and half.');
    const answer = parts.gate.complete(prompt('Count.'));
    const { done } = answer;
    await until(() => answer.snapshot().text === 'Half ');
    parts.proxy.refuse(true);
    parts.proxy.cut();
    const stopped = answer.cancel();
    const before = parts.proxy.opened();
    await until(() => parts.proxy.opened() > before);
    parts.proxy.refuse(false);
    await stopped;
    expect(await done).toMatchObject({ status: 'cancelled', text: 'Half ' });
  });
});

describe('stop', () => {
  it('stop of an answer that nobody has read asks nothing', async () => {
    const { gate, proxy } = await asking();
    const answer = gate.complete(prompt('Count.'));
    await answer.cancel();
    expect(answer.snapshot().status).toBe('cancelled');
    expect(await eventsOf(answer)).toMatchObject([{ __typename: 'CompletionFailed', failure: { code: 'CANCELLED' } }]);
    expect(proxy.opened()).toBe(0);
  });

  it('stop of an answer whose id a proxy holds back names it by its key', async () => {
    const bodies: string[] = [];
    const noting: typeof fetch = (url, init) => {
      bodies.push(String(init?.body));
      return fetch(url, init);
    };
    const parts = await asking({ transport: 'sse', fetch: noting });
    says(parts, newGate(), 'Never said.');
    parts.proxy.buffer();
    const answer = parts.gate.complete({ ...prompt('Count.'), idempotencyKey: 'mine' });
    const { done } = answer;
    await parts.upstream.nextRequest();
    expect(answer.snapshot().id).toBe('');
    await answer.cancel();
    expect(answer.snapshot()).toMatchObject({ status: 'cancelled', text: '' });
    await done;
    expect(bodies.filter((body) => body.includes('"key":"mine"'))).toHaveLength(1);
    await until(() => parts.upstream.requests.every((request) => request.cut()));
  });

  it('stop of an answer that was begun elsewhere works by its id', async () => {
    const parts = await asking();
    says(parts, 'Half ', newGate(), 'and half.');
    const answer = parts.gate.complete(prompt('Count.'));
    const { done } = answer;
    await until(() => answer.snapshot().text === 'Half ');
    const elsewhere = parts.gate.resume({ id: answer.snapshot().id });
    await elsewhere.cancel();
    expect(elsewhere.snapshot()).toMatchObject({ status: 'cancelled', text: 'Half ' });
    expect(await done).toMatchObject({ status: 'cancelled', text: 'Half ' });
  });

  it('leaving an answer leaves it running, and a reader that comes soon goes on behind the last event', async () => {
    const parts = await asking();
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    const answer = parts.gate.complete(prompt('Count.'));
    for await (const event of answer) if (event.__typename === 'TextDelta') break;
    await until(() => answer.snapshot().status === 'idle');
    await until(() => parts.proxy.open() === 0);
    gate.open();
    expect(await answer.done).toMatchObject({ status: 'completed', text: 'Half and half.' });
    expect(parts.upstream.requests).toHaveLength(1);
  });

  it('leaving an answer whose last reader stops it stops it', async () => {
    const parts = await asking();
    says(parts, 'Half ', newGate(), 'and half.');
    const answer = parts.gate.complete(prompt('Count.'), { leaving: 'cancel' });
    for await (const event of answer) if (event.__typename === 'TextDelta') break;
    await until(() => answer.snapshot().status === 'cancelled');
  });

  it('leaving an answer for as long as a component is mounted again changes nothing', async () => {
    const parts = await asking();
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    const answer = parts.gate.complete(prompt('Count.'));
    answer.subscribe(() => {})();
    answer.subscribe(() => {})();
    const { done } = answer;
    await until(() => answer.snapshot().text === 'Half ');
    gate.open();
    await done;
    expect([parts.proxy.opened(), parts.upstream.requests.length]).toEqual([1, 1]);
  });

  it('a background answer goes on when nobody reads it, whatever the time', async () => {
    const parts = await asking();
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    const answer = parts.gate.complete(prompt('Count.'), { background: true });
    for await (const event of answer) if (event.__typename === 'TextDelta') break;
    answer.detach();
    await until(() => parts.proxy.open() === 0);
    gate.open();
    const { id } = answer.snapshot();
    await until(
      async () =>
        (await parts.gateway.ask('query ($id: ID!) { completionById(id: $id) { status } }', { id })).data.completionById.status ===
        'COMPLETED',
    );
    expect(await answer.done).toMatchObject({ status: 'completed', text: 'Half and half.' });
  });
});
