/** The page Documents of the console in Chromium, on a real gateway that reads and embeds what it is given. */
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser } from '../../client/browser/browser.ts';
import { openConsole } from './console-tab.ts';
import { openShop } from './shop-site.ts';

const files = 200;
const broken = ['broken.pdf', 'broken.docx', 'broken-2.pdf'];

const fileAt = (index: number) => ({
  name: `lamp-${index}.md`,
  mimeType: 'text/markdown',
  buffer: Buffer.from(`# Lamp ${index}\n\nThe lamp with the number ${index} has ${index} switches.`),
});

describe.skipIf(!hasBrowser)('the page Documents (in Chromium)', () => {
  it('the page Documents takes 200 files, tells how far they are, also to one who comes back, and names the three that are broken', async () => {
    const shop = await openShop();
    const { page, show, faults } = await openConsole(await openBrowser(), shop.site, { key: shop.lumen, at: '/documents' });
    const given = Array.from({ length: files }, (_, index) => fileAt(index));
    for (const [index, name] of broken.entries())
      given[20 + 60 * index] = { name, mimeType: 'application/octet-stream', buffer: Buffer.from(`This is no such file, ${index}.`) };
    await page.getByLabel(/^Drop files here/).setInputFiles(given);
    await page
      .getByText(/of \d+/)
      .first()
      .waitFor();
    await show('/health');
    await show('/documents');
    const added = page.getByRole('table', { name: /^What you have added/ });
    for (const name of broken) {
      const cell = added.locator('p', { hasText: name });
      await cell.waitFor({ timeout: 60_000 });
      // What is wrong with it, and what would be accepted.
      expect((await cell.textContent())?.length).toBeGreaterThan(name.length + 20);
    }
    const figure = page.locator('.figure', { hasText: 'Documents' }).first();
    await expect.poll(() => figure.textContent(), { timeout: 60_000 }).toContain(String(files - broken.length + 1));
    // What was found leads to its place in the document, which is marked.
    await page.getByRole('searchbox', { name: 'Try a search' }).fill('the lamp with the number 77');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.locator('.document-hits button').first().click();
    await page.locator('.document-text mark').waitFor();
    expect(page.url()).toMatch(/source=lamp-\d+\.md/);
    expect(faults).toEqual([]);
  }, 120_000);

  it('the page Documents lists a document that was read before it was asked how far that is', async () => {
    const shop = await openShop();
    const { page, faults } = await openConsole(await openBrowser(), shop.site, { key: shop.lumen, at: '/documents' });
    await page.getByRole('table', { name: /^What you have added/ }).waitFor();
    await page.route(/\/graphql$/, async (route) => {
      if (route.request().postData()?.includes('query Ingestions') === true) await wait(2_000);
      await route.continue();
    });
    await page.getByLabel(/^Drop files here/).setInputFiles([fileAt(1)]);
    await page.getByRole('button', { name: 'Delete lamp-1.md' }).waitFor();
    expect(faults).toEqual([]);
  });
});
