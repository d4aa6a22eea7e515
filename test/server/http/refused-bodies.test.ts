import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { perRound } from '../../rounds.ts';
import { serve } from '../fixture.ts';

const bytes = 8 * 1024 * 1024;
const json = { 'content-type': 'application/json' };
const body = Buffer.alloc(bytes, ' ');

type Sender = (url: string, body: Buffer) => Promise<{ readonly status: number; readonly text: string }>;

const byHttp =
  (options: object): Sender =>
  (url, content) =>
    new Promise((resolve, reject) => {
      const request = httpRequest(
        url,
        { method: 'POST', headers: { ...json, 'content-length': content.length }, ...options },
        async (response) => {
          resolve({ status: response.statusCode ?? 0, text: (await response.toArray()).join('') });
        },
      );
      request.once('error', reject);
      request.end(content);
    });

/** Writes all of it before it reads anything, as simple clients do. */
const bySocket =
  (head: string): Sender =>
  (url, content) =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      let answer = '';
      socket.once('error', reject);
      socket.write(
        `${head}\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${content.length}\r\nConnection: close\r\n\r\n`,
      );
      socket.write(content, () => {
        socket.on('data', (data) => {
          answer += String(data);
        });
        socket.once('end', () => resolve({ status: Number(answer.split(' ')[1]), text: answer.slice(answer.indexOf('\r\n\r\n') + 4) }));
      });
    });

const senders: readonly (readonly [string, Sender])[] = [
  [
    'fetch',
    async (url, content) => {
      const response = await fetch(url, { method: 'POST', headers: json, body: new Uint8Array(content) });
      return { status: response.status, text: await response.text() };
    },
  ],
  ['a client that keeps its connection', byHttp({})],
  ['a client that closes it', byHttp({ agent: false, headers: { ...json, connection: 'close', 'content-length': bytes } })],
  ['a client in pieces', byHttp({ agent: false, headers: json })],
  ['a client that reads when it has sent all', bySocket('POST /graphql HTTP/1.1')],
  ['a client of HTTP/1.0', bySocket('POST /graphql HTTP/1.0')],
];

describe('a body that is refused', { timeout: 120_000 }, () => {
  it.each(senders)('a body that is refused is answered every time so that its sender can read why: %s', async (_, send) => {
    const { url } = await serve();
    for (let sent = 0; sent < perRound(2, 40); sent += 1) {
      const { status, text } = await send(url, body);
      expect(status).toBe(413);
      expect(JSON.parse(text)).toMatchObject({
        errors: [{ message: expect.stringMatching(/at most 2097152.*server\.limits\.maxBodyBytes/) }],
      });
    }
  });

  it.each([
    ['at another path', '/nothing', 404],
    ['with a key that is none', '/graphql', 401],
  ])('a body that is refused is answered so, too, %s', async (_, path, status) => {
    const { url } = await serve();
    const headers = { ...json, authorization: 'Bearer wrong', connection: 'close', 'content-length': bytes };
    for (let sent = 0; sent < perRound(2, 5); sent += 1)
      expect((await byHttp({ agent: false, headers })(new URL(path, url).href, body)).status).toBe(status);
  });

  it('a body that is refused leaves its connection usable for the next request', async () => {
    const { url } = await serve();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let answers = '';
    socket.on('data', (data) => {
      answers += String(data);
    });
    const head = (length: number) =>
      `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
    const query = '{"query":"{hello}"}';
    socket.write(head(bytes));
    socket.write(body);
    socket.write(`${head(query.length)}${query}`);
    while (!answers.includes('Hello, world')) await new Promise((next) => setTimeout(next, 5));
    expect(answers).toMatch(/^HTTP\/1.1 413 .*HTTP\/1.1 200 /s);
    socket.destroy();
  });
});
