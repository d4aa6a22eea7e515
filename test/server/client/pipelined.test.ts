import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { serve } from '../fixture.ts';
import { post } from '../http-client.ts';

async function connected(url: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
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
