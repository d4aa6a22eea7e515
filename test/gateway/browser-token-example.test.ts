/** The example of a page that asks the gateway with a short-lived token: its own backend, and the module of its page. */
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import WebSocket from 'ws';
import { site } from '../../examples/browser-token/backend.ts';
// @ts-expect-error The module of the page is plain JavaScript.
import { connect } from '../../examples/browser-token/connect.js';
import { whenOver } from '../harness.ts';
import { newGate } from '../raw-upstream.ts';
import { newKey } from './asking.ts';
import { saying, scripted, waiting } from './scripted.ts';

async function opened() {
  const { gateway, upstream } = await scripted();
  const { secret: key } = await newKey(gateway, { team: 'site', scopes: ['ai:use', 'ai:act-as'] });
  const server = site(gateway.url, key);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  whenOver(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { gateway, upstream, key, url };
}

/** A browser: it keeps its cookie, and asks for tokens. `ttlMs`: what the page believes of their time. */
function visitor(url: string, ttlMs: number | null = null) {
  let cookie = '';
  const tokens: string[] = [];
  return {
    tokens,
    async tokenOf() {
      const response = await fetch(`${url}/token`, { headers: { cookie } });
      cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
      const token = (await response.json()) as { readonly secret: string; readonly expiresAt: string };
      tokens.push(token.secret);
      return ttlMs === null ? token : { ...token, expiresAt: new Date(Date.now() + ttlMs).toISOString() };
    },
  };
}

const socketOf = (url: string): string => url.replace('http', 'ws');

it('The example with tokens for browsers serves its page, and never its key', async () => {
  const { url, key } = await opened();
  for (const [path, text] of [
    ['/', "import { connect } from '/connect.js'"],
    ['/connect.js', 'export async function connect'],
    ['/token', '"secret":"fgt_'],
  ]) {
    const body = await (await fetch(`${url}${path}`)).text();
    expect(body).toContain(text);
    expect(body).not.toContain(key);
  }
  expect((await fetch(`${url}/../../package.json`)).status).toBe(404);
});

it('The example with tokens for browsers: two visitors are two users, and an answer goes on while tokens are renewed', async () => {
  const { gateway, upstream, url } = await opened();
  const [first, second] = [visitor(url, 400), visitor(url)];
  const gate = newGate();
  upstream.plays(waiting(gate, 'One ', 'two'), saying('Hello'));
  const page = await connect({ url: socketOf(gateway.url), tokenOf: first.tokenOf, Socket: WebSocket });
  whenOver(() => page.close());
  let text = '';
  const answer: Promise<void> = page.ask('Count.', (piece: string) => {
    text += piece;
  });
  while (first.tokens.length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  gate.open();
  await answer;
  expect(text).toBe('One two');
  expect(new Set(first.tokens).size).toBe(first.tokens.length);
  const other = await connect({ url: socketOf(gateway.url), tokenOf: second.tokenOf, Socket: WebSocket });
  whenOver(() => other.close());
  await other.ask('Hi.', () => {});
  const userOf = async (key: string | undefined): Promise<unknown> => {
    const answer = await gateway.ask('{ aiViewer { user } }', {}, { key: key ?? null });
    return answer.data.aiViewer.user;
  };
  expect(await userOf(first.tokens[2])).toBe(await userOf(first.tokens[0]));
  expect(await userOf(second.tokens[0])).not.toBe(await userOf(first.tokens[0]));
});

it('The example with tokens for browsers says what the gateway says when a token does not hold', async () => {
  const { gateway } = await opened();
  const tokenOf = async () => ({ secret: 'fgt_x', expiresAt: new Date(Date.now() + 60_000).toISOString() });
  await expect(connect({ url: socketOf(gateway.url), tokenOf, Socket: WebSocket })).rejects.toThrow('not a token of this gateway');
});
