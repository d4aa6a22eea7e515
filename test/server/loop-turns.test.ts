import { createClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { loopTurns, streamEventsPerTurn } from '../../src/server/loop-turns.ts';
import { type Served, serve } from './fixture.ts';
import { post, readAll } from './http-client.ts';

const streams = 30;
const events = 150;
const query = `subscription { ticks(to: ${events}) { seq } }`;

const overSse = ({ url }: Served) => post(url, { query }, { accept: 'text/event-stream' }).then((response) => response.text());
const overWebSocket = ({ ws }: Served) => readAll(createClient({ url: ws, webSocketImpl: WebSocket, retryAttempts: 0 }).iterate({ query }));

describe('streams', { timeout: 60_000 }, () => {
  it.each([
    ['SSE', overSse],
    ['WebSocket', overWebSocket],
  ])('streams send few events together in one turn of the event loop, however many could: over %s', async (_, read) => {
    const served = await serve();
    let over = false;
    const all = Promise.all(Array.from({ length: streams }, () => read(served))).finally(() => {
      over = true;
    });
    let most = 0;
    for (let before = 0; !over; before = served.tickers.pulled) {
      await new Promise((next) => setImmediate(next));
      most = Math.max(most, served.tickers.pulled - before);
    }
    await all;
    expect(served.tickers.pulled).toBe(streams * events);
    // Each that was let in pulls one ahead.
    expect(most).toBeLessThanOrEqual(2 * streamEventsPerTurn + streams);
  });
});

describe('the turns of the event loop', () => {
  it('the turns of the event loop let work in as it came, so much in each, and what is larger alone', async () => {
    const turns = loopTurns(10);
    let turn = 0;
    let over = false;
    const counted = (): void => {
      turn += 1;
      if (!over) setImmediate(counted);
    };
    setImmediate(counted);
    const order: (readonly [number, number])[] = [];
    const work = [4, 4, 4, 25, 2, 8, 2].map(async (units, n) => {
      await turns.take(units);
      order.push([n, turn]);
    });
    await Promise.all(work);
    over = true;
    expect(order.map(([n]) => n)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const turnOf = (n: number): number => order[n]?.[1] ?? -1;
    expect(turnOf(1)).toBe(turnOf(0));
    expect(turnOf(2)).toBeGreaterThan(turnOf(1));
    expect(turnOf(3)).toBeGreaterThan(turnOf(2));
    expect(turnOf(4)).toBeGreaterThan(turnOf(3));
    expect(turnOf(5)).toBe(turnOf(4));
    expect(turnOf(6)).toBeGreaterThan(turnOf(5));
  });

  it('the turns of the event loop let small work in beside what is large, however much of that waits', async () => {
    const turns = loopTurns(80);
    const order: string[] = [];
    const takes = (name: string, units: number) => Promise.resolve(turns.take(units)).then(() => order.push(name));
    const large = ['first', 'second', 'third'].map((name) => takes(name, 100));
    const small = [takes('small', 10), takes('also small', 1)];
    await Promise.all(small);
    expect(order).toEqual(['first', 'small', 'also small']);
    await Promise.all(large);
    expect(order.slice(3)).toEqual(['second', 'third']);
  });
});
