/** The console as it is published, in tabs of one browser: built once for a worker, and a tab keeps all that goes wrong in it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { build } from 'vite';
import { once } from '../../../src/core/once.ts';
import type { TestGateway } from '../../harness.ts';
import { whenOver } from '../../when-over.ts';

/** The folder with the build. Files that run in the same worker share it. */
export const builtConsole = once(async () => {
  const outDir = mkdtempSync(join(tmpdir(), 'fieldgate-console-'));
  process.once('exit', () => rmSync(outDir, { recursive: true, force: true }));
  // React, and how its elements are compiled, as for users: Vitest has another NODE_ENV, for which React is twice as large.
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  await build({
    configFile: resolve('.vite.config.ts'),
    define: { 'process.env.NODE_ENV': '"production"' },
    build: { outDir },
    logLevel: 'silent',
  });
  process.env['NODE_ENV'] = before;
  return outDir;
});

/** Where tests serve it: at another path than usual, as below a proxy. */
export const consolePages = async () => ({ operators: await builtConsole() });
export const consoleOf = (gateway: Pick<TestGateway, 'url'>): string => new URL('operators/', gateway.url).href;

export interface ConsoleTab {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of scripts and of the console of the browser, violations of the policy, requests to elsewhere. */
  readonly faults: string[];
  /** What it has asked of the graph over HTTP, as it was sent. */
  readonly asked: string[];
  /** All that the gateway has told it, over HTTP and over WebSockets. */
  readonly told: () => Promise<string>;
  /** When it has been read what the page shows, and nothing is on its way. */
  readonly settled: () => Promise<void>;
  /** Another page of the same console, in the same tab, settled. */
  readonly show: (hash: string) => Promise<void>;
}

export interface TabOptions extends BrowserContextOptions {
  /** Default: the tab is not logged in. */
  readonly key?: string | null | undefined;
  /** Such as `/spend?range=90d`. */
  readonly at?: string;
}

/** A browser of its own, as another person has it. */
export async function openConsole(browser: Browser, site: string, { key = null, at, ...options }: TabOptions = {}): Promise<ConsoleTab> {
  const context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en-GB', ...options });
  whenOver(() => context.close());
  return openTab(context, site, { key, ...(at === undefined ? {} : { at }) });
}

export async function openTab(
  context: BrowserContext,
  site: string,
  { key, at }: Pick<TabOptions, 'key' | 'at'> = {},
): Promise<ConsoleTab> {
  const page = await context.newPage();
  // Before the test itself is over, so that the step is named.
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  const asked: string[] = [];
  const told: (string | Promise<string>)[] = [];
  const onItsWay = new Set<unknown>();
  page.on('pageerror', (error) => void faults.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && !/401|Unauthorized/.test(message.text()) && faults.push(message.text()));
  page.on('request', (request) => {
    // A stream stays open.
    if (request.headers()['accept'] !== 'text/event-stream') onItsWay.add(request);
    if (new URL(request.url()).origin !== new URL(site).origin) faults.push(`asked ${request.url()}`);
    if (request.url().endsWith('/graphql')) asked.push(request.postData() ?? '');
  });
  page.on('response', (response) => response.url().endsWith('/graphql') && told.push(response.text().catch(() => '')));
  page.on('requestfinished', (request) => void onItsWay.delete(request));
  page.on('requestfailed', (request) => void onItsWay.delete(request));
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => told.push(String(payload))));
  await page.addInitScript(() =>
    addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.sample}`)),
  );
  const settled = async (): Promise<void> => {
    await page.locator('main h1').waitFor();
    // What a page asks for follows its first frame, and may lead to more.
    for (let quiet = 0; quiet < 3; quiet = onItsWay.size === 0 ? quiet + 1 : 0)
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 30))));
  };
  const show = async (hash: string): Promise<void> => {
    await page.goto(`${site}#${hash}`);
    await settled();
  };
  await page.goto(key === null || key === undefined ? site : `${site}#key=${key}`);
  if (key !== null && key !== undefined) await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  if (at !== undefined) await show(at);
  return { page, context, faults, asked, settled, show, told: async () => (await Promise.all(told)).join('\n') };
}

/** The pages that the rail names, in its order: a new one is walked by each test that walks them all. */
export const pathsOf = (page: Page): Promise<readonly string[]> =>
  page.locator('nav.rail li a').evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).hash.slice(1)));

/** What axe finds in the tab as it is: WCAG 2.2 AA and its best practices. `colours`: of these alone, where the rest was looked at before. */
export async function violationsOf(page: Page, only: 'all' | 'colours' = 'all'): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  return page.evaluate(
    async (runOnly) => {
      const { axe: run } = globalThis as unknown as {
        axe: { run(at: Document, options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      const { violations } = await run.run(document, { resultTypes: ['violations'], runOnly });
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`);
    },
    only === 'colours'
      ? { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }
      : { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  );
}

/** How far the tab can be scrolled sideways. */
export const sideways = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** Cells of tables whose content stands over the next one. */
export const overlaps = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('td, tbody th')]
      .filter((cell) => cell.checkVisibility() && cell.scrollWidth > cell.clientWidth + 1)
      .map((cell) => cell.textContent?.slice(0, 60) ?? ''),
  );
