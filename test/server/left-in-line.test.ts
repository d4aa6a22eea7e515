import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { parse } from 'graphql';
import { expect, it } from 'vitest';
import type { Principal } from '../../src/core/call/call.ts';
import { anyDocument, trustedDocuments } from '../../src/documents/trusted-documents.ts';
import { unreadAnswers } from '../../src/server/client/unread.ts';
import { documentReader, largeDocument } from '../../src/server/document/document.ts';
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
    trusted: () => anyDocument,
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

it.each(['as text', 'by its id'])('a large document is read in a turn of its own: %s', async (how) => {
  const limits = serverLimits({});
  const text = `query Large { __typename } # ${'x'.repeat(largeDocument)}`;
  const trusted = trustedDocuments([{ id: 'large', ids: ['large'], text, document: parse(text) }], 'list', () => {});
  let otherWorkDone = false;
  let readAfterOtherWork: boolean | null = null;
  const read = documentReader(limits);
  const parts = {
    operations: {
      start() {
        throw new Error('The test ends here.');
      },
    },
    read(...asked: Parameters<typeof read>) {
      readAfterOtherWork = otherWorkDone;
      return read(...asked);
    },
    trusted: () => trusted,
    limits,
    addressOf: () => '127.0.0.1',
    callers: { admit: () => nobody },
    credentialsIn: () => null,
    contractOf: () => null,
    connections: { admitted() {} },
    requestTurns: {
      take() {
        setImmediate(() => {
          otherWorkDone = true;
        });
        return null;
      },
    },
  } as unknown as DoorParts;
  const answered = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    const answering = answerGraphQL(request, response, { search: '', contract: null }, parts);
    answering
      .catch(() => {})
      .then(() => response.end())
      .then(() => answered.resolve(), answered.reject);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const body = JSON.stringify(how === 'as text' ? { query: text } : { documentId: 'large' });
  await fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  await answered.promise;
  expect(readAfterOtherWork).toBe(true);
  server.close();
});
