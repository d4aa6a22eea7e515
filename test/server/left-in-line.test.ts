import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it } from 'vitest';
import type { Principal } from '../../src/core/call/call.ts';
import { unreadAnswers } from '../../src/server/client/unread.ts';
import { documentReader } from '../../src/server/document/document.ts';
import { answerGraphQL, type DoorParts } from '../../src/server/http/http.ts';
import { serverLimits } from '../../src/server/server-limits.ts';

const nobody: Principal = { id: 'anonymous', kind: 'anonymous', team: null, scopes: [], routes: null, limits: [] };

it('a request whose client leaves while it waits for its turn of the event loop starts nothing', async () => {
  const limits = serverLimits({});
  const inLine = Promise.withResolvers<void>();
  const turn = Promise.withResolvers<void>();
  let started = 0;
  const parts = {
    operations: {
      start() {
        started += 1;
        throw new Error('Nobody is there to read the answer.');
      },
    },
    read: documentReader(limits),
    mask: { error: () => ({ message: '' }) },
    limits,
    addressOf: () => '127.0.0.1',
    callers: { admit: async () => nobody },
    credentialsIn: () => null,
    contractOf: () => null,
    connections: { admitted() {} },
    unread: unreadAnswers(limits),
    requestTurns: {
      take() {
        inLine.resolve();
        return turn.promise;
      },
    },
  } as unknown as DoorParts;
  const left = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    response.once('close', () => left.resolve());
    answerGraphQL(request, response, { search: '', contract: null }, parts).then(answered.resolve, answered.reject);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const body = JSON.stringify({ query: '{ __typename }' });
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write(
    `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await inLine.promise;
  client.destroy();
  await left.promise;
  turn.resolve();
  await answered.promise;
  expect(started).toBe(0);
  server.close();
});
