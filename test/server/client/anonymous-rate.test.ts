import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { clientAddress } from '../../../src/server/client/address.ts';
import { limitAnonymousRate } from '../../../src/server/client/anonymous-rate.ts';
import { serve } from '../fixture.ts';
import { post } from '../http-client.ts';

const hello = { query: '{ hello }' };
const key = { authorization: 'Bearer secret' };
const wrong = { authorization: 'Bearer guessed' };

/** Three a minute, on a clock that the test moves. */
async function three() {
  const clock = { time: 1_000_000 };
  const served = await serve({ anonymousRate: { requestsPerMinute: 3, now: () => clock.time } });
  const status = async (headers: Readonly<Record<string, string>> = {}): Promise<number> => (await post(served.url, hello, headers)).status;
  return { clock, served, status };
}

describe('an address without a key in force', () => {
  it('an address without a key in force has its share of requests, and is told when the next is answered', async () => {
    const { clock, served, status } = await three();
    expect([await status(), await status(), await status()]).toEqual([200, 200, 200]);
    const refused = await post(served.url, hello);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('20');
    expect(await refused.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('3 times a minute'), extensions: { code: 'RATE_LIMITED', retryable: true } }],
    });
    clock.time += 20_000;
    expect([await status(), await status()]).toEqual([200, 429]);
  });

  it('an address without a key in force is refused before its body is read', async () => {
    const { served, status } = await three();
    for (let asked = 0; asked < 3; asked += 1) await status();
    const answer = await new Promise<IncomingMessage>((done) => {
      const request = httpRequest(served.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': 1_000_000 },
      });
      request.on('response', done).flushHeaders();
    });
    expect(answer.statusCode).toBe(429);
    answer.destroy();
  });

  it('an address without a key in force guesses keys no faster, while a key that holds is always answered', async () => {
    const { status } = await three();
    expect([await status(wrong), await status(wrong), await status(wrong), await status(wrong)]).toEqual([401, 401, 401, 429]);
    expect([await status(key), await status(key), await status(key), await status(key)]).toEqual([200, 200, 200, 200]);
    expect(await status()).toBe(429);
  });

  it('an address without a key in force has the same share over WebSockets', async () => {
    const { served, status } = await three();
    // Opening it is one request, and so is each operation on it.
    const client = createClient({ url: served.ws, webSocketImpl: WebSocket, retryAttempts: 0, lazy: false });
    const ask = async (): Promise<unknown> => (await client.iterate(hello).next()).value;
    expect(await ask()).toMatchObject({ data: { hello: 'Hello, world' } });
    expect([await status(), await status()]).toEqual([200, 429]);
    await expect(ask()).rejects.toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    await client.dispose();
  });

  it('an address without a key in force is asked for health as often as its orchestrator likes', async () => {
    const { served, status } = await three();
    for (let asked = 0; asked < 4; asked += 1) await status();
    expect((await fetch(new URL('/health/ready', served.url))).status).toBe(200);
  });

  it('an address without a key in force is forgotten when others came after it: what is remembered is bounded', () => {
    const limit = limitAnonymousRate({ requestsPerMinute: 1, now: () => 0, maxAddresses: 2 });
    for (const address of ['a', 'b', 'c']) limit.take(address);
    expect(() => limit.take('c')).toThrow();
    expect(() => limit.take('a')).not.toThrow();
  });
});

describe('the address of a client', () => {
  const seen = (remoteAddress: string | undefined, forwarded: string | null = null, proxies: readonly string[] = []): string =>
    clientAddress(proxies)({
      headers: forwarded === null ? {} : { 'x-forwarded-for': forwarded },
      socket: { remoteAddress },
    } as Parameters<ReturnType<typeof clientAddress>>[0]);

  it('the address of a client is that of the connection, whatever the client says', () => {
    expect(seen('192.0.2.1', '198.51.100.7')).toBe('192.0.2.1');
    expect(seen('192.0.2.1', '198.51.100.7', ['10.0.0.0/8'])).toBe('192.0.2.1');
  });

  it('the address of a client is the last that no trusted proxy has', () => {
    const proxies = ['10.0.0.0/8', 'fd00::/8'];
    expect(seen('10.0.0.1', '198.51.100.7', proxies)).toBe('198.51.100.7');
    expect(seen('10.0.0.1', '203.0.113.9, 198.51.100.7, 10.2.3.4', proxies)).toBe('198.51.100.7');
    expect(seen('fd00::1', '198.51.100.7', proxies)).toBe('198.51.100.7');
    expect(seen('10.0.0.1', 'unknown', proxies)).toBe('10.0.0.1');
    expect(seen('10.0.0.1', null, proxies)).toBe('10.0.0.1');
  });

  it('the address of a client is told by proxies with its port, too', () => {
    const proxies = ['10.0.0.0/8'];
    expect(seen('10.0.0.1', '198.51.100.7:50123, 10.2.3.4:80', proxies)).toBe('198.51.100.7');
    expect(seen('10.0.0.1', '[2001:db8::1]:50123', proxies)).toBe(seen('2001:db8::1'));
    expect(seen('10.0.0.1', '[2001:db8::1]', proxies)).toBe(seen('2001:db8::1'));
    expect(seen('10.0.0.1', '2001:db8::1:80', proxies)).toBe(seen('2001:db8::1:80'));
  });

  it('the address of a client is one for a whole /64 of IPv6, in every spelling, and for IPv4 in IPv6', () => {
    const one = seen('2001:DB8::1');
    expect(seen('2001:db8:0:0:ffff:1:2:3')).toBe(one);
    expect(seen('2001:db8:0:1::1')).not.toBe(one);
    expect(seen('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
    expect(seen('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(seen(undefined)).toBe('local');
  });
});
