import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { loopTurns, requestBytesPerTurn } from '../../../src/server/loop-turns.ts';
import { serverLimits } from '../../../src/server/server-limits.ts';
import { messagesInTurn } from '../../../src/server/websocket/socket-messages.ts';
import { whenOver } from '../../when-over.ts';

class OpenSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  readonly bufferedAmount = 0;
  isPaused = false;
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
}

it('two thousand short messages of one piece of a socket are handled some in each turn of the event loop, in their order', async () => {
  const socket = new OpenSocket();
  const handled: string[] = [];
  const done = Promise.withResolvers<void>();
  messagesInTurn(
    socket as unknown as WebSocket,
    loopTurns(requestBytesPerTurn),
    serverLimits({}),
    () => {},
    (text) => {
      handled.push(text);
      if (handled.length === 2_000) done.resolve();
    },
  );
  const sent = Array.from({ length: 2_000 }, (_, n) => `{"type":"ping","payload":{"n":${n}}}`);
  for (const text of sent) socket.emit('message', Buffer.from(text));
  const perTurn = [handled.length];
  expect(socket.isPaused).toBe(true);
  while (handled.length < 2_000) {
    const before = handled.length;
    await new Promise((resolve) => setImmediate(resolve));
    perTurn.push(handled.length - before);
  }
  await done.promise;
  expect(Math.max(...perTurn)).toBeLessThanOrEqual(2 * 64);
  expect(handled).toEqual(sent);
});

it('a large message of a socket is measured in as many turns of the event loop as it has pieces, and small ones wait behind it', async () => {
  const socket = new OpenSocket();
  const handled: number[] = [];
  messagesInTurn(
    socket as unknown as WebSocket,
    loopTurns(requestBytesPerTurn),
    serverLimits({}),
    () => {},
    (text) => handled.push(text.length),
  );
  const large = JSON.stringify('x'.repeat(1_000_000));
  socket.emit('message', Buffer.from(large));
  socket.emit('message', Buffer.from('1'));
  let turns = 0;
  for (; handled.length < 2; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(handled).toEqual([large.length, 1]);
  expect(turns).toBeGreaterThan(1_000_000 / (64 * 1024));
});

it('messages of one socket are handled in their order, also where a small one comes behind a large one', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  whenOver(() => server.close());
  await once(server, 'listening');
  // Bytes: up to 10 are small, and more than 80 have a turn alone. All messages come in one piece.
  const turns = loopTurns(80);
  const handled: number[] = [];
  const all = Promise.withResolvers<void>();
  const sizes = [5, 100, 6, 90, 7, 95, 8];
  server.on('connection', (socket) => {
    messagesInTurn(
      socket,
      turns,
      serverLimits({}),
      () => {},
      (text) => {
        handled.push(text.length);
        if (handled.length === sizes.length) all.resolve();
      },
    );
  });
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  whenOver(() => client.terminate());
  await once(client, 'open');
  for (const size of sizes) client.send(JSON.stringify('x'.repeat(size - 2)));
  await all.promise;
  expect(handled).toEqual(sizes);
});
