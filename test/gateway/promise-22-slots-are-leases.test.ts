import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { startGateway, temporaryFolder } from '../harness.ts';
import { newGate } from '../raw-upstream.ts';
import { readAll } from '../server/http-client.ts';
import { complete, eventually, newKey, prompt, stream, until } from './asking.ts';
import { hanging, openUpstream, saying, scripted, scriptedConfig, waiting } from './scripted.ts';

const teams = { search: { concurrency: 1 } };

describe('concurrency slots are leases with an owner and an expiry, not counters', () => {
  it('a call that runs has its slot, and gives it back on every ending', async () => {
    const { gateway, upstream } = await scripted({ teams });
    const { secret: key } = await newKey(gateway, {});
    const gate = newGate();
    upstream.plays(waiting(gate, 'One'), hanging('Two'), { pieces: [], ending: 'reset' }, saying('Four'));

    const finishes = stream(gateway, prompt('One'), { key });
    await until(finishes, 'TextDelta');
    expect(await complete(gateway, prompt('Another'), { key })).toMatchObject({
      __typename: 'RateLimited',
      code: 'CONCURRENCY_LIMITED',
      limit: 'team:search',
      retryable: true,
    });
    expect(upstream.requests).toHaveLength(1);
    gate.open();
    await readAll(finishes);

    const client = new AbortController();
    await until(stream(gateway, prompt('Two'), { key, signal: client.signal }), 'TextDelta');
    client.abort();
    await eventually(
      'the slot of a call whose client left is free',
      () => complete(gateway, prompt('Three'), { key }),
      ({ code }) => code === 'MODEL_UNAVAILABLE',
    );
    expect(await complete(gateway, prompt('Four'), { key })).toMatchObject({ text: 'Four' });
  });

  it('a slot of another process holds as long as its owner lives, and no longer', async () => {
    const upstream = await openUpstream();
    upstream.plays(saying('Hi'));
    const config = { ...scriptedConfig(upstream), teams, storage: { folder: temporaryFolder() } };
    const gateway = await startGateway(config);
    const { secret: key } = await newKey(gateway, {});
    const { database } = gateway.storage;
    // A process on another machine took the slot, and then was heard of no more.
    await database.run('insert into owners (id, host, pid, began_at, leased_until) values ($1, $2, $3, $4, $5)', [
      'other',
      'elsewhere',
      1,
      0,
      Date.now() + 60_000,
    ]);
    const place = ['team:search', 'slots', 0] as const;
    await database.run('insert into accounts (name, per, window_start, spent, held) values ($1, $2, $3, 0, 1)', place);
    await database.run('insert into holdings (name, per, window_start, owner, amount) values ($1, $2, $3, $4, 1)', [...place, 'other']);
    expect(await complete(gateway, prompt('Hi'), { key })).toMatchObject({ code: 'CONCURRENCY_LIMITED' });

    // It was a process of this machine, and runs no more.
    await database.run('update owners set host = $1, pid = $2 where id = $3', [hostname(), 2_147_483_646, 'other']);
    expect(await complete(gateway, prompt('Hi'), { key })).toMatchObject({ text: 'Hi' });
    expect(await database.all("select owner from holdings where owner = 'other'")).toEqual([]);
  });
});
