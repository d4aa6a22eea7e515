/** The page Spend of the console in a real browser, on a real gateway whose ledger has 40 days of two tenants. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { noUsage } from '../../../src/core/money.ts';
import { hasBrowser, openBrowser } from '../../client/browser/browser.ts';
import { newKey } from '../../gateway/asking.ts';
import { startGateway, type TestGateway } from '../../harness.ts';
import { usageRow } from '../../storage/rows.ts';
import { type ConsoleTab, consoleOf, consolePages, openConsole } from './console-tab.ts';

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

/** Clocks are set back in Berlin, and a week later in Los Angeles; they are set forward in Berlin in spring. */
const clockChanges = [
  ['2026-10-24', '2026-10-25', '2026-10-26'],
  ['2026-10-31', '2026-11-01', '2026-11-02'],
  ['2026-03-28', '2026-03-29', '2026-03-30'],
];

/** A call each quarter of an hour, of an amount of its own, from the day before each of these days to the day behind them. */
const rowsOverClockChanges = (team: string) =>
  clockChanges.flatMap(([first = '']) =>
    Array.from({ length: 5 * 96 }, (_, index) =>
      usageRow({ team, time: Date.parse(first) - dayMs + index * 900_000, callId: `${team}-${first}-${index}`, cost: 1_009 + index }),
    ),
  );

