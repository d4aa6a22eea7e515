import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { clientAddress } from '../../../src/server/client/address.ts';
import { addressTurns } from '../../../src/server/client/address-turns.ts';
import { pipelinedRequests } from '../../../src/server/client/pipelined.ts';
import { listening } from '../../federation/subgraph-server.ts';
import { whenOver } from '../../when-over.ts';
import { serve } from '../fixture.ts';
import { post } from '../http-client.ts';

async function connected(url: string, localAddress = '127.0.0.1') {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', localAddress });
  await once(socket, 'connect');
  let text = '';
  socket.on('data', (piece) => {
    text += String(piece);
  });
  socket.on('error', () => {});
  return { socket, answers: () => text.match(/HTTP\/1\.1 \d+/g)?.length ?? 0, text: () => text };
}

const body = '{"query":"{hello}"}';
const requests = {
  'a path that is not there': 'GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
  health: 'GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
  'an expectation that nobody has': 'GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: x\r\n\r\n',
  'a key that is none': 'GET /graphql?query={hello} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\n\r\n',
  operations: `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
} as const;

describe('a connection that sends requests without waiting for answers', () => {
  it.each(Object.entries(requests))(
    'a connection that sends requests without waiting for answers is ended at the thirty-third unanswered one: %s',
    async (_, request) => {
      const { url, opened } = await serve();
      const { socket, answers } = await connected(url);
      const count = Math.floor(60_000 / request.length);
      socket.write(request.repeat(count));
      await once(socket, 'close');
      // It comes in several pieces, and the requests of one may be answered before the next.
      expect(answers()).toBeLessThan(count / 2);
      expect(opened.length).toBeLessThan(count / 2);
      expect((await post(url, { query: '{ hello }' })).status).toBe(200);
    },
  );

  it('a connection that sends requests without waiting for answers makes its address suspect, whose WebSockets work all the same', async () => {
    const { url, ws } = await serve();
    const { socket } = await connected(url);
    socket.write(requests.health.repeat(1_000));
    await once(socket, 'close');
    const client = new WebSocket(ws, 'graphql-transport-ws');
    await once(client, 'open');
    client.send('{"type":"connection_init"}');
    await once(client, 'message');
    const name = 'n'.repeat(50_000);
    client.send(
      JSON.stringify({ id: '1', type: 'subscribe', payload: { query: 'query ($n: String) { hello(name: $n) }', variables: { n: name } } }),
    );
    const [answer] = await once(client, 'message');
    expect(String(answer).includes(`"hello":"Hello, ${name}"`)).toBe(true);
    client.terminate();
  });

  it.each([33, 40, 300])(
    'a connection on which a key was shown is answered all that ran of %i requests, and then closed',
    async (count) => {
      const { url, opened, closed, gate } = await serve();
      const { socket, answers, text } = await connected(url);
      const withKey = requests.operations.replace('\r\n', '\r\nAuthorization: Bearer secret\r\n');
      socket.write(withKey);
      while (answers() < 1) await once(socket, 'data');
      const ended = once(socket, 'close');
      socket.write(withKey.replace('{hello}', '{ held}').repeat(count));
      while (opened.length < 33 && !socket.closed) await wait(10);
      await wait(50);
      gate.open();
      await ended;
      expect(opened.length).toBe(33);
      expect(answers()).toBe(33);
      expect(text().match(/"data":\{"held"/g)?.length).toBe(32);
      expect(text().match(/Connection: close/gi)?.length).toBe(1);
      expect(closed.length).toBe(33);
      expect((await post(url, { query: '{ hello }' })).status).toBe(200);
    },
  );

  it('a connection that sends requests without waiting for answers is answered in their order up to then, and may go on', async () => {
    const { url } = await serve();
    const { socket, answers, text } = await connected(url);
    for (let round = 1; round <= 3; round += 1) {
      const asked = Array.from({ length: 32 }, (_, n) => {
        const named = JSON.stringify({ query: `{hello(name:"${round}.${n}")}` });
        return `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${named.length}\r\n\r\n${named}`;
      });
      socket.write(asked.join(''));
      while (answers() < 32 * round) await once(socket, 'data');
    }
    const names = [...text().matchAll(/Hello, (\d+\.\d+)/g)].map(([, name]) => name);
    expect(names).toEqual([1, 2, 3].flatMap((round) => Array.from({ length: 32 }, (_, n) => `${round}.${n}`)));
    socket.destroy();
  });
});

describe('an address that sends requests without waiting for answers on many connections', () => {
  const request = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
  const perConnection = 300;

  /** Answers at once, and counts the requests that Node makes in one turn of the event loop. */
  async function counting() {
    const turns = addressTurns(clientAddress([]));
    const pipelined = pipelinedRequests(turns);
    const counts = { turn: 0, max: 0 };
    const refused: IncomingMessage[] = [];
    const server = createServer((asked, answer) => {
      if (counts.turn === 0)
        setImmediate(() => {
          counts.turn = 0;
        });
      counts.turn += 1;
      counts.max = Math.max(counts.max, counts.turn);
      if (pipelined.admits(asked, answer) !== null) answer.end();
      else refused.push(asked);
    });
    server.on('connection', turns.opened).on('clientError', (_, socket) => socket.destroy());
    const { port, close } = await listening(server);
    whenOver(close);
    /** Answered once, so that it is accepted: what comes then is read in one turn with what others send. */
    async function at(localAddress: string) {
      const found = await connected(`http://127.0.0.1:${port}`, localAddress);
      found.socket.write(request);
      await once(found.socket, 'data');
      return found;
    }
    return { counts, refused, at, server };
  }

  it('an address that sends requests without waiting for answers on many connections has them read one after another, and holds up no other', async () => {
    const { counts, at } = await counting();
    const hostile = await Promise.all(Array.from({ length: 40 }, () => at('127.0.0.1')));
    const mate = await at('127.0.0.1');
    const other = await at('127.0.0.2');
    for (const { socket } of hostile) socket.write(request.repeat(perConnection));
    mate.socket.write(request);
    await Promise.race(hostile.map(({ socket }) => once(socket, 'close')));
    other.socket.write(request);
    await once(other.socket, 'data');
    expect(hostile.filter(({ socket }) => socket.closed).length).toBeLessThan(5);
    while (hostile.some(({ socket }) => !socket.closed)) await wait(10);
    while (mate.answers() < 2) await wait(10);
    expect(counts.max).toBeLessThan(1.5 * perConnection);
  });

  it('an address that sends requests without waiting for answers on many connections costs no error for each of those behind the ended one', async () => {
    const { refused, at } = await counting();
    const { socket } = await at('127.0.0.1');
    socket.write(request.repeat(perConnection));
    await once(socket, 'close');
    expect(refused.length).toBeGreaterThan(perConnection / 2);
    expect(refused.filter(({ destroyed }) => destroyed)).toEqual([]);
  });

  it('an address that sends requests without waiting for answers on many connections has further ones read in small pieces, and of an ended one no more', async () => {
    const { refused, at } = await counting();
    for (const [sent, maxMade] of [
      [perConnection, perConnection],
      [1_500, 512 / request.length + 1],
    ] as const) {
      refused.length = 0;
      const { socket } = await at('127.0.0.1');
      socket.write(request.repeat(sent));
      await once(socket, 'close');
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.length).toBeLessThan(maxMade);
    }
    const honest = await at('127.0.0.1');
    for (let round = 2; round < 6; round += 1) {
      honest.socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100_000)}`);
      while (honest.answers() < round) await once(honest.socket, 'data');
    }
  });

  it('an address that sends requests without waiting for answers on many connections has little read of further ones, also of what came while they waited for their turn', async () => {
    const { refused, at, server } = await counting();
    const { socket: first } = await at('127.0.0.1');
    const { remotePort: port = 0 } = first;
    first.write(request.repeat(perConnection));
    await once(first, 'close');
    refused.length = 0;
    // As one that waits: what comes meanwhile is read from the system, and kept.
    server.once('connection', (socket) => {
      process.nextTick(() => socket.pause());
      setTimeout(() => socket.resume(), 100);
    });
    const further = connect({ port, host: '127.0.0.1' }).on('error', () => {});
    further.write(request.repeat(1_500));
    await once(further.resume(), 'close');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan((2 * 512) / request.length);
  });

  it('an address that sends requests without waiting for answers on many connections has new ones read behind those, and answers them', async () => {
    const { at } = await counting();
    const hostile = await Promise.all(Array.from({ length: 5 }, () => at('127.0.0.1')));
    for (const { socket } of hostile) socket.write(request.repeat(perConnection));
    await Promise.race(hostile.map(({ socket }) => once(socket, 'close')));
    const late = await at('127.0.0.1');
    expect(late.answers()).toBe(1);
    expect(hostile.every(({ socket }) => socket.closed)).toBe(true);
  });
});
