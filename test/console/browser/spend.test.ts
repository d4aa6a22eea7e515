/** The page Spend of the console in a real browser, on a real gateway whose ledger has 40 days of two tenants. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { noUsage } from '../../../src/core/money.ts';
import { hasBrowser, openBrowser } from '../../client/browser/browser.ts';
import { newKey } from '../../gateway/asking.ts';
import { startGateway, type TestGateway } from '../../harness.ts';
import { usageRow } from '../../storage/rows.ts';
import { temporaryFolder, whenOver } from '../../when-over.ts';

const dayMs = 86_400_000;

/** Two teams, four clients, six operations, five fields and three models over 40 days; one name is a formula, one reads right to left. */
function rowsOf(team: string, start: number, count: number) {
  return Array.from({ length: count }, (_, index) =>
    usageRow({
      time: start - Math.floor((index / count) * 40 * dayMs),
      callId: `${team}-${index}`,
      team,
      principal: `key:${team}`,
      client: [null, 'web', 'ios', 'עברית'][index % 4] ?? null,
      operation: [null, 'ShopPage', '=Formula', 'Cart', 'Search', `Only${team}`][index % 6] ?? null,
      coordinate: `Product.f${index % 5}`,
      model: `model-${index % 3}`,
      cost: 1_000_003 * (1 + (index % 7)),
      savedCost: index % 9 === 0 ? 500 : 0,
      usage: { ...noUsage, freshInputTokens: 10, outputTokens: index % 11 },
      outcome: index % 40 === 3 ? 'TIMEOUT' : 'OK',
      ...(index % 40 === 3
        ? { errorId: `error-${team}-${index}`, tried: [{ deployment: 'slow', outcome: 'TIMEOUT' as const, latencyMs: 80 }] }
        : {}),
      latencyMs: 20 + index,
      countsAs: 'operation',
    }),
  );
}

