/**
 * The console in Chromium: on a processor that is four times slower, how soon a page answers its reader, and how long its tasks are while an
 * answer of 500 events a second is written; on the one there is, how long they are while Live shows 200 calls a second whose model has died.
 * Figures of a machine that has other work say nothing of the page.
 */
import type { Browser, Page } from 'playwright-core';
import { hasBrowser, openBrowser } from '../client/browser/browser.ts';
import { openConsole, pathsOf } from '../console/browser/console-tab.ts';
import { openShop, type Shop } from '../console/browser/shop-site.ts';
import { complete, prompt } from '../gateway/asking.ts';
import { until } from '../gateway/streams.ts';
import { closeAll } from '../when-over.ts';
import { say } from './measure.ts';

const slowness = 4;
const callsPerSecond = 200;
const seconds = 5;

export async function consoleBench(): Promise<void> {
  if (!hasBrowser) return say('console: there is no Chromium here');
  const browser = await openBrowser();
  const shop = await openShop();
  try {
    await opening(browser, shop);
    await streaming(browser, shop);
    await failing(browser, shop);
  } finally {
    await closeAll();
  }
}

async function tabAt(browser: Browser, { site, lumen }: Shop, at: string, rate: number) {
  const tab = await openConsole(browser, site, { key: lumen, at });
  const session = await tab.context.newCDPSession(tab.page);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
  return tab;
}

/** Milliseconds of each task that is longer than 50, from now on. */
async function longTasks(page: Page): Promise<() => Promise<readonly number[]>> {
  await page.evaluate(() => {
    const found: number[] = [];
    new PerformanceObserver((list) => found.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
    Object.assign(globalThis, { longTasks: found });
  });
  return () => page.evaluate(() => (globalThis as unknown as { longTasks: number[] }).longTasks);
}

const shown = (tasks: readonly number[]): string =>
  tasks.length === 0 ? 'no task above 50 ms' : `${tasks.length} tasks above 50 ms, the longest ${Math.max(...tasks).toFixed(0)} ms`;

/** From the request for the page to its heading, on a browser that has kept nothing. */
async function opening(browser: Browser, shop: Shop): Promise<void> {
  const { page, show, settled } = await tabAt(browser, shop, '/playground', slowness);
  const began = performance.now();
  await page.reload();
  await page.locator('main h1').waitFor();
  const headingMs = performance.now() - began;
  await settled();
  say(`console: the first page stands after ${headingMs.toFixed(0)} ms on a processor ${slowness} times slower (1500 ms are promised)`);
  for (const path of await pathsOf(page)) {
    const from = performance.now();
    await show(path);
    say(`console: ${path} has read what it shows after ${(performance.now() - from).toFixed(0)} ms`);
  }
}

async function streaming(browser: Browser, shop: Shop): Promise<void> {
  const { page } = await tabAt(browser, shop, '/playground', slowness);
  const tasks = await longTasks(page);
  await page.getByLabel('Prompt').fill('Many words.');
  await page.getByLabel('Prompt').press('Control+Enter');
  await page.locator('section.run').getByText('done', { exact: true }).waitFor({ timeout: 60_000 });
  say(`console: while 2000 events at 500 a second are written, ${shown(await tasks())}`);
}

async function failing(browser: Browser, shop: Shop): Promise<void> {
  const { page } = await tabAt(browser, shop, '/live', 1);
  await page.getByText('No call runs.').waitFor();
  const tasks = await longTasks(page);
  let ended = 0;
  let asked = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      for (let index = 0; index < callsPerSecond / 20; index += 1) {
        asked += 1;
        const done = (): void => {
          ended += 1;
        };
        complete(shop.gateway, prompt(`It fails, ${asked}.`), { key: shop.lumen }).then(done, done);
      }
      if (asked < callsPerSecond * seconds) return;
      clearInterval(timer);
      resolve();
    }, 50);
  });
  await until(() => ended === asked);
  say(`console: while Live shows ${callsPerSecond} calls a second that fail, ${shown(await tasks())}`);
}
