import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHttpClient } from '../../src/outbound/http-client.ts';
import { fetchOver, notifiesWhenSent, notifyWhenSent } from '../../src/outbound/pooled-fetch.ts';
import { newGate, type RawUpstream, rawUpstream } from '../raw-upstream.ts';

let upstream: RawUpstream;
const client = openHttpClient();
const fetch = fetchOver(() => client);
beforeAll(async () => {
  upstream = await rawUpstream();
});
afterAll(async () => {
  await upstream.close();
  await client.close();
});

describe('our fetch', () => {
  it('our fetch sends method, headers and body, and answers with status, headers and text', async () => {
    upstream.plays({ status: 418, headers: { 'x-a': '1', 'content-type': 'text/plain' }, pieces: ['té', 'apot'] });
    const response = await fetch(`${upstream.url}/p?q=1`, { method: 'POST', headers: { 'X-B': '2' }, body: '{"ü":1}' });
    expect([response.status, response.ok, response.headers.get('x-a'), await response.text()]).toEqual([418, false, '1', 'téapot']);
    expect(upstream.requests.at(-1)).toMatchObject({ method: 'POST', path: '/p?q=1', body: '{"ü":1}', headers: { 'x-b': '2' } });
  });

  it('our fetch gives what has come before the rest is there', async () => {
    const gate = newGate();
    upstream.plays({ pieces: ['one', gate, 'two'] });
    const reader = (await fetch(upstream.url)).body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('one');
    gate.open();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('two');
    expect((await reader?.read())?.done).toBe(true);
  });

  it('our fetch reads a long answer that is all there in turns of the event loop', async () => {
    upstream.plays({ pieces: Array.from({ length: 64 }, () => 'x'.repeat(65_536)) });
    const body = (await fetch(upstream.url)).body ?? [];
    let inTurn = 0;
    let most = 0;
    let over = false;
    const next = (): void => {
      inTurn = 0;
      if (!over) setImmediate(next);
    };
    setImmediate(next);
    for await (const chunk of body) {
      inTurn += chunk.length;
      most = Math.max(most, inTurn);
      // Until more has come, as while an answer is worked on.
      for (const until = performance.now() + 5; performance.now() < until; );
    }
    over = true;
    expect(most).toBeLessThan(2 ** 19);
  });

  it.each([
    ['an answer that is read whole', { headers: { 'content-type': 'application/json' } }],
    ['a line of an event stream', {}],
  ] as const)('our fetch ends %s beyond a bound, and closes the connection', async (_, reply) => {
    upstream.plays({ ...reply, pieces: Array.from({ length: 80 }, () => 'x'.repeat(2 ** 20)) });
    await expect((await fetch(upstream.url)).text()).rejects.toThrow('was cut off');
    await upstream.requests.at(-1)?.closed;
    expect(upstream.requests.at(-1)?.cut()).toBe(true);
  });

  it('our fetch reads an event stream of any length while its lines are short', async () => {
    upstream.plays({ pieces: Array.from({ length: 20 }, () => `${'x'.repeat(2 ** 19)}\n`.repeat(2)) });
    expect(await (await fetch(upstream.url)).text()).toHaveLength(20 * 2 * (2 ** 19 + 1));
  });

  it('our fetch reads the beginning of a refusal that has no end', async () => {
    upstream.plays({ status: 400, pieces: ['{"error":', ...Array.from({ length: 64 }, () => 'x'.repeat(2 ** 20))] });
    const text = await (await fetch(upstream.url)).text();
    expect([text.startsWith('{"error":'), text.length < 2 ** 20]).toEqual([true, true]);
    await upstream.requests.at(-1)?.closed;
    expect(upstream.requests.at(-1)?.cut()).toBe(true);
  });

  it('our fetch does not follow a redirect, nor try again', async () => {
    const before = upstream.requests.length;
    upstream.plays({ status: 307, headers: { location: '/elsewhere' } });
    expect((await fetch(upstream.url, { method: 'POST', body: 'x' })).status).toBe(307);
    upstream.plays({ ending: 'reset' });
    await expect(fetch(upstream.url, { method: 'POST', body: 'x' })).rejects.toThrow();
    expect(upstream.requests).toHaveLength(before + 2);
  });

  it('our fetch takes an answer without a body', async () => {
    upstream.plays({ status: 204 });
    expect(await (await fetch(upstream.url)).text()).toBe('');
  });

  it('our fetch closes the connection when the body is cancelled, and when the signal fires', async () => {
    upstream.plays({ pieces: ['one'], ending: 'hang' });
    await (await fetch(upstream.url)).body?.cancel();
    await upstream.requests.at(-1)?.closed;
    const controller = new AbortController();
    const reader = (await fetch(upstream.url, { signal: controller.signal })).body?.getReader();
    await reader?.read();
    controller.abort();
    await expect(reader?.read()).rejects.toThrow();
    await upstream.requests.at(-1)?.closed;
  });

  it('our fetch tells when a request goes out, and not before it has a connection', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const impatient = openHttpClient({ connectMs: 200 });
    let sent = 0;
    const controller = new AbortController();
    const never = notifyWhenSent(
      () => {
        sent += 1;
      },
      () => fetchOver(() => impatient)(`https://127.0.0.1:${port}`, { signal: controller.signal }),
    );
    setTimeout(() => controller.abort(), 50);
    await expect(never).rejects.toThrow();
    expect(sent).toBe(0);
    for (const socket of sockets) socket.destroy();
    silent.close();
    await impatient.close();

    for (const time of [1, 2]) {
      upstream.plays({ pieces: ['one'] });
      const told = () => {
        sent += 1;
      };
      expect(await (await notifyWhenSent(told, () => fetch(upstream.url, { method: 'POST', body: 'x' }))).text()).toBe('one');
      expect(sent).toBe(time);
    }
    await (await fetch(upstream.url)).text();
    expect(sent).toBe(2);
    expect([notifiesWhenSent(fetch), notifiesWhenSent(globalThis.fetch)]).toEqual([true, false]);
  });
});
