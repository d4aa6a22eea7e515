/** The page Editor of the console in a real browser, on a real gateway before another team's subgraph. */
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { noUsage } from '../../../src/core/money.ts';
import { hasBrowser, openBrowser } from '../../client/browser/browser.ts';
import { double } from '../../doubles.ts';
import { teams } from '../../gateway/teams.ts';
import type { TestGateway } from '../../harness.ts';
import { consoleOf, consolePages, openConsole, sideways, type TabOptions, violationsOf } from './console-tab.ts';

const shop = {
  sdl: `type Query { products(first: Int = 10): [Product!]! } type Product @key(fields: "id") { id: ID! name: String! description: String! }`,
  resolvers: { Query: { products: () => [{ id: '1', name: 'Lamp', description: 'A lamp of brass.' }] } },
};
const fields = `extend type Product @key(fields: "id") { id: ID! description: String!
  "In a few words."
  summary(words: Int = 12): String @completion(prompt: "Sum up in {words} words: {description}", maxInputTokens: 400, maxOutputTokens: 50) }`;
const provider = double('model', async function* (_, { report }) {
  yield { type: 'text', text: 'A brass lamp.' };
  report({ ...noUsage, freshInputTokens: 20, outputTokens: 8 });
  yield { type: 'finish', reason: 'stop' };
});

