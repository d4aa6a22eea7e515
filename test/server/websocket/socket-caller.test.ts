import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import type { Principal } from '../../../src/core/call/call.ts';
import { acceptCaller } from '../../../src/server/websocket/socket-caller.ts';

const ann: Principal = { id: 'key:ann', kind: 'key', team: null, scopes: [], routes: null, limits: [] };

it('a WebSocket that has closed while its key was looked up is nobody, so that nothing is kept for it', async () => {
  const socket = { OPEN: 1, readyState: 1 };
  const known = Promise.withResolvers<Principal>();
  const accepted: Principal[] = [];
  const caller = acceptCaller(
    socket as WebSocket,
    { headers: {} } as IncomingMessage,
    { authorization: 'Bearer fg_a' },
    { accept: (principal) => accepted.push(principal), leave() {} },
    { authenticate: () => known.promise, credentialsIn: (authorization) => authorization ?? null },
  );
  socket.readyState = 3;
  known.resolve(ann);
  await expect(caller).resolves.toBeNull();
  expect(accepted).toEqual([]);
});
