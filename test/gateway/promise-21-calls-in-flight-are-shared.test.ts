import { describe, expect, it } from 'vitest';
import { newGate } from '../raw-upstream.ts';
import { readAll } from '../server/http-client.ts';
import { eventually, ledgerOf, newKey, prompt, stream, until } from './asking.ts';
import { hanging, scripted, waiting } from './scripted.ts';

const input = prompt('What do many ask at once?');

describe('identical model calls in flight share one upstream call', () => {
  it('identical model calls in flight share one upstream call within a team: each reader has the whole answer, one of them pays', async () => {
    const { gateway, upstream } = await scripted();
    const gate = newGate();
    upstream.plays(waiting(gate, 'One', ' answer', ' for all'));
    const keys = await Promise.all([newKey(gateway, {}), newKey(gateway, {}), newKey(gateway, {})]);
    const readers = keys.map(({ secret }) => stream(gateway, input, { key: secret }));
    for (const reader of readers) await until(reader, 'TextDelta');
    gate.open();
    const ends = await Promise.all(readers.map(async (reader) => (await until(reader, 'CompletionFinished')).completion));
    expect(ends.map(({ text }) => text)).toEqual(Array(3).fill('One answer for all'));
    expect(upstream.requests).toHaveLength(1);
    const costs = ends.map(({ usage }) => usage.cost.amount);
    expect(costs.toSorted()).toEqual(['0', '0', '0.000014']);
    expect(await ledgerOf(gateway, keys[0]?.secret ?? '', ['CACHE'])).toMatchObject([
      { key: { cache: 'BYPASS' }, calls: 1, usage: { cost: { amount: '0.000014' } } },
      { key: { cache: 'SHARED' }, calls: 2, savedCost: { amount: '0.000028' }, usage: { cost: { amount: '0' } } },
    ]);
  });

  it('identical model calls in flight are never shared between teams, nor between keys of one team that may do different things', async () => {
    const { gateway, upstream } = await scripted();
    const gate = newGate();
    upstream.plays(waiting(gate, 'One'));
    const keys = [await newKey(gateway, {}), await newKey(gateway, { team: 'sales' }), await newKey(gateway, { routes: ['default'] })];
    const readers = keys.map(({ secret }) => stream(gateway, input, { key: secret }));
    for (const reader of readers) await until(reader, 'TextDelta');
    expect(upstream.requests).toHaveLength(3);
    gate.open();
    await Promise.all(readers.map(readAll));
  });

  it('identical model calls in flight share one upstream call, which goes on while anybody reads, and ends when the last reader leaves', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(hanging('One'));
    const clients = [new AbortController(), new AbortController(), new AbortController()];
    const readers = clients.map(({ signal }) => stream(gateway, input, { signal }));
    for (const reader of readers) await until(reader, 'TextDelta');
    const request = await upstream.nextRequest();
    expect(upstream.requests).toHaveLength(1);

    clients[0]?.abort();
    await eventually(
      'the payer has left',
      () => ledgerOf(gateway),
      ([row]) => row?.calls === 1,
    );
    clients[2]?.abort();
    await eventually(
      'a follower has left',
      () => ledgerOf(gateway),
      ([row]) => row?.calls === 2,
    );
    expect(request.cut()).toBe(false);

    clients[1]?.abort();
    await request.closed;
    expect(request.cut()).toBe(true);
    const [row] = await eventually(
      'all three have their row',
      () => ledgerOf(gateway),
      ([all]) => all?.calls === 3,
    );
    expect(row).toMatchObject({ key: { outcome: 'CANCELLED' }, calls: 3 });
    // Whoever was left last has paid for all of it; the others paid nothing.
    const perCall = await gateway.storage.database.all('select count(*) as calls from usage_rows where cost > 0');
    expect(perCall).toEqual([{ calls: 1 }]);
  });
});
