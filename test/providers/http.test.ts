import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { upstreamHttp } from '../../src/providers/http.ts';
import { newGate, type RawUpstream, rawUpstream } from '../raw-upstream.ts';

let upstream: RawUpstream;
const { fetch, close } = upstreamHttp();
beforeAll(async () => {
  upstream = await rawUpstream();
});
afterAll(async () => {
  await upstream.close();
  await close();
});

describe('our fetch', () => {
  it('sends method, headers and body, and answers with status, headers and text', async () => {
    upstream.plays({ status: 418, headers: { 'x-a': '1', 'content-type': 'text/plain' }, pieces: ['té', 'apot'] });
    const response = await fetch(`${upstream.url}/p?q=1`, { method: 'POST', headers: { 'X-B': '2' }, body: '{"ü":1}' });
    expect([response.status, response.ok, response.headers.get('x-a'), await response.text()]).toEqual([418, false, '1', 'téapot']);
    expect(upstream.requests.at(-1)).toMatchObject({ method: 'POST', path: '/p?q=1', body: '{"ü":1}', headers: { 'x-b': '2' } });
  });

  it('gives what has come before the rest is there', async () => {
    const gate = newGate();
    upstream.plays({ pieces: ['one', gate, 'two'] });
    const reader = (await fetch(upstream.url)).body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('one');
    gate.open();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('two');
    expect((await reader?.read())?.done).toBe(true);
  });

  it('does not follow a redirect, nor try again', async () => {
    const before = upstream.requests.length;
    upstream.plays({ status: 307, headers: { location: '/elsewhere' } });
    expect((await fetch(upstream.url, { method: 'POST', body: 'x' })).status).toBe(307);
    upstream.plays({ ending: 'reset' });
    await expect(fetch(upstream.url, { method: 'POST', body: 'x' })).rejects.toThrow();
    expect(upstream.requests).toHaveLength(before + 2);
  });

  it('takes an answer without a body', async () => {
    upstream.plays({ status: 204 });
    expect(await (await fetch(upstream.url)).text()).toBe('');
  });

  it('closes the connection when the body is cancelled, and when the signal fires', async () => {
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
});
