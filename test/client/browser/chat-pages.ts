/** The chat of the examples as `npm start` serves it, for tests that look at it in a browser. */
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { buildChat } from '../../../examples/chat/build.ts';
import { deploymentAt } from '../../gateway/streams.ts';
import { plainConfig } from '../../harness.ts';
import { temporaryFolder, whenOver } from '../../when-over.ts';
import { type Asking, asking } from '../asking.ts';
import { openBrowser } from './browser.ts';

export interface ChatTab extends Page {
  /** What it did that its policy forbids, said in the console, or asked of other hosts. */
  readonly wrongs: string[];
}

export interface ChatPages {
  readonly browser: Browser;
  readonly parts: Asking;
  openTab(context: BrowserContext, path?: string): Promise<ChatTab>;
  /** In a context of its own. `before`: how many requests the model had until then. */
  opened(options?: Parameters<Browser['newContext']>[0]): Promise<{
    readonly context: BrowserContext;
    readonly page: ChatTab;
    readonly before: number;
  }>;
}

export async function chatPages(): Promise<ChatPages> {
  const folder = await buildChat(join(temporaryFolder(), 'chat'));
  const deployments = { ...plainConfig.deployments, vendor: { ...deploymentAt('vendor'), maxOutputTokens: 200_000 } };
  const [browser, parts] = await Promise.all([openBrowser(), asking({}, { deployments, server: { pages: { chat: folder } } })]);

  async function openTab(context: BrowserContext, path = ''): Promise<ChatTab> {
    const site = new URL(`/chat/${path}`, parts.proxy.url);
    const page = await context.newPage();
    const wrongs: string[] = [];
    page.on('pageerror', (error) => wrongs.push(error.message));
    page.on('console', (message) => message.type() === 'error' && wrongs.push(message.text()));
    page.on('request', (request) => new URL(request.url()).host !== site.host && wrongs.push(request.url()));
    page.on('dialog', (dialog) => {
      wrongs.push(dialog.message());
      void dialog.dismiss();
    });
    await page.addInitScript((key) => {
      sessionStorage.setItem('fieldgate-key', key);
      sessionStorage.setItem('source', sessionStorage.getItem('source') ?? 'the model');
    }, parts.gateway.developmentKey ?? '');
    await page.goto(site.href);
    return Object.assign(page, { wrongs });
  }

  return {
    browser,
    parts,
    openTab,
    async opened(options = {}) {
      const context = await browser.newContext(options);
      whenOver(() => context.close());
      return { context, page: await openTab(context), before: parts.upstream.requests.length };
    },
  };
}

export const answer = async (page: Page): Promise<string> => (await page.locator('.answer .markdown').allInnerTexts()).join('|').trim();
export async function ask(page: Page, question: string): Promise<void> {
  await page.getByLabel('Question').fill(question);
  await page.getByLabel('Question').press('Enter');
}
export const stop = (page: Page): Locator => page.getByRole('button', { name: 'Stop' });
export const send = (page: Page): Locator => page.getByRole('button', { name: 'Send' });
