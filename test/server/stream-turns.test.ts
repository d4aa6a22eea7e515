import { createClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { streamTurns } from '../../src/server/stream-turns.ts';
import { type Served, serve } from './fixture.ts';
import { post, readAll } from './http-client.ts';

const streams = 30;
const events = 400;
const query = `subscription { ticks(to: ${events}) { seq } }`;

const overSse = ({ url }: Served) => post(url, { query }, { accept: 'text/event-stream' }).then((response) => response.text());
const overWebSocket = ({ ws }: Served) => readAll(createClient({ url: ws, webSocketImpl: WebSocket, retryAttempts: 0 }).iterate({ query }));

describe('streams', { timeout: 60_000 }, () => {
  it.each([
    ['SSE', overSse],
    ['WebSocket', overWebSocket],
  ])('send few events together in one turn of the event loop, however many could: over %s', async (_, read) => {
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
    expect(most).toBeLessThanOrEqual(2 * 50 + streams);
  });

  it('are let in in the order in which they came', async () => {
    const turns = streamTurns(2);
    const order: number[] = [];
    const sent = Array.from({ length: 7 }, async (_, n) => {
      await turns.sent();
      order.push(n);
    });
    await Promise.all(sent);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});
