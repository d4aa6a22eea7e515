/** A React page that asks the gateway with the tokens of a backend of twenty lines (`examples/browser-token/`), in a real browser. */
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { site as backendOf } from '../../../examples/browser-token/backend.ts';
import { ledgerOf, newKey } from '../../gateway/asking.ts';
import { openUpstream, saying, scriptedConfig, waiting } from '../../gateway/scripted.ts';
import { until } from '../../gateway/streams.ts';
import { startGateway } from '../../harness.ts';
import { newGate } from '../../raw-upstream.ts';
import { whenOver } from '../../when-over.ts';
import { hasBrowser, openBrowser, openTab, serveApp } from './browser.ts';

describe.skipIf(!hasBrowser)('a page with tokens (in Chromium)', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });

  /** `clock.ahead`: what has gone by for the gateway beside the time of the test. */
  async function opened() {
    const clock = { ahead: 0 };
    const upstream = await openUpstream();
    const gateway = await startGateway(scriptedConfig(upstream), { now: () => Date.now() + clock.ahead });
    const { secret: key } = await newKey(gateway, { team: 'site', scopes: ['ai:use', 'ai:act-as', 'ai:usage'] });
    const server = backendOf(gateway.url, key);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    whenOver(() => void server.close().closeAllConnections());
    const backend = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const app = await serveApp('test/client/browser/token-app.tsx', gateway.url);
    const tokens: string[] = [];
    return {
      ...{ clock, gateway, upstream, key, tokens },
      /** Of somebody with cookies of his own: one site serves the page and gives tokens. */
      async visit(): Promise<Page> {
        const context = await browser.newContext();
        whenOver(() => context.close());
        await context.route('**/token', async (route) => {
          const response = await route.fetch({ url: `${backend}/token` });
          tokens.push(((await response.json()) as { readonly secret: string }).secret);
          await route.fulfill({ response });
        });
        return openTab(context, app, null);
      },
    };
  }

  async function ask(page: Page, question: string): Promise<void> {
    await page.getByLabel('Question').fill(question);
    await page.getByLabel('Question').press('Enter');
  }
  const shown = async (page: Page) => [await page.locator('p.answer').textContent(), await page.locator('p.status').textContent()];
  const shows = (page: Page, text: string, status: string): Promise<void> =>
    until(async () => JSON.stringify(await shown(page)) === JSON.stringify([text, status]));

  it('a page with tokens shows the rest of an answer when its token has expired in the middle of it, and asks the model once', async () => {
    const { clock, gateway, upstream, key, tokens, visit } = await opened();
    const gate = newGate();
    upstream.plays(waiting(gate, 'Half ', 'and half.'));
    const page = await visit();
    await ask(page, 'Count.');
    await shows(page, 'Half ', 'streaming');
    expect(tokens).toHaveLength(1);
    clock.ahead = 301_000;
    await until(() => tokens.length === 2);
    expect(tokens[1]).not.toBe(tokens[0]);
    gate.open();
    await shows(page, 'Half and half.', 'completed');
    expect(upstream.requests).toHaveLength(1);
    expect(await ledgerOf(gateway, key, ['OUTCOME'])).toMatchObject([{ key: { outcome: 'OK' }, calls: 1 }]);
  });

  it('a page with tokens has its own user: two visitors never meet, and the key never comes to a page', async () => {
    const { gateway, upstream, key, tokens, visit } = await opened();
    upstream.plays(saying('Hi.'));
    const [first, second] = [await visit(), await visit()];
    for (const page of [first, second]) {
      await ask(page, 'The same question.');
      await shows(page, 'Hi.', 'completed');
    }
    const rows = await ledgerOf(gateway, key, ['USER']);
    expect(rows.map(({ calls }) => calls)).toEqual([1, 1]);
    const [mine = '', theirs = ''] = tokens;
    const started = await gateway.ask(
      'mutation { startCompletion(input: { prompt: { text: "Mine." } }) { ... on Completion { id } } }',
      {},
      { key: mine },
    );
    const { id } = started.data.startCompletion;
    const seenIn = (page: Page, token: string): Promise<unknown> =>
      page.evaluate(
        async ({ id, token }) => {
          const body = JSON.stringify({ query: 'query ($id: ID!) { completionById(id: $id) { id } }', variables: { id } });
          const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
          return ((await (await fetch('/graphql', { method: 'POST', headers, body })).json()) as { readonly data: unknown }).data;
        },
        { id, token },
      );
    expect(await seenIn(first, mine)).toEqual({ completionById: { id } });
    expect(await seenIn(second, theirs)).toEqual({ completionById: null });
    for (const page of [first, second]) expect(await page.content()).not.toContain(key);
  });
});