describe.skipIf(!hasBrowser)('the page Editor (in Chromium)', () => {
  let browser: Browser;
  let gateway: TestGateway;
  beforeAll(async () => {
    browser = await openBrowser();
    ({ gateway } = await teams({ remote: { shop }, fields, provider, config: { server: { drainMs: 500, pages: await consolePages() } } }));
  }, 60_000);

  const open = (at = '/editor', options: TabOptions = {}) =>
    openConsole(browser, consoleOf(gateway), { key: gateway.developmentKey, at, locale: 'en-US', ...options });

  /** Documents that were quoted, in their order. */
  const quoted = (asked: readonly string[]): readonly string[] =>
    asked.flatMap((text) => {
      const { query, variables } = JSON.parse(text || '{ "query": "" }');
      return query.startsWith('query QuoteAsTyped') ? [variables.document] : [];
    });

  const field = (page: Page) => page.getByRole('textbox', { name: 'Operation' });
  const gutter = (page: Page) => page.locator('.code-beside').allTextContents();

  it('the page Editor begins with an AI field of the graph, says its price beside it, and the price follows the list that is asked for', async () => {
    const { page, faults } = await open();
    await expect.poll(() => field(page).inputValue()).toBe('query Sample {\n  products(first: 1) {\n    id\n    summary\n  }\n}\n');
    await expect.poll(() => gutter(page)).toEqual(['', '', '', '$0.0005', '', '', '']);
    await field(page).fill('query Sample {\n  products(first: 50) {\n    summary\n  }\n}');
    await expect.poll(() => gutter(page)).toEqual(['', '', '$0.025', '', '']);
    const said = page.getByRole('table', { name: 'Each AI field at most' });
    expect(await said.locator('tbody tr').allInnerTexts()).toEqual([
      expect.stringMatching(/products\.summary\s+Product\.summary\s+3\s+50\s+\$0\.025/),
    ]);
    // What is written stays in the tab, and a link carries it to another.
    await page.reload();
    await expect.poll(() => field(page).inputValue()).toContain('first: 50');
    await page.getByRole('link', { name: 'Link to this operation' }).click();
    const other = await open(new URL(page.url()).hash.slice(1));
    await expect.poll(() => field(other.page).inputValue()).toContain('first: 50');
    expect([...faults, ...other.faults]).toEqual([]);
  });

  it('the page Editor asks for the price of thirty strokes a second when the hand rests, in order, and shows that of the last', async () => {
    const { page, faults, asked } = await open();
    await field(page).fill('query Q { products(first: 1) { summary } } #');
    await expect.poll(() => quoted(asked).length).toBeGreaterThan(0);
    asked.length = 0;
    const text = Array.from({ length: 150 }, (_, index) => 'abcdefghij'[index % 10]).join('');
    await page.evaluate(() => {
      const element = document.querySelector('textarea');
      element?.focus();
      element?.setSelectionRange(element.value.length, element.value.length);
    });
    const begun = Date.now();
    await page.keyboard.type(text, { delay: 1_000 / 30 });
    await expect.poll(() => quoted(asked).at(-1)?.endsWith(text)).toBe(true);
    // A slow machine may rest between two strokes.
    expect(quoted(asked).length).toBeLessThanOrEqual(Math.ceil((Date.now() - begun) / 500));
    const lengths = quoted(asked).map((document) => document.length);
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
    await expect.poll(() => gutter(page)).toEqual(['$0.0005']);
    expect(faults).toEqual([]);
  });

  it('the page Editor is written by keyboard alone: names are chosen, a mistake is said in the words of the gateway at its line, Tab leaves', async () => {
    const { page, faults } = await open('/editor?document=%23');
    await field(page).focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('{');
    await page.keyboard.press('Enter');
    await page.keyboard.type('prod');
    const names = page.getByRole('listbox', { name: 'Names that fit' });
    await names.getByRole('option', { name: 'products' }).waitFor();
    expect(await field(page).getAttribute('aria-activedescendant')).toMatch(/-0$/);
    await page.keyboard.press('Enter');
    await names.waitFor({ state: 'hidden' });
    await page.keyboard.type(' { ');
    await page.keyboard.press('Control+Space');
    const offered = await names.locator('[role=option] > :first-child').allTextContents();
    expect(offered.toSorted()).toEqual(['__typename', 'description', 'id', 'name', 'summary']);
    await page.keyboard.press('Escape');
    await page.keyboard.type('summry }');
    await page.keyboard.press('Enter');
    await page.keyboard.type('}');
    expect(await field(page).inputValue()).toBe('{\n  products { summry }\n  }');
    const said = page.locator('.editor-wrong');
    await expect
      .poll(() => said.textContent())
      .toMatch(/^Line 2, column 14\. .*cannot run: Cannot query field "summry" on type "Product"\. .*BAD_REQUEST$/);
    expect(await page.locator('.code-wrong').textContent()).toBe('summry');
    expect(await field(page).getAttribute('aria-invalid')).toBe('true');
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('SUMMARY');
    expect(faults).toEqual([]);
  });

  it('the page Editor runs queries, parts that come later and streams: with data, what they have cost, and errors with their place', async () => {
    const { page, faults } = await open();
    const run = async (text: string): Promise<string> => {
      await field(page).fill(text);
      await field(page).press('Control+Enter');
      await page.getByText('done', { exact: true }).waitFor();
      return (await page.getByRole('region', { name: 'Data' }).textContent()) ?? '';
    };
    expect(JSON.parse(await run('{ products { name summary } }'))).toEqual({ products: [{ name: 'Lamp', summary: 'A brass lamp.' }] });
    expect(await page.locator('.figure', { hasText: 'It has cost' }).locator('data').getAttribute('value')).toBe('0.000036');
    expect(await page.getByRole('table', { name: 'Calls of this run' }).locator('tbody tr').count()).toBe(1);
    const later = '{ products { id ... @defer { summary(words: 3) } } }';
    expect(JSON.parse(await run(later))).toEqual({ products: [{ id: '1', summary: 'A brass lamp.' }] });
    const stream =
      'subscription { completionStream(input: { prompt: { text: "Why?" } }) { __typename ... on TextDelta { text } ... on CompletionFinished { completion { text } } } }';
    expect(await run(stream)).toMatch(
      /"TextDelta","text":"A brass lamp."[\s\S]*"CompletionFinished","completion":\{"text":"A brass lamp."\}/,
    );
    await field(page).fill('query A($id: ID!) { aiSource(collection: "none", id: $id) { mediaType } __typename }');
    await page.getByRole('textbox', { name: 'Variables, as JSON' }).fill('{ "id": ');
    await page.getByText('This is not a JSON object yet').waitFor();
    expect(await page.getByRole('button', { name: 'Run' }).isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Variables, as JSON' }).fill('{ "id": "1" }');
    await page.getByRole('button', { name: 'Run' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('There is no collection "none" that you may read.').waitFor();
    expect(await alert.textContent()).toMatch(/At aiSource[\s\S]*BAD_REQUEST/);
    expect(faults).toEqual([]);
  });

  it.each([
    [320, 'dark', 'none'],
    [1_280, 'light', 'none'],
    [1_280, 'light', 'active'],
  ] as const)(
    'the page Editor has no fault of access at %i px (%s, forced colours: %s), and does not scroll sideways',
    async (width, colorScheme, forcedColors) => {
      const { page, faults } = await open('/editor', { viewport: { width, height: 800 }, colorScheme, forcedColors });
      await expect.poll(() => gutter(page)).toContain('$0.0005');
      await field(page).fill('{ products { summry } }');
      await page.locator('.editor-wrong').waitFor();
      await field(page).focus();
      await page.keyboard.press('Control+Space');
      expect(await violationsOf(page)).toEqual([]);
      expect(await sideways(page)).toBeLessThanOrEqual(0);
      expect(faults).toEqual([]);
    },
  );
});
