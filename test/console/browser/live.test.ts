/** The page Live of the console in Chromium, on a real gateway whose model breaks and answers as the test says. */
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser } from '../../client/browser/browser.ts';
import { complete, prompt } from '../../gateway/asking.ts';
import { openConsole } from './console-tab.ts';
import { openShop, type Shop } from './shop-site.ts';

describe.skipIf(!hasBrowser)('the page Live (in Chromium)', () => {
  let browser: Browser;
  let shop: Shop;
  beforeAll(async () => {
    browser = await openBrowser();
    shop = await openShop();
  }, 60_000);

  const breakerOf = async (): Promise<string> => {
    const { data } = await shop.gateway.ask('{ aiRoutes { name deployments { id breaker } } }');
    return data.aiRoutes.find(({ name }: { readonly name: string }) => name === 'default').deployments[0].breaker;
  };

  it('the page Live shows a call while it runs and where it is, and counts it no more when it has ended', async () => {
    const { page, faults } = await openConsole(browser, shop.site, { key: shop.lumen, at: '/live' });
    const calls = page.getByRole('table', { name: 'Calls' });
    await page.getByText('No call runs.').waitFor();
    const leaving = new AbortController();
    const asked = complete(shop.gateway, prompt('One that waits.'), { key: shop.lumen, signal: leaving.signal }).catch(() => null);
    await calls.getByText('Query.completion').waitFor();
    await calls.getByText(/(waits for|is answered by) m/).waitFor();
    leaving.abort();
    await asked;
    await page.getByText('No call runs.').waitFor();
    // Another organisation's call is nobody's business here.
    const other = new AbortController();
    const theirs = complete(shop.gateway, prompt('Another that waits.'), { key: shop.globex, signal: other.signal }).catch(() => null);
    await page.waitForTimeout(1_200);
    expect(await page.getByText('No call runs.').isVisible()).toBe(true);
    other.abort();
    await theirs;
    expect(faults).toEqual([]);
  });

  it('the page Live shows that the breaker of a deployment has opened within a second of the gateway, and what has failed', async () => {
    const { page, faults } = await openConsole(browser, shop.site, { key: shop.lumen, at: '/live' });
    const row = page.getByRole('table', { name: 'Deployments' }).getByRole('row', { name: /^m / });
    await row.getByText('closed', { exact: true }).waitFor();
    await page.evaluate(() => {
      const seen = new MutationObserver(() => {
        if (![...document.querySelectorAll('.tag')].some(({ textContent }) => textContent === 'open')) return;
        seen.disconnect();
        document.documentElement.dataset['openedAt'] = String(Date.now());
      });
      seen.observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    let openedAt = 0;
    // One caller alone opens no breaker.
    const keys = [shop.globex, shop.lumen, shop.key];
    for (let index = 0; index < 60 && openedAt === 0; index += 1) {
      await complete(shop.gateway, prompt(`It fails, ${index}.`), { key: keys[index % keys.length] ?? null });
      if ((await breakerOf()) === 'OPEN') openedAt = Date.now();
    }
    expect(openedAt).toBeGreaterThan(0);
    await row.getByText('open', { exact: true }).waitFor();
    const shownAt = Number(await page.evaluate(() => document.documentElement.dataset['openedAt']));
    expect(shownAt - openedAt).toBeLessThan(1_000);
    await row.getByText(/until/).waitFor();
    expect(faults).toEqual([]);
  });
});
