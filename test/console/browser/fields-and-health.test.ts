/** The pages Fields and Health of the console in Chromium, on a real gateway before a subgraph of the shop's. */
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser } from '../../client/browser/browser.ts';
import { newKey } from '../../gateway/asking.ts';
import { openConsole, pathsOf } from './console-tab.ts';
import { openShop, type Shop } from './shop-site.ts';

const dayMs = 86_400_000;

describe.skipIf(!hasBrowser)('the pages Fields and Health (in Chromium)', () => {
  let browser: Browser;
  let shop: Shop;
  beforeAll(async () => {
    browser = await openBrowser();
    shop = await openShop();
  }, 60_000);

  it('the page Fields shows of each AI field whose it is, its most and its spend, who asks for it, and tries it on an entity', async () => {
    const { page, show, faults } = await openConsole(browser, shop.site, { key: shop.lumen, at: '/fields' });
    const minute = 60_000;
    const to = Math.ceil(Date.now() / minute) * minute;
    const input = { from: new Date(to - 30 * dayMs).toISOString(), to: new Date(to).toISOString(), groupBy: ['COORDINATE'] };
    const query =
      'query ($input: AiUsageInput!) { aiUsage(input: $input) { rows { coordinate calls usage { cost { amount } } } } aiFields { coordinate ceiling { cost { amount } } } }';
    const { data } = await shop.gateway.ask(query, { input }, { key: shop.lumen });
    const of = (rows: readonly { readonly coordinate: string }[]) =>
      rows.find(({ coordinate }) => coordinate === 'Product.summary') as never;
    const used: { readonly calls: number; readonly usage: { readonly cost: { readonly amount: string } } } = of(data.aiUsage.rows);
    const { ceiling }: { readonly ceiling: { readonly cost: { readonly amount: string } } } = of(data.aiFields);
    const row = page.getByRole('row', { name: /^Product\.summary/ });
    const shown = await row.locator('data').evaluateAll((all) => all.map((one) => one.getAttribute('value')));
    expect(shown).toEqual(expect.arrayContaining([ceiling.cost.amount, used.usage.cost.amount]));
    expect(await row.getByRole('cell', { name: String(used.calls), exact: true }).count()).toBe(1);

    await row.getByRole('link', { name: 'Product.summary' }).click();
    await page.getByText('One sentence for a list of products.').waitFor();
    await page.getByRole('table', { name: 'Arguments' }).getByText('words').waitFor();
    const askers = page.getByRole('table', { name: 'Who asks for it' });
    await askers.getByText('lumen-site').first().waitFor();
    expect(await askers.textContent()).not.toContain('globex');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('A brass lamp for your desk.').waitFor();
    expect(
      await page
        .getByText(/^It has cost/)
        .locator('data')
        .getAttribute('value'),
    ).toMatch(/^0\.0*[1-9]/);
    await page.getByLabel('Try it on a real entity').fill('{ products { nothing } }');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page
      .getByRole('alert')
      .getByText(/Cannot query field "nothing"/)
      .first()
      .waitFor();
    await show('/fields?text=nothing');
    await page.getByText('No AI field has "nothing" in its name.').waitFor();
    expect(faults.filter((fault) => !/400/.test(fault))).toEqual([]);
  });

  it('the page Fields and the others that a key may see are in the rail, which names the scope of each of the rest', async () => {
    const { secret } = await newKey(shop.gateway, { team: 'lumen-web', scopes: ['ai:use'] });
    const { page, show, faults } = await openConsole(browser, shop.site, { key: secret, at: '/fields' });
    const paths = await pathsOf(page);
    expect(paths).toEqual(expect.arrayContaining(['/playground', '/fields', '/documents']));
    expect(paths).not.toEqual(expect.arrayContaining(['/health']));
    const note = await page.locator('.rail-note').textContent();
    for (const named of ['Spend (ai:usage', 'Keys and teams (ai:keys', 'Health (ai:metrics']) expect(note).toContain(named);
    await page.getByText('What fields have cost is shown to those who have the scope ai:usage.').waitFor();
    await show('/health');
    await page.getByText('There is no such page').waitFor();
    expect(faults).toEqual([]);
  });

  it('the page Health says that all is well, and which subgraph does not answer any more', async () => {
    const { page, faults } = await openConsole(browser, shop.site, { key: shop.lumen, at: '/health' });
    for (const name of ['Stores', 'Ledger', 'Graph', 'Prices'])
      await page.getByRole('region', { name, exact: true }).getByText('well', { exact: true }).waitFor();
    const subgraph = page.getByRole('table', { name: 'Subgraphs' }).getByRole('row', { name: /^shop/ });
    await subgraph.waitFor();
    await shop.closeSubgraph();
    await shop.gateway.ask('{ products { name } }', {}, { key: shop.lumen });
    await page.getByTitle('Read all of this page anew').click();
    await subgraph.getByText('no answer', { exact: true }).waitFor();
    expect(faults).toEqual([]);
  });
});
