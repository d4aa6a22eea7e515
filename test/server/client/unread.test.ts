import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { unreadAnswers } from '../../../src/server/client/unread.ts';
import { serverLimits } from '../../../src/server/server-limits.ts';
import { serve, until } from '../fixture.ts';
import { post } from '../http-client.ts';

const mebibyte = 2 ** 20;

/** Asks for a large answer and never reads it. */
function hog(url: string, bytes: number, key: string): Socket {
  const body = JSON.stringify({ query: `{big(bytes: ${bytes})}` });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.pause().on('error', () => {});
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
}

describe('answers that are not read', { timeout: 60_000 }, () => {
  it('answers that are not read are cut off, the largest first, beyond what one caller may have waiting; others are answered', async () => {
    const { url, server, opened } = await serve({ limits: { maxUnreadBytesPerCaller: 45 * mebibyte } });
    const hogs = [30, 20, 20].map((size) => hog(url, size * mebibyte, 'secret'));
    await until(() => opened.length === 3 && server.activity().operations === 2);
    const [largest] = hogs;
    if (largest === undefined) throw new Error('none');
    let received = 0;
    largest.on('data', (data) => {
      received += data.length;
    });
    largest.resume();
    await once(largest, 'close');
    expect(received).toBeLessThan(30 * mebibyte);
    const other = await post(url, { query: '{big(bytes: 20000000)}' }, { authorization: 'Bearer secret-2', 'accept-encoding': 'identity' });
    expect((await other.json()).data.big).toHaveLength(20_000_000);
    for (const socket of hogs) socket.destroy();
  });

  it('answers that are not read wait for a slow reader, however large its one answer is', async () => {
    const { url } = await serve({ limits: { maxUnreadBytesPerCaller: mebibyte } });
    const answer = await post(url, { query: '{big(bytes: 20000000)}' }, { 'accept-encoding': 'identity' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await answer.json()).data.big).toHaveLength(20_000_000);
  });

  it('answers that are not read count over WebSockets too', async () => {
    const { ws, server } = await serve({ limits: { maxUnreadBytesPerCaller: 20 * mebibyte } });
    const sockets: WebSocket[] = [];
    for (let n = 0; n < 2; n += 1) {
      const socket = new WebSocket(ws, 'graphql-transport-ws');
      sockets.push(socket.on('error', () => {}));
      await once(socket, 'open');
      socket.send('{"type":"connection_init","payload":{"authorization":"Bearer secret"}}');
      await once(socket, 'message');
      socket.pause();
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: `{big(bytes: ${18 * mebibyte})}` } }));
    }
    await until(() => server.activity().sockets === 1);
    for (const socket of sockets) socket.terminate();
  });

  it('answers that are not read of all callers together are bounded: the one with most is cut off first', () => {
    const unread = unreadAnswers({ ...serverLimits({}), maxUnreadBytes: 100, maxUnreadBytesPerCaller: 80 });
    const cut: string[] = [];
    const watch = (caller: string, name: string, bytes: number) => {
      const watched = unread.watch({ caller, bytes: () => bytes, cut: () => void cut.push(name) });
      watched.note();
      return watched;
    };
    const first = watch('a', 'a1', 40);
    watch('b', 'b1', 30);
    watch('a', 'a2', 20);
    expect([cut, unread.bytes()]).toEqual([[], 90]);
    watch('b', 'b2', 15);
    expect([cut, unread.bytes()]).toEqual([['a1'], 65]);
    first.leave();
    expect(unread.bytes()).toBe(65);
    watch('c', 'c1', 95);
    expect([cut, unread.bytes()]).toEqual([['a1', 'c1'], 65]);
  });

  it('answers that were read since they were last looked at cut nobody off', () => {
    const unread = unreadAnswers({ ...serverLimits({}), maxUnreadBytes: 100, maxUnreadBytesPerCaller: 80 });
    let waiting = 70;
    const cut: string[] = [];
    unread.watch({ caller: 'a', bytes: () => waiting, cut: () => void cut.push('a1') }).note();
    waiting = 0;
    unread.watch({ caller: 'a', bytes: () => 75, cut: () => void cut.push('a2') }).note();
    expect([cut, unread.bytes()]).toEqual([[], 75]);
  });
});
