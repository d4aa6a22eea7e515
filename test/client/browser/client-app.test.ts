/** The client in a page, where a host gives six connections to all of HTTP. */
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../gateway/streams.ts';
import { newGate } from '../../raw-upstream.ts';
import { whenOver } from '../../when-over.ts';
import { asking, says } from '../asking.ts';
import { hasBrowser, openBrowser, openTab, serveApp } from './browser.ts';
import type { TestPage } from './client-app.ts';

declare const page: TestPage;

describe.skipIf(!hasBrowser)('the client in a page (in Chromium)', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });

  async function app() {
    const parts = await asking();
    const site = await serveApp('test/client/browser/client-app.ts', parts.proxy.url);
    const context = await browser.newContext();
    whenOver(() => context.close());
    const tab = (): Promise<Page> => openTab(context, site, parts.gateway.developmentKey);
    return { ...parts, site, tab, page: await tab() };
  }

  it.each(['ws', 'sse'] as const)(
    'the client in a page with six streams over %s stops one of them within a fifth of a second, and the others go on',
    { retry: 3 },
    async (transport) => {
      const parts = await app();
      const gate = newGate();
      says(parts, 'Half ', gate, 'and half.');
      const stopped = await parts.page.evaluate(async (by) => {
        const gate = page.gate(by);
        const answers = Array.from({ length: 6 }, (_, index) => gate.complete({ prompt: { text: `Count ${index}.` } }));
        Object.assign(window, { answers });
        for (const answer of answers) answer.subscribe(() => {});
        while (!answers.every((answer) => answer.snapshot().text === 'Half ')) await new Promise((resolve) => setTimeout(resolve, 10));
        const began = performance.now();
        await answers[0]?.cancel();
        return { statuses: answers.map((answer) => answer.snapshot().status), ms: performance.now() - began };
      }, transport);
      expect(stopped.statuses).toEqual(['cancelled', ...Array.from({ length: 5 }, () => 'streaming')]);
      expect(stopped.ms).toBeLessThan(200);
      gate.open();
      const done = await parts.page.evaluate(() => {
        const { answers } = window as unknown as { readonly answers: ReturnType<ReturnType<TestPage['gate']>['complete']>[] };
        return Promise.all(answers.map(async (answer) => (await answer.done).status));
      });
      expect(done).toEqual(['cancelled', ...Array.from({ length: 5 }, () => 'completed')]);
    },
  );

  it('the client in eight tabs leaves the connections of the host free for a ninth page, which is there within a second', {
    retry: 3,
  }, async () => {
    const parts = await app();
    says(parts, 'Half ', newGate());
    for (let tab = 0; tab < 8; tab += 1) {
      const opened = await parts.tab();
      await opened.evaluate(async () => {
        const answer = page.gate('ws').complete({ prompt: { text: 'Count.' } });
        answer.subscribe(() => {});
        while (answer.snapshot().text !== 'Half ') await new Promise((resolve) => setTimeout(resolve, 10));
      });
    }
    const ninth = await parts.tab();
    expect(await ninth.title()).toBe('App');
    const loaded = await ninth.evaluate(() => performance.getEntriesByType('navigation').map((entry) => entry.duration));
    expect(loaded[0]).toBeLessThan(1_000);
  });

  it('the client in a page leaves no listener and no socket behind answers that ended, were stopped or were left', async () => {
    const parts = await app();
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    const before = await parts.page.evaluate(() => page.left());
    await parts.page.evaluate(async () => {
      const gate = page.gate('ws');
      const [ended, stopped, left] = Array.from({ length: 3 }, (_, index) => gate.complete({ prompt: { text: `Count ${index}.` } }));
      const leave = left?.subscribe(() => {});
      stopped?.subscribe(() => {});
      Object.assign(window, { ended: ended?.done });
      while (stopped?.snapshot().text !== 'Half ') await new Promise((resolve) => setTimeout(resolve, 10));
      leave?.();
      await stopped.cancel();
    });
    parts.proxy.cut();
    gate.open();
    expect(await parts.page.evaluate(async () => (await (window as unknown as { ended: Promise<{ text: string }> }).ended).text)).toBe(
      'Half and half.',
    );
    await until(async () => (await parts.page.evaluate(() => page.left())).sockets === 0);
    expect(await parts.page.evaluate(() => page.left())).toEqual(before);
  });
});

describe.skipIf(!hasBrowser)('useChat of the AI SDK in a page (in Chromium)', () => {
  it('useChat of the AI SDK under StrictMode asks once, goes on after reloads in one bubble, and stops the provider', async () => {
    const browser = await openBrowser();
    const parts = await asking();
    const site = await serveApp('test/client/browser/ai-sdk-app.tsx', parts.proxy.url);
    const context = await browser.newContext();
    whenOver(() => context.close());
    const page = await openTab(context, site, parts.gateway.developmentKey);
    const answers = async (): Promise<string> => (await page.locator('p.assistant').allTextContents()).join('|');
    const gates = [newGate(), newGate()] as const;
    says(parts, 'One ', gates[0], 'two ', gates[1], 'three ', newGate());
    await page.getByLabel('Question').fill('Count.');
    await page.getByLabel('Question').press('Enter');
    await until(async () => (await answers()) === 'One ');
    for (const [gate, text] of [
      [gates[0], 'One two '],
      [gates[1], 'One two three '],
    ] as const) {
      await page.reload();
      gate.open();
      await until(async () => (await answers()) === text);
    }
    await page.getByText('Stop').click();
    await until(() => parts.upstream.requests[0]?.cut() === true);
    expect(await answers()).toBe('One two three ');
    expect(parts.upstream.requests).toHaveLength(1);
  });
});
