import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { serverLimits } from '../../../src/server/server-limits.ts';
import { type SocketDoorParts, socketDoor } from '../../../src/server/websocket/socket-door.ts';

const headers = { host: 'gateway.test', 'sec-websocket-protocol': 'graphql-transport-ws' };
const request = { url: '/graphql', headers, rawHeaders: Object.entries(headers).flat() } as unknown as IncomingMessage;
const silent = () => new Duplex({ read() {}, write: (_, __, done) => done() });

function doorWith(onAdmitted: () => void) {
  const nothing = () => {};
  return socketDoor({
    anonymousRate: { take: nothing, giveBack: nothing },
    origins: { allowed: nothing, refuseRebound: nothing },
    connections: { upgraded: nothing },
    limits: serverLimits({}),
    addressOf: () => '192.0.2.1',
    credentialsIn: () => null,
    contractIn: () => null,
    endpoint: '/graphql',
    draining: () => false,
    onAdmitted,
  } as unknown as SocketDoorParts);
}

it('WebSockets that come together are opened a few in one turn of the event loop, and none that has left', async () => {
  let opened = 0;
  const door = doorWith(() => {
    opened += 1;
  });
  const sockets = Array.from({ length: 15 }, silent);
  for (const socket of sockets) void door.upgrade(request, socket, Buffer.alloc(0));
  sockets.at(-1)?.destroy();
  const perTurn: number[] = [];
  for (let before = 0; perTurn.length < 10; before = opened) {
    await turn();
    perTurn.push(opened - before);
  }
  expect(opened).toBe(14);
  // Those that need not wait are opened before the first turn that is counted.
  expect(Math.max(...perTurn)).toBeLessThanOrEqual(8);
});
