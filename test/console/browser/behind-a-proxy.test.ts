/** The console below a path of a proxy's, in Chromium: a proxy that takes its path away, one that keeps it, and one that lets no WebSocket through. */
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser } from '../../client/browser/browser.ts';
import { type Scripted, saying, scripted } from '../../gateway/streams.ts';
import { pathProxy } from '../../path-proxy.ts';
import { newGate } from '../../raw-upstream.ts';
import { consolePages, openConsole, pathsOf } from './console-tab.ts';

const at = '/tools/ai';

describe.skipIf(!hasBrowser)('the console behind a proxy (in Chromium)', () => {
  let browser: Browser;
  let plain: Scripted;
  let based: Scripted;
  beforeAll(async () => {
    browser = await openBrowser();
    const pages = await consolePages();
    plain = await scripted({ server: { drainMs: 500, pages } });
    based = await scripted({ server: { drainMs: 500, pages, basePath: at } });
  }, 60_000);

  it.each([
    { proxy: 'takes its path away', keeps: false, refusesSockets: false, isWalked: false },
    { proxy: 'keeps its path', keeps: true, refusesSockets: false, isWalked: true },
    { proxy: 'keeps its path and refuses WebSockets', keeps: true, refusesSockets: true, isWalked: false },
  ])(
    'the console behind a proxy that $proxy opens without a fault, streams an answer, and follows what the gateway does',
    async (style) => {
      const { gateway, upstream } = style.keeps ? based : plain;
      const proxy = await pathProxy(gateway.url, { at, ...style });
      const tab = await openConsole(browser, `${proxy.url}/operators/`, { key: gateway.developmentKey });
      const { page, show, settled, faults } = tab;
      const gate = newGate();
      upstream.plays(saying('Half ', gate, 'and half.'));
      await page.getByLabel('Prompt').fill(`Count behind a proxy that ${style.proxy}.`);
      await page.getByLabel('Prompt').press('Control+Enter');
      // The first half is shown while the second is not there.
      await expect.poll(() => page.locator('.run-text').textContent()).toMatch(/^Half\s*$/);
      gate.open();
      await page.locator('section.run').getByText('done', { exact: true }).waitFor();
      await settled();
      for (const path of style.isWalked ? await pathsOf(page) : []) {
        await show(path);
        expect([path, await page.getByRole('alert').allTextContents()]).toEqual([path, []]);
      }
      await show('/live');
      await page.getByText('Deployments', { exact: true }).waitFor();
      expect(proxy.sockets() > 0).toBe(!style.refusesSockets);
      expect(faults.filter((fault) => !(style.refusesSockets && /WebSocket/.test(fault)))).toEqual([]);
    },
  );
});
