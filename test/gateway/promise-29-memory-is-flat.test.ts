import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { perRound } from '../rounds.ts';
import { budgetOf, complete, eventually, newKey, prompt, stream, until } from './asking.ts';
import { hanging, type Scripted, saying, scripted } from './scripted.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** In bytes, after all that can be collected has been; collecting takes turns, since finalisers run between them. */
async function heapInUse(): Promise<number> {
  for (let turn = 0; turn < 5; turn += 1) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
}

async function dropStreams({ gateway, upstream }: Scripted, count: number, key: string, text: string): Promise<void> {
  for (let sent = 0; sent < count; sent += 20) {
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const client = new AbortController();
        await until(stream(gateway, prompt(`${text} ${sent + index}`), { key, signal: client.signal }), 'TextDelta');
        client.abort();
      }),
    );
    await Promise.all(upstream.requests.map(({ closed }) => closed));
  }
}

describe('memory is flat under soak', () => {
  const streams = perRound(100, 1_000);
  it(`${streams} streams that were opened and dropped leave nothing held, nothing running and nothing open`, {
    timeout: 240_000,
  }, async () => {
    const parts = await scripted({ teams: { search: { concurrency: 100 } } });
    const { gateway, upstream } = parts;
    const { secret: key } = await newKey(gateway, { monthlyBudget: '100' });
    upstream.plays(hanging('Half'));
    await dropStreams(parts, streams, key, 'Question');

    expect(upstream.requests).toHaveLength(streams);
    expect(upstream.requests.every((request) => request.cut())).toBe(true);
    await eventually(
      'nothing is held',
      () => budgetOf(gateway, key),
      ({ held }) => held === 0,
    );
    await gateway.storage.ledger.flush();
    const left = async (table: string): Promise<unknown> =>
      (await gateway.storage.database.all(`select count(*) as n from ${table}`))[0]?.['n'];
    expect({ draws: await left('draws'), rows: await left('usage_rows') }).toEqual({ draws: 0, rows: streams });
    // What is leased ahead belongs to no call. As many streams as before have room, so every slot is free again.
    const holdings = await gateway.storage.database.all("select sum(amount) as amount from holdings where per != 'slots'");
    expect(Number(holdings[0]?.['amount'])).toBeLessThanOrEqual(0.01 * 100e9);
    await dropStreams(parts, 100, key, 'Another question');
    // A flight of the same question that had stayed would be joined, and hang.
    upstream.plays(saying('A new answer.'));
    expect(await complete(gateway, prompt('Question 7'), { key })).toMatchObject({ text: 'A new answer.' });
  });

  it.each(['dropped', 'answered'] as const)(
    'a call that was %s is kept for those who come back, without what it was asked',
    { timeout: 240_000 },
    async (how) => {
      const parts = await scripted();
      const { gateway, upstream } = parts;
      const { secret: key } = await newKey(gateway, {});
      upstream.plays(how === 'dropped' ? hanging('Half') : saying('Whole'));
      const long = 'word '.repeat(20_000);
      const ask = async (count: number): Promise<void> => {
        if (how === 'dropped') return dropStreams(parts, count, key, long);
        for (let sent = 0; sent < count; sent += 1) await complete(gateway, prompt(`${sent} ${long}`), { key });
      };
      const calls = perRound(40, 400);
      await ask(20);
      const before = await heapInUse();
      await ask(calls);
      const perCall = ((await heapInUse()) - before) / calls - upstreamKeeps(long);
      expect(perCall).toBeLessThan(long.length / 2);
    },
  );
});

/** The scripted upstream keeps the body of every request, as a string of one byte a character. */
const upstreamKeeps = (text: string): number => text.length;
