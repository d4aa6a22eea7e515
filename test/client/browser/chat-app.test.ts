/** The chat of the README in a real browser, under StrictMode, as a development and as a production build. */
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ledgerOf } from '../../gateway/asking.ts';
import { until } from '../../gateway/streams.ts';
import { newGate } from '../../raw-upstream.ts';
import { whenOver } from '../../when-over.ts';
import { asking, says } from '../asking.ts';
import { hasBrowser, openBrowser, openTab, serveApp } from './browser.ts';

const answerIn = async (page: Page): Promise<string> => (await page.locator('p.assistant').allTextContents()).join('|').trim();

async function ask(page: Page, question: string): Promise<void> {
  await page.getByLabel('Question').fill(question);
  await page.getByLabel('Question').press('Enter');
}

describe.skipIf(!hasBrowser).each([{ build: 'development' }, { build: 'production' }])(
  'the chat of the README ($build build, in Chromium)',
  ({ build }) => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser();
    });

    async function app() {
      const parts = await asking();
      const site = await serveApp('test/client/browser/chat-app.tsx', parts.proxy.url, build === 'production');
      const context = await browser.newContext();
      whenOver(() => context.close());
      const tab = () => openTab(context, site, parts.gateway.developmentKey);
      return { ...parts, context, tab, page: await tab() };
    }

    it('the chat of the README shows an answer as it grows, for one call and one row, also under StrictMode', async () => {
      const parts = await app();
      const gate = newGate();
      says(parts, 'Half ', gate, 'and half.');
      await ask(parts.page, 'Count.');
      await until(async () => (await answerIn(parts.page)) === 'Half');
      gate.open();
      await until(async () => (await answerIn(parts.page)) === 'Half and half.');
      expect(parts.upstream.requests).toHaveLength(1);
      expect(await ledgerOf(parts.gateway)).toMatchObject([{ calls: 1 }]);
    });

    it('the chat of the README goes on after ten reloads during one answer, and shows it after one behind its end', async () => {
      const parts = await app();
      const gates = Array.from({ length: 10 }, () => newGate());
      says(parts, 'w0 ', ...gates.flatMap((gate, index) => [gate, `w${index + 1} `]));
      await ask(parts.page, 'Count.');
      for (const [index, gate] of gates.entries()) {
        await until(async () => (await answerIn(parts.page)).endsWith(`w${index}`));
        await parts.page.reload();
        gate.open();
      }
      const whole = Array.from({ length: 11 }, (_, index) => `w${index}`).join(' ');
      await until(async () => (await answerIn(parts.page)) === whole);
      await parts.page.reload();
      await until(async () => (await answerIn(parts.page)) === whole);
      expect(parts.upstream.requests).toHaveLength(1);
    });

    it('the chat of the README in a second tab follows the same answer, and closing the first does not stop it', async () => {
      const parts = await app();
      const gate = newGate();
      says(parts, 'Half ', gate, 'and half.');
      await ask(parts.page, 'Count.');
      await until(async () => (await answerIn(parts.page)) === 'Half');
      const second = await parts.tab();
      await until(async () => (await answerIn(second)) === 'Half');
      await parts.page.close();
      gate.open();
      await until(async () => (await answerIn(second)) === 'Half and half.');
      expect(parts.upstream.requests).toHaveLength(1);
    });

    it('the chat of the README stops after a reload: the provider is cut, what came stays, and the next question is answered', async () => {
      const parts = await app();
      says(parts, 'Half ', newGate());
      await ask(parts.page, 'Count.');
      await until(async () => (await answerIn(parts.page)) === 'Half');
      await parts.page.reload();
      await until(async () => (await answerIn(parts.page)) === 'Half');
      await parts.page.getByText('Stop').click();
      await until(() => parts.upstream.requests[0]?.cut() === true);
      await until(async () => (await answerIn(parts.page)).startsWith('Half') && (await parts.page.getByText('Send').isVisible()));
      says(parts, 'Whole.');
      await ask(parts.page, 'Again.');
      await until(async () => (await answerIn(parts.page)).endsWith('Whole.'));
    });

    it('the chat of the README is whole when its connection breaks, and when the network is away for a while', async () => {
      const parts = await app();
      const gates = [newGate(), newGate()] as const;
      says(parts, 'One ', gates[0], 'two ', gates[1], 'three.');
      await ask(parts.page, 'Count.');
      await until(async () => (await answerIn(parts.page)) === 'One');
      parts.proxy.cut();
      gates[0].open();
      await until(async () => (await answerIn(parts.page)) === 'One two');
      await parts.context.setOffline(true);
      parts.proxy.cut();
      gates[1].open();
      await parts.page.waitForTimeout(300);
      await parts.context.setOffline(false);
      await until(async () => (await answerIn(parts.page)) === 'One two three.');
      expect(parts.upstream.requests).toHaveLength(1);
    });

    it('the chat of the README in a hidden page is whole at once when it is looked at again', async () => {
      const parts = await app();
      const gate = newGate();
      says(parts, 'Half ', gate, 'and half.');
      await ask(parts.page, 'Count.');
      await until(async () => (await answerIn(parts.page)) === 'Half');
      await parts.page.evaluate(() => {
        Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
        window.requestAnimationFrame = () => 0;
        const late = window.setTimeout;
        window.setTimeout = ((call: () => void, ms = 0) => late(call, Math.max(ms, 60_000))) as typeof setTimeout;
      });
      gate.open();
      await until(async () => (await answerIn(parts.page)) === 'Half and half.');
    });
  },
);
