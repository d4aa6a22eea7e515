import { get, type IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readAcceptedEncoding } from '../../../src/server/http/encoding.ts';
import { serve } from '../fixture.ts';

const asked = async (query: string, encoding: string | null, accept = 'application/json') => {
  const { url } = await serve();
  const response = await new Promise<IncomingMessage>((resolve) =>
    get(
      `${url}?${new URLSearchParams({ query })}`,
      { headers: { accept, ...(encoding === null ? {} : { 'accept-encoding': encoding }) } },
      resolve,
    ),
  );
  const body = Buffer.concat(await response.toArray());
  return {
    encoding: response.headers['content-encoding'],
    vary: response.headers.vary,
    length: Number(response.headers['content-length']),
    body,
  };
};
const large = '{big(bytes: 50000)}';

describe('a large answer', () => {
  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ] as const)('a large answer is compressed where that is asked: %s', async (encoding, decompressed) => {
    const answer = await asked(large, encoding);
    expect(answer).toMatchObject({ encoding, vary: expect.stringContaining('Accept-Encoding') });
    expect(answer.length).toBe(answer.body.length);
    expect(answer.length).toBeLessThan(5_000);
    expect(JSON.parse(String(decompressed(answer.body))).data.big).toHaveLength(50_000);
  });

  it('a large answer is sent as it is to a client that does not ask, and says that it could be otherwise', async () => {
    const answer = await asked(large, null);
    expect(answer).toMatchObject({ encoding: undefined, vary: expect.stringContaining('Accept-Encoding') });
    expect(JSON.parse(String(answer.body)).data.big).toHaveLength(50_000);
  });

  it('a large answer is compressed only where it is large', async () => {
    expect((await asked('{hello}', 'gzip, br')).encoding).toBeUndefined();
  });

  it.each(['text/event-stream', 'multipart/mixed;subscriptionSpec=1.0'])(
    'a large answer is not compressed in a stream: %s',
    async (accept) => {
      const answer = await asked('subscription {ticks(to: 2, bytes: 50000) {seq text}}', 'gzip, br', accept);
      expect(answer.encoding).toBeUndefined();
      expect(String(answer.body)).toContain('"seq":2');
    },
  );

  it.each([
    [undefined, null],
    ['', null],
    ['identity', null],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br;q=0, gzip;q=0', null],
    ['*', 'br'],
    ['*;q=0', null],
    ['br;q=0, *', 'gzip'],
    ['gzip;q=0.5, identity', null],
    ['deflate', null],
    ['gzip;q=nonsense', null],
  ])('a large answer is sent as the client likes best: %s', (header, encoding) => expect(readAcceptedEncoding(header)).toBe(encoding));
});
