/** What a page shows at each frame while five hundred pieces a second arrive: text that only grows, and all of it in the end. */
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { deploymentAt, until } from '../../gateway/streams.ts';
import { plainConfig } from '../../plain-config.ts';
import { newGate } from '../../raw-upstream.ts';
import { whenOver } from '../../when-over.ts';
import { asking, says } from '../asking.ts';
import { hasBrowser, openBrowser, openTab, serveApp } from './browser.ts';

const pieces = Array.from({ length: 2_000 }, (_, index) => `p${index} `);
const perGate = 10;
const gateEveryMs = 20;

describe.skipIf(!hasBrowser)('two thousand pieces (in Chromium)', { timeout: 60_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });

  it.each([
    { app: 'chat', shown: 'p.assistant' },
    { app: 'ai-sdk', shown: 'p.assistant' },
    { app: 'apollo', shown: 'p.answer' },
    { app: 'urql', shown: 'p.answer' },
    { app: 'relay', shown: 'p.answer' },
  ])(
    'two thousand pieces in four seconds are whole in the app with $app, and at no frame was its text shorter or other',
    async ({ app, shown }) => {
      const vendor = { ...deploymentAt('vendor'), maxOutputTokens: 100_000 };
      const parts = await asking({}, { deployments: { ...plainConfig.deployments, vendor } });
      const gates = Array.from({ length: pieces.length / perGate }, () => newGate());
      says(parts, ...gates.flatMap((gate, index) => [gate, ...pieces.slice(index * perGate, (index + 1) * perGate)]));
      const site = await serveApp(`test/client/browser/${app}-app.tsx`, parts.proxy.url);
      const context = await browser.newContext();
      whenOver(() => context.close());
      const page = await openTab(context, site, parts.gateway.developmentKey, { prompt: 'Count.' });
      await page.evaluate((selector) => {
        const frames: string[] = [];
        const look = (): void => {
          const text = document.querySelector(selector)?.textContent?.trim() ?? '';
          if (text !== frames.at(-1)) frames.push(text);
          requestAnimationFrame(look);
        };
        look();
        Object.assign(window, { frames });
      }, shown);
      if (shown === 'p.answer') await page.getByText('Write').click();
      else {
        await page.getByLabel('Question').fill('Count.');
        await page.getByLabel('Question').press('Enter');
      }
      await until(() => parts.upstream.requests.length === 1);
      const opening = setInterval(() => {
        gates.shift()?.open();
        if (gates.length === 0) clearInterval(opening);
      }, gateEveryMs);
      const whole = pieces.join('').trim();
      const framesNow = () => page.evaluate(() => (window as unknown as { readonly frames: readonly string[] }).frames);
      await until(async () => (await framesNow()).at(-1) === whole);
      const frames = await framesNow();
      expect(frames.at(-1)).toBe(whole);
      expect(frames.length).toBeGreaterThan(10);
      expect(frames.filter((text, index) => !text.startsWith(frames[index - 1] ?? ''))).toEqual([]);
      expect(parts.upstream.requests).toHaveLength(1);
    },
  );
});
