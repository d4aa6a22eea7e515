import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { clientAddress } from '../../../src/server/client/address.ts';
import { addressTurns, countedRequests, maxPerTurn } from '../../../src/server/client/address-turns.ts';
import { listening } from '../../federation/subgraph-server.ts';
import { whenOver } from '../../when-over.ts';

/** Throws bodies away, and counts the bytes and the pieces that come in one turn of the event loop. */
async function counting() {
  const turns = addressTurns(clientAddress([]));
  const most = { bytes: 0, pieces: 0 };
  const now = { bytes: 0, pieces: 0 };
  const count = (piece: Buffer): void => {
    if (now.pieces === 0) setImmediate(() => Object.assign(now, { bytes: 0, pieces: 0 }));
    now.bytes += piece.length;
    now.pieces += 1;
    most.bytes = Math.max(most.bytes, now.bytes);
    most.pieces = Math.max(most.pieces, now.pieces);
  };
  const server = createServer({ IncomingMessage: countedRequests(turns) }, (request, response) => {
    request.on('data', count).on('end', () => response.end());
  });
  server.on('connection', turns.opened);
  const { port, close } = await listening(server);
  whenOver(close);
  /** Answered once, so that it is accepted. */
  async function opened(): Promise<Socket> {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'data');
    return socket;
  }
  return { most, opened };
}

const head = 'POST / HTTP/1.1\r\nHost: a\r\n';

describe('the connections of an address', () => {
  it.each([
    [
      'large bodies',
      Buffer.concat([Buffer.from(`${head}Content-Length: ${maxPerTurn}\r\n\r\n`), Buffer.alloc(maxPerTurn)]),
      { bytes: 2.5 * maxPerTurn },
    ],
    [
      'bodies in chunks of one byte',
      Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(20_000)}0\r\n\r\n`),
      // Of one piece of 64 KB, and what the others brought before they were held.
      { pieces: 2 * 11_000 },
    ],
  ])('the connections of an address are read one after another when they bring too much for one turn: %s', async (_, sent, max) => {
    const { most, opened } = await counting();
    const sockets = await Promise.all(Array.from({ length: 20 }, opened));
    const answers = sockets.map((socket) => once(socket, 'data'));
    for (const socket of sockets) socket.write(sent);
    await Promise.all(answers);
    for (const socket of sockets) socket.destroy();
    expect(most).toSatisfy((found: typeof most) =>
      Object.entries(max).every(([unit, bound]) => found[unit as keyof typeof found] <= bound),
    );
  });

  it('the connections of an address are all read when they bring little', async () => {
    const { opened } = await counting();
    const sockets = await Promise.all(Array.from({ length: 50 }, opened));
    for (let round = 0; round < 3; round += 1) {
      const answers = sockets.map((socket) => once(socket, 'data'));
      for (const socket of sockets) socket.write(`${head}Content-Length: 5\r\n\r\nhello`);
      await Promise.all(answers);
    }
    for (const socket of sockets) socket.destroy();
  });
});
