import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { answerPings } from '../../../src/server/websocket/socket-wire.ts';

it('a WebSocket is answered its pings, but for those of a client that does not read, and each is counted', () => {
  const pongs: string[] = [];
  const socket = Object.assign(new EventEmitter(), {
    OPEN: 1,
    readyState: 1,
    bufferedAmount: 0,
    pong: (data: Buffer) => pongs.push(String(data)),
  });
  let counted = 0;
  answerPings(socket as unknown as WebSocket, (bytes) => {
    counted += bytes;
  });
  socket.emit('ping', Buffer.from('one'));
  socket.bufferedAmount = 1024 * 1024 + 1;
  for (let sent = 0; sent < 1_000; sent += 1) socket.emit('ping', Buffer.from('unread'));
  socket.bufferedAmount = 0;
  socket.emit('ping', Buffer.from('two'));
  expect(pongs).toEqual(['one', 'two']);
  expect(counted).toBeGreaterThan(500_000);
});