describe.skipIf(!hasBrowser)('the page Spend (in Chromium)', () => {
  let browser: Browser;
  let gateway: TestGateway;
  let site: string;
  let key: string;
  beforeAll(async () => {
    const outDir = temporaryFolder();
    await build({ configFile: resolve('.vite.config.ts'), build: { outDir }, logLevel: 'silent' });
    browser = await openBrowser();
    gateway = await startGateway({ server: { pages: { operators: outDir } } });
    site = new URL('/operators/', gateway.url).href;
    key = (await newKey(gateway, { name: 'of search', team: 'search', scopes: ['ai:use', 'ai:usage'] })).secret;
    await gateway.storage.ledger.append([...rowsOf('search', Date.now(), 600), ...rowsOf('globex', Date.now(), 200)]);
    await gateway.storage.ledger.flush();
  }, 60_000);

  interface Opened {
    readonly page: Page;
    readonly wrong: string[];
    readonly asked: string[];
  }

  async function open(
    hash: string,
    options: { width?: number; dark?: boolean; forced?: boolean; timezoneId?: string } = {},
  ): Promise<Opened> {
    const { width = 1_440, dark = false, forced = false, timezoneId = 'Asia/Kathmandu' } = options;
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: dark ? 'dark' : 'light',
      forcedColors: forced ? 'active' : 'none',
      reducedMotion: 'reduce',
      timezoneId,
      locale: 'en-GB',
    });
    whenOver(() => context.close());
    const page = await context.newPage();
    const wrong: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
    page.on('pageerror', (error) => wrong.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(new URL('/', site).href)) wrong.push(request.url());
      if (request.url().endsWith('/graphql')) asked.push(request.postData() ?? '');
    });
    await page.goto(`${site}#key=${key}`);
    await page.getByRole('navigation').first().waitFor();
    asked.length = 0;
    await page.goto(`${site}#${hash}`);
    return { page, wrong, asked };
  }

  const moneyAt = (page: Page, label: string) => page.locator('.figure', { hasText: label }).locator('data').first().getAttribute('value');
  const totalBy = async (by: string, timeZone = 'Asia/Kathmandu') => {
    const input = { from: new Date(0).toISOString(), to: '2100-01-01T00:00:00Z', groupBy: [by], timeZone };
    const query =
      'query ($input: AiUsageInput!) { aiUsage(input: $input) { total { calls usage { cost { amount } } } rows { usage { cost { amount } } } } }';
    return (await gateway.ask(query, { input }, { key })).data.aiUsage;
  };

  it('the page Spend shows the total of the ledger by every dimension, and its parts add up to it', async () => {
    const { page, wrong, asked } = await open('/spend?range=90d');
    await page.getByRole('heading', { name: 'Spend' }).waitFor();
    await page.locator('tfoot').waitFor();
    const { total } = await totalBy('COORDINATE');
    expect(asked.length).toBeLessThanOrEqual(4);
    expect(await moneyAt(page, 'Spent')).toBe(total.usage.cost.amount);
    for (const by of ['screens', 'team', 'principal', 'client', 'coordinate', 'model', 'route', 'cache', 'outcome']) {
      await page.goto(`${site}#/spend?range=90d&by=${by}`);
      await page.locator('section[aria-label="Rows"] tbody tr').first().waitFor();
      const cells = page.locator('section[aria-label="Rows"] tbody td:nth-of-type(2) data');
      await expect
        .poll(async () => nanosOf(await cells.evaluateAll((all) => all.map((cell) => cell.getAttribute('value') ?? ''))))
        .toBe(nanosOf([total.usage.cost.amount]));
    }
    expect(wrong).toEqual([]);
  });

  it('the page Spend names nothing of another team, and leads from the total to a call in three clicks, which the back button undoes', async () => {
    const { page, wrong } = await open('/spend?range=90d');
    await page.locator('tfoot').waitFor();
    await page.getByRole('button', { name: 'Open ShopPage' }).click();
    await page
      .getByRole('button', { name: /^Open Product\.f/ })
      .first()
      .click();
    const tree = page.url();
    expect(await page.locator('body').textContent()).not.toMatch(/globex/);
    await page
      .getByRole('link', { name: /^View .* calls of model-/ })
      .first()
      .click();
    await page.getByRole('heading', { name: 'Calls' }).waitFor();
    await page.locator('tbody a').first().click();
    await page.getByText('What was tried').waitFor();
    expect(await page.locator('body').textContent()).toContain('ShopPage');
    await page.goBack();
    await page.getByRole('heading', { name: 'Calls' }).waitFor();
    await page.goBack();
    await page.locator('tfoot').waitFor();
    expect(page.url()).toBe(tree);

    const other = await open(new URL(tree).hash.slice(1));
    await other.page.getByRole('button', { name: 'Close ShopPage' }).waitFor();
    await other.page.getByLabel('A call by any id').fill('error-search-3');
    await other.page.getByRole('button', { name: 'Find', exact: true }).click();
    await other.page.getByText('TIMEOUT').first().waitFor();
    await other.page.goto(`${site}#/spend?call=error-globex-3`);
    await other.page.getByText('No call with this id').waitFor();
    expect([...wrong, ...other.wrong]).toEqual([]);
  });

  it('the page Spend filters, downloads cells that are no formulas, reads its chart by keyboard, and says what would fill it', async () => {
    const { page, wrong } = await open('/spend?range=90d&by=client');
    await page.getByRole('link', { name: 'web', exact: true }).click();
    await page.getByRole('button', { name: 'Remove the filter client: web' }).waitFor();
    await page.goto(`${site}#/spend?range=90d`);
    await page.getByRole('button', { name: 'Remove the filter client: web' }).waitFor({ state: 'hidden' });
    await expect.poll(() => page.getByLabel('By', { exact: true }).inputValue()).toBe('screens');
    await page.getByText('=Formula', { exact: true }).waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download as CSV' }).click()]);
    const csv = readFileSync(await file.path(), 'utf8');
    expect(csv).toContain("\r\n'=Formula,Product.f");
    const chart = page.getByRole('img', { name: /^Cost by day/ });
    await chart.focus();
    await page.keyboard.press('Home');
    const first = await page.locator('.chart-cursor').textContent();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('.chart-cursor').textContent()).not.toBe(first);
    expect(first).toMatch(/2026|20\d\d.*\$/);
    await page.goto(`${site}#/spend?where=client%3Dnobody`);
    await page.getByText('No calls in this time.').waitFor();
    await page.goto(`${site}#/spend?by=user&range=90d`);
    await page.getByText(/covers at most 31 days/).waitFor();
    expect(wrong).toEqual([]);
  });

  it.each([
    [320, false, false],
    [768, true, false],
    [1_440, false, false],
    [1_440, true, true],
  ])(
    'the page Spend is whole at %i px (dark: %s, forced colours: %s): axe finds nothing, and it does not scroll sideways',
    async (width, dark, forced) => {
      const { page, wrong } = await open('/spend?range=90d&open=o%3AShopPage&where=client%3Dweb', { width, dark, forced });
      const places = ['/spend?range=90d&open=o%3AShopPage', '/spend?show=calls', '/spend?call=error-search-3'];
      for (const place of places) {
        await page.goto(`${site}#${place}`);
        await page.locator('table:visible').first().waitFor();
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
        await page.evaluate(axe.source);
        const violations = await page.evaluate(async () => {
          const { axe: run } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          };
          return (await run.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
        });
        expect(violations).toEqual([]);
      }
      expect(wrong).toEqual([]);
    },
  );
});

const nanosOf = (amounts: readonly string[]): bigint =>
  amounts.reduce((sum, amount) => {
    const [whole = '0', fraction = ''] = amount.split('.');
    return sum + BigInt(whole + fraction.padEnd(9, '0'));
  }, 0n);
