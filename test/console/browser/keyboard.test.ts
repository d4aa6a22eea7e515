/** Each flow of the console by the keyboard alone, in Chromium on a real gateway: Tab, Enter, space, Escape, arrows, and text where it is typed. */
import type { Browser, Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser } from '../../client/browser/browser.ts';
import { type ConsoleTab, openConsole, type TabOptions } from './console-tab.ts';
import { openShop, type Shop } from './shop-site.ts';

const maxTabs = 150;

/** Fingers on the keys of a tab: nothing here points or clicks, and nothing sets the focus but Tab. */
function fingers(page: Page) {
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const to = async (target: Locator): Promise<void> => {
    await target.waitFor();
    for (let tabs = 0; tabs < maxTabs; tabs += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await press('Tab');
    }
    throw new Error(`${maxTabs} presses of Tab do not reach ${String(target)}.`);
  };
  return {
    press,
    to,
    enter: async (target: Locator): Promise<void> => {
      await to(target);
      await press('Enter');
    },
    write: async (target: Locator, text: string): Promise<void> => {
      await to(target);
      await press('Control+a');
      await page.keyboard.type(text);
    },
  };
}

describe.skipIf(!hasBrowser)('the console by the keyboard alone (in Chromium)', () => {
  let browser: Browser;
  let shop: Shop;
  beforeAll(async () => {
    browser = await openBrowser();
    shop = await openShop();
  }, 60_000);

  async function open(options: TabOptions = {}): Promise<ConsoleTab & ReturnType<typeof fingers>> {
    const tab = await openConsole(browser, shop.site, { key: shop.lumen, ...options });
    return { ...tab, ...fingers(tab.page) };
  }

  it('the console by the keyboard alone is logged in to and out of, changes its colours and its time zone, and goes from page to page', async () => {
    const { page, faults, press, to, enter, write } = await open({ key: null });
    await write(page.getByLabel('Virtual key'), shop.lumen);
    await press('Enter');
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    // The first stop leads past the rail.
    await page.reload();
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    await enter(page.getByRole('button', { name: 'Skip to the page' }));
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await enter(page.getByRole('link', { name: 'Health' }));
    await page.getByRole('heading', { name: 'Health' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    await to(page.getByLabel('Time zone'));
    await page.keyboard.type('Asia/To');
    await expect.poll(() => page.url()).toContain('tz=Asia%2FTokyo');
    await enter(page.getByLabel(/^You and this console/));
    await press('Tab', 'ArrowDown');
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('light');
    await press('Escape');
    await press('Control+k');
    await write(page.getByRole('combobox', { name: /page, key/ }), 'lumen site');
    await page.getByRole('dialog').getByRole('option').first().waitFor();
    await press('ArrowDown', 'ArrowUp', 'Enter');
    await page.getByRole('heading', { name: 'Keys and teams' }).waitFor();
    await enter(page.getByLabel(/^You and this console/));
    await enter(page.getByRole('button', { name: 'Log out' }));
    await page.getByRole('heading', { name: 'Log in to the console' }).waitFor();
    expect(faults).toEqual([]);
  });

  it('the console by the keyboard alone asks two routes in the Playground, stops, asks anew, copies the run and says how good it was', async () => {
    const { page, faults, press, to, enter, write } = await open({ at: '/playground' });
    const run = page.locator('section.run');
    await write(page.getByLabel('Prompt'), 'Say it, then one that waits.');
    await enter(page.getByRole('button', { name: 'Compare with another' }));
    await to(page.getByLabel('Route 2', { exact: true }));
    await press('ArrowUp');
    await enter(page.getByRole('button', { name: 'Ask', exact: true }));
    await enter(run.first().getByRole('button', { name: 'Stop' }));
    await run.first().getByText('stopped', { exact: true }).waitFor();
    await enter(page.getByRole('button', { name: 'Remove route 2' }));
    await write(page.getByLabel('Prompt'), 'Say it.');
    await press('Control+Enter');
    await run.getByText('done', { exact: true }).waitFor();
    await enter(run.getByRole('button', { name: /good/i }).first());
    await enter(run.getByRole('button', { name: 'Copy as…' }));
    await to(page.getByLabel('As', { exact: true }));
    await press('ArrowDown');
    await expect.poll(() => page.getByRole('dialog').getByRole('textbox').inputValue()).toContain('curl');
    await enter(page.getByRole('button', { name: 'Copy', exact: true }));
    await press('Escape');
    await enter(page.getByRole('button', { name: 'Clear' }));
    await page.getByText('Nothing has been asked yet.').waitFor();
    expect(faults).toEqual([]);
  });

  it('the console by the keyboard alone opens the tree of Spend, reads its chart, filters, downloads, and finds a call', async () => {
    const { page, faults, press, to, enter, write } = await open({ at: '/spend?range=90d' });
    await enter(page.getByRole('button', { name: 'Open lumenShop' }));
    await enter(page.getByRole('button', { name: /^Open Product\./ }).first());
    await page
      .getByRole('button', { name: /^Close Product\./ })
      .first()
      .waitFor();
    await to(page.getByRole('img', { name: /^Cost by day/ }));
    await press('End', 'ArrowLeft');
    expect(await page.locator('.chart-cursor').textContent()).toMatch(/\d/);
    await enter(page.getByText('The figures as a table'));
    await page.getByRole('columnheader', { name: 'Time', exact: true }).waitFor();
    const download = page.waitForEvent('download');
    await enter(page.getByRole('button', { name: 'Download as CSV' }));
    await download;
    await to(page.getByLabel('By', { exact: true }));
    await page.keyboard.type('Clients');
    await enter(page.getByRole('link', { name: 'lumen-site', exact: true }));
    await enter(page.getByRole('button', { name: 'Remove the filter client: lumen-site' }));
    await write(page.getByLabel('A call by any id'), 'error-lumen-3');
    await press('Enter');
    await page.getByText('What was tried').waitFor();
    // The key for it is the browser's own.
    await page.goBack();
    await page.locator('tfoot').waitFor();
    expect(faults).toEqual([]);
  });

  it('the console by the keyboard alone opens a field, and tries it on an entity', async () => {
    const { page, faults, to, enter, write } = await open({ at: '/fields' });
    await write(page.getByLabel('Find', { exact: true }), 'slogan');
    await enter(page.getByRole('link', { name: 'Product.slogan' }));
    await to(page.getByLabel('Try it on a real entity'));
    await enter(page.getByRole('button', { name: 'Run', exact: true }));
    await page.getByText('A brass lamp for your desk.').waitFor();
    await enter(page.getByRole('button', { name: 'Close' }));
    await page.getByLabel('Try it on a real entity').waitFor({ state: 'hidden' });
    await page.goBack();
    await page.getByLabel('Try it on a real entity').waitFor();
    expect(faults).toEqual([]);
  });

  it('the console by the keyboard alone creates a key, edits, rotates and revokes it, and changes a budget of its team', async () => {
    const { page, faults, press, to, enter, write } = await open({ at: '/keys' });
    const secret = page.getByRole('textbox', { name: 'Secret', exact: true });
    await enter(page.getByRole('button', { name: 'Create a key' }));
    await write(page.getByRole('textbox', { name: 'Name', exact: true }), 'by hand');
    await write(page.getByLabel('Your own key'), shop.lumen);
    await press('Enter');
    await secret.waitFor();
    await enter(page.getByRole('button', { name: 'I have it' }));
    await enter(page.getByRole('button', { name: 'Edit by hand' }));
    await write(page.getByRole('textbox', { name: 'Name', exact: true }), 'by keys');
    await press('Enter');
    await enter(page.getByRole('button', { name: 'Rotate the secret of by keys' }));
    await to(page.getByLabel(/^The secret of today/));
    await press('ArrowUp');
    await write(page.getByLabel('Your own key'), shop.lumen);
    await press('Enter');
    await secret.waitFor();
    await press('Escape');
    await enter(page.getByRole('button', { name: 'Revoke by keys' }));
    await write(page.getByLabel(/^Type its name/), 'by keys');
    await press('Enter');
    await page.getByRole('button', { name: 'Revoke by keys' }).waitFor({ state: 'hidden' });
    await enter(page.getByRole('link', { name: 'Teams', exact: true }));
    await enter(page.getByRole('button', { name: 'Change budgets of lumen-web' }));
    await write(page.getByLabel('A day, in USD'), '7');
    const reason = page.getByLabel(/reason|why/i);
    if (await reason.count()) await write(reason.first(), 'A sale.');
    await enter(page.getByRole('button', { name: 'Save' }));
    await page.getByText(/budgets of lumen-web are changed/).waitFor();
    expect(faults).toEqual([]);
  });

  it('the console by the keyboard alone adds a document, searches, opens what it has found, and deletes the document', async () => {
    const { page, faults, press, to, enter, write } = await open({ at: '/documents' });
    const buffer = Buffer.from('# Shades\n\nA shade of green glass.');
    page.on('filechooser', (chooser) => void chooser.setFiles({ name: 'shade.md', mimeType: 'text/markdown', buffer }));
    await enter(page.getByLabel(/^Drop files here/));
    await page.getByRole('button', { name: 'Delete shade.md' }).waitFor();
    await write(page.getByRole('searchbox', { name: 'Try a search' }), 'green glass');
    await press('Enter');
    await enter(page.locator('.document-hits button').first());
    await to(page.getByRole('region', { name: 'Text' }));
    await press('PageDown');
    await enter(page.getByRole('button', { name: 'Close' }));
    await enter(page.getByRole('button', { name: 'Delete shade.md' }));
    await enter(page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }));
    await page.getByRole('button', { name: 'Delete shade.md' }).waitFor({ state: 'hidden' });
    expect(faults).toEqual([]);
  });
});