describe.skipIf(!hasBrowser)('the page Spend (in Chromium)', () => {
  let browser: Browser;
  let gateway: TestGateway;
  let site: string;
  let key: string;
  beforeAll(async () => {
    browser = await openBrowser();
    gateway = await startGateway({ server: { pages: await consolePages() } });
    site = consoleOf(gateway);
    key = (await newKey(gateway, { name: 'of search', team: 'search', scopes: ['ai:use', 'ai:usage'] })).secret;
    await gateway.storage.ledger.append([
      ...rowsOf('search', Date.now(), 600),
      ...rowsOf('globex', Date.now(), 200),
      ...rowsOverClockChanges('clocks'),
    ]);
    await gateway.storage.ledger.flush();
  }, 60_000);

  const open = (at: string, by = key): Promise<ConsoleTab> => openConsole(browser, site, { key: by, at, timezoneId: 'Asia/Kathmandu' });

  const moneyAt = (page: Page, label: string) => page.locator('.figure', { hasText: label }).locator('data').first().getAttribute('value');
  const totalBy = async (by: string, timeZone = 'Asia/Kathmandu') => {
    const input = { from: new Date(0).toISOString(), to: '2100-01-01T00:00:00Z', groupBy: [by], timeZone };
    const query =
      'query ($input: AiUsageInput!) { aiUsage(input: $input) { total { calls usage { cost { amount } } } rows { usage { cost { amount } } } } }';
    return (await gateway.ask(query, { input }, { key })).data.aiUsage;
  };

  it('the page Spend shows the total of the ledger by every dimension, and its parts add up to it', async () => {
    const { page, faults } = await open('/spend?range=90d');
    await page.getByRole('heading', { name: 'Spend' }).waitFor();
    await page.locator('tfoot').waitFor();
    const { total } = await totalBy('COORDINATE');
    expect(await moneyAt(page, 'Spent')).toBe(total.usage.cost.amount);
    for (const by of ['screens', 'team', 'principal', 'client', 'coordinate', 'model', 'route', 'cache', 'outcome']) {
      await page.goto(`${site}#/spend?range=90d&by=${by}`);
      await page.locator('section[aria-label="Rows"] tbody tr').first().waitFor();
      const cells = page.locator('section[aria-label="Rows"] tbody td:nth-of-type(2) data');
      await expect
        .poll(async () => nanosOf(await cells.evaluateAll((all) => all.map((cell) => cell.getAttribute('value') ?? ''))))
        .toBe(nanosOf([total.usage.cost.amount]));
    }
    expect(faults).toEqual([]);
  });

  it('the page Spend names nothing of another team, and leads from the total to a call in three clicks, which the back button undoes', async () => {
    const { page, faults } = await open('/spend?range=90d');
    await page.locator('tfoot').waitFor();
    const places = [page.url()];
    const clicks = [
      page.getByRole('button', { name: 'Open ShopPage' }),
      page.getByRole('button', { name: /^Open Product\.f/ }).first(),
      page.getByRole('link', { name: /^View .* calls of model-/ }).first(),
    ];
    for (const click of clicks) {
      await click.click();
      await expect.poll(() => page.url()).not.toBe(places.at(-1));
      places.push(page.url());
    }
    await page.getByRole('heading', { name: 'Calls' }).waitFor();
    expect(await page.locator('body').textContent()).not.toMatch(/globex/);
    await page.locator('tbody a').first().click();
    await page.getByText('What was tried').waitFor();
    expect(await page.locator('body').textContent()).toContain('ShopPage');
    for (const place of places.toReversed()) {
      await page.goBack();
      await expect.poll(() => page.url()).toBe(place);
    }
    await page.locator('tfoot').waitFor();
    const tree = places[2] ?? '';

    const other = await open(new URL(tree).hash.slice(1));
    await other.page.getByRole('button', { name: 'Close ShopPage' }).waitFor();
    await other.page.getByRole('button', { name: /^Close Product\.f/ }).waitFor();
    await other.page.getByLabel('A call by any id').fill('error-search-3');
    await other.page.getByRole('button', { name: 'Find', exact: true }).click();
    await other.page.getByText('TIMEOUT').first().waitFor();
    await other.page.goto(`${site}#/spend?call=error-globex-3`);
    await other.page.getByText('No call with this id').waitFor();
    expect([...faults, ...other.faults]).toEqual([]);
  });

  it('the page Spend filters, downloads cells that are no formulas, reads its chart by keyboard, and says what would fill it', async () => {
    const { page, faults } = await open('/spend?range=90d&by=client');
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
    // The bound stands beside the filters, with a way to what can be shown.
    await page.getByText(/read call by call: 31 days at most/).waitFor();
    await page.getByRole('button', { name: 'Show the last 30 days' }).click();
    await page.locator('section[aria-label="Rows"] tbody tr').first().waitFor();
    expect(page.url()).toMatch(/by=user/);
    expect(faults).toEqual([]);
  });

  it('the page Spend shows single days that add up to their range in each zone, also where clocks are set, to the last minute of today', async () => {
    const clocks = (await newKey(gateway, { team: 'clocks', scopes: ['ai:use', 'ai:usage'] })).secret;
    const { page, show, faults } = await open('/spend', clocks);
    const spent = async (zone: string, from: string, to: string): Promise<bigint> => {
      await show(`/spend?tz=${encodeURIComponent(zone)}&range=custom&from=${from}&to=${to}`);
      return nanosOf([(await moneyAt(page, 'Spent')) ?? '0']);
    };
    for (const zone of ['UTC', 'Asia/Kolkata', 'Asia/Kathmandu', 'America/Los_Angeles', 'Europe/Berlin']) {
      for (const days of clockChanges) {
        const [first = '', last = ''] = [days[0], days.at(-1)];
        const range = await spent(zone, first, last);
        const each = [];
        for (const day of days) each.push(await spent(zone, day, day));
        expect([zone, first, each.reduce((sum, one) => sum + one, 0n)]).toEqual([zone, first, range]);
        expect(each.every((one) => one > 0n)).toBe(true);
      }
    }
    await show('/spend?range=7d');
    await page.getByText('No calls in this time.').waitFor();
    await gateway.storage.ledger.append([usageRow({ time: Date.now(), team: 'clocks', cost: 7 })]);
    await gateway.storage.ledger.flush();
    await page.getByTitle('Read all of this page anew').click();
    await expect.poll(() => moneyAt(page, 'Spent')).toBe('0.000000007');
    expect(faults).toEqual([]);
  });
});

const nanosOf = (amounts: readonly string[]): bigint =>
  amounts.reduce((sum, amount) => {
    const [whole = '0', fraction = ''] = amount.split('.');
    return sum + BigInt(whole + fraction.padEnd(9, '0'));
  }, 0n);
