import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { brotliCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { once } from '../../src/core/once.ts';
import { activeTabScript } from '../../src/server/pages/active-tab.ts';
import { readBuiltPage, readBuiltPages } from '../../src/server/pages/built-pages.ts';
import { addressWithKey } from '../../src/server/pages/key-of-address.ts';
import { temporaryFolder } from '../storage/state.ts';
import { serve } from './fixture.ts';

const key = 'fg_RynMsfpAiHR4_abcDEF123';
/** Made once: it has 9 MB. */
const page = once(async () => {
  const { url } = await serve();
  const response = await fetch(url, { headers: { accept: 'text/html' } });
  return { html: await response.text(), policy: response.headers.get('content-security-policy') };
});
const scriptOf = (html: string): string => html.slice(html.indexOf('<script>') + '<script>'.length, html.indexOf('</script>'));

interface Sent {
  readonly authorization: string | null;
  readonly body: unknown;
}

/** The page's own script up to where GraphiQL's begins, in a tab opened at that address; `refused`: keys that the gateway does not know. */
async function openedAt(
  address: string,
  { stored = {}, refused = [] }: { readonly stored?: Record<string, string>; readonly refused?: readonly string[] } = {},
) {
  const script = scriptOf((await page()).html);
  const { pathname, search, hash, hostname } = new URL(address);
  const sent: Sent[] = [];
  const session = new Map(Object.entries(stored));
  const shown = [address];
  const tab = {
    Headers,
    location: { pathname, search, hash, hostname },
    history: { replaceState: (_: unknown, __: string, to: string) => shown.push(to) },
    sessionStorage: {
      getItem: (name: string) => session.get(name) ?? null,
      setItem: (name: string, value: string) => session.set(name, value),
      removeItem: (name: string) => session.delete(name),
    },
    fetch: async (_: string, { headers, body }: RequestInit = {}) => {
      const authorization = new Headers(headers).get('authorization');
      sent.push({ authorization, body });
      return new Response('{}', { status: refused.some((one) => authorization === `Bearer ${one}`) ? 401 : 200 });
    },
  };
  runInNewContext(script.slice(0, script.indexOf('})();\n') + '})();\n'.length), tab);
  return { sent, session, shown, ask: (headers: Record<string, string> = {}) => tab.fetch('/graphql', { body: '{}', headers }) };
}

describe('GraphiQL', () => {
  it('GraphiQL opened at the address with the key asks with it, and takes it out of the address', async () => {
    const tab = await openedAt(addressWithKey('http://127.0.0.1:4000/graphql', key));
    await tab.ask();
    expect(tab.sent).toEqual([{ authorization: `Bearer ${key}`, body: '{}' }]);
    expect(tab.shown.at(-1)).toBe('/graphql');
  });

  it('GraphiQL opened again in the same tab asks with the key it was given before', async () => {
    const tab = await openedAt('http://127.0.0.1:4000/graphql', { stored: { 'fieldgate-key': key } });
    await tab.ask();
    expect(tab.sent).toMatchObject([{ authorization: `Bearer ${key}` }]);
  });

  it('GraphiQL asks with what stands under Headers instead, where a key is there', async () => {
    const tab = await openedAt(addressWithKey('http://localhost:4000/graphql', key));
    await tab.ask({ AUTHORIZATION: 'Bearer fg_other' });
    expect(tab.sent).toMatchObject([{ authorization: 'Bearer fg_other' }]);
  });

  it('GraphiQL asks without the key once the gateway has refused it', async () => {
    const tab = await openedAt(addressWithKey('http://[::1]:4000/graphql', key), { refused: [key] });
    expect((await tab.ask()).status).toBe(200);
    await tab.ask();
    expect(tab.sent.map(({ authorization }) => authorization)).toEqual([`Bearer ${key}`, null, null]);
    expect(tab.session.size).toBe(0);
  });

  it.each([
    'http://127.0.0.1:4000/graphql',
    'http://127.0.0.1:4000/graphql#key=',
    'http://127.0.0.1:4000/graphql#key=Bearer%20x',
    `http://fieldgate.example/graphql#key=${key}`,
    `http://127.0.0.1.example/graphql#key=${key}`,
  ])('GraphiQL opened at %s has no key', async (address) => {
    const tab = await openedAt(address);
    await tab.ask();
    expect(tab.sent).toMatchObject([{ authorization: null }]);
    expect(tab.session.size).toBe(0);
  });

  it.each([
    {
      tabs: '{"tabs":[{"query":"{ a }","variables":null},{"query":"{ b }","variables":"{}"}],"activeTabIndex":1}',
      query: '{ b }',
      variables: '{}',
    },
    { tabs: '{"tabs":[{"query":"{ a }","variables":null}],"activeTabIndex":0}', query: '{ a }', variables: undefined },
    { tabs: null, query: 'as it was', variables: 'as they were' },
  ])('GraphiQL opened again with the tabs $tabs shows the one that was active', ({ tabs, query, variables }) => {
    const stored = new Map([...Object.entries({ 'graphiql:query': 'as it was', 'graphiql:variables': 'as they were' })]);
    if (tabs !== null) stored.set('graphiql:tabState', tabs);
    const localStorage = {
      getItem: (name: string) => stored.get(name) ?? null,
      setItem: (name: string, text: string) => void stored.set(name, text),
      removeItem: (name: string) => void stored.delete(name),
    };
    runInNewContext(activeTabScript, { localStorage });
    expect([stored.get('graphiql:query'), stored.get('graphiql:variables')]).toEqual([query, variables]);
  });

  it('GraphiQL runs the one script that its policy names', async () => {
    const { html, policy } = await page();
    const script = scriptOf(html);
    const hash = createHash('sha256').update(script.replaceAll('\r\n', '\n').replaceAll('\r', '\n')).digest('base64');
    expect(policy).toContain(`script-src 'sha256-${hash}' blob:`);
  });

  it('GraphiQL asks the path that it is shown at, and sends subscriptions by POST: by GET what calls a model is refused', async () => {
    const settings = JSON.parse(/YogaGraphiQL\.renderYogaGraphiQL\(\s*[^\n]+,\s*(\{.*\}),?\s*\);/.exec((await page()).html)?.[1] ?? '{}');
    expect(settings).toMatchObject({ method: 'POST', subscriptionsProtocol: 'SSE' });
    expect(settings).not.toHaveProperty('endpoint');
  });
});

describe('a built page', () => {
  const code = `document.title = '${'x'.repeat(5_000)}';`;
  async function site() {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Chat</title>');
    writeFileSync(join(folder, 'assets', 'main-1.js'), code);
    writeFileSync(join(folder, 'secret.key'), 'private');
    const warnings: string[] = [];
    const folders = { chat: folder, graphql: folder, gone: join(folder, 'nowhere') };
    const pages = readBuiltPages(folders, { warn: (sentence: string) => void warnings.push(sentence) });
    const { url } = await serve({ pages });
    return { at: (path: string, init: RequestInit = {}) => fetch(new URL(path, url), { redirect: 'manual', ...init }), warnings };
  }

  it('a built page is served at its path, wherever a proxy puts that, loads from here alone, and runs nothing inline', async () => {
    const { at } = await site();
    const moved = await at('/chat');
    expect([moved.status, moved.headers.get('location')]).toEqual([308, 'chat/']);
    const page = await at('/chat/');
    expect([page.status, await page.text()]).toEqual([200, '<!doctype html><title>Chat</title>']);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('content-security-policy')).toMatch(
      /default-src 'none'; script-src 'self'; style-src 'self';.*trusted-types 'none'/,
    );
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    const etag = page.headers.get('etag') ?? '';
    for (const known of [etag, `W/${etag}`, `"older", ${etag}`])
      expect((await at('/chat/', { headers: { 'if-none-match': known } })).status, known).toBe(304);
    expect((await at('/chat/', { headers: { 'if-none-match': '"older"' } })).status).toBe(200);
    expect((await at('/chat?of=1')).headers.get('location')).toBe('chat/?of=1');
  });

  it('a built page keeps its assets in the browser, compressed on the way, and answers a file that is not there with 404', async () => {
    const { at } = await site();
    const script = await at('/chat/assets/main-1.js', { headers: { 'accept-encoding': 'br' } });
    expect(await script.text()).toBe(code);
    expect(script.headers.get('content-encoding')).toBe('br');
    expect(Number(script.headers.get('content-length'))).toBeLessThan(200);
    expect(script.headers.get('cache-control')).toContain('immutable');
    for (const path of ['/chat/assets/main-2.js', '/chat/secret.key', '/chat/..%2findex.html', '/chat/index.html', '/chat//', '/gone/'])
      expect((await at(path)).status, path).toBe(404);
    expect((await at('/chat/', { method: 'POST' })).status).toBe(405);
  });

  it('a built page is sent as its build has compressed it', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'index.html'), 'as it is');
    writeFileSync(join(folder, 'index.html.br'), brotliCompressSync('as the build compressed it'));
    const { url } = await serve({ pages: [readBuiltPage('/console', folder)] });
    const read = async (encoding: string) => (await fetch(new URL('/console/', url), { headers: { 'accept-encoding': encoding } })).text();
    expect([await read('br'), await read('identity')]).toEqual(['as the build compressed it', 'as it is']);
    expect((await fetch(new URL('/console/index.html.br', url))).status).toBe(404);
  });

  it('a built page whose folder has links, as Kubernetes mounts a ConfigMap, is served, but nothing to which a link leads out of the folder', async () => {
    const [outside, folder] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(outside, 'private.json'), '"private"');
    mkdirSync(join(folder, '..2026_11_28', 'assets'), { recursive: true });
    writeFileSync(join(folder, '..2026_11_28', 'index.html'), 'Chat');
    writeFileSync(join(folder, '..2026_11_28', 'assets', 'main-1.js'), code);
    symlinkSync('..2026_11_28', join(folder, '..data'));
    for (const name of ['index.html', 'assets']) symlinkSync(join('..data', name), join(folder, name));
    symlinkSync(folder, join(folder, 'again'));
    symlinkSync('nowhere', join(folder, 'gone.json'));
    symlinkSync(outside, join(folder, 'all'));
    for (const name of ['private.json', 'index.html.br']) symlinkSync(join(outside, 'private.json'), join(folder, name));
    const mounted = join(temporaryFolder(), 'chat');
    symlinkSync(folder, mounted);
    const { url } = await serve({ pages: [readBuiltPage('/chat', mounted)] });
    const at = (path: string) => fetch(new URL(path, url), { headers: { 'accept-encoding': 'br' } });
    expect(await (await at('/chat/')).text()).toBe('Chat');
    expect(await (await at('/chat/assets/main-1.js')).text()).toBe(code);
    for (const path of ['private.json', 'all/private.json', 'gone.json', 'again/index.html', '..data/index.html'])
      expect((await at(`/chat/${path}`)).status, path).toBe(404);
  });

  it('a built page that is not there, or has the name of a path of ours, is left out, and the log says so', async () => {
    const { at, warnings } = await site();
    expect(warnings).toEqual([expect.stringContaining('server.pages.graphql'), expect.stringContaining('server.pages.gone')]);
    expect((await at('/graphql?query={hello}')).status).toBe(200);
  });
});
