import { describe, expect, it } from 'vitest';
import { startGateway } from '../../harness.ts';
import { hasBrowser, openBrowser } from './browser.ts';

describe.skipIf(!hasBrowser)('GraphiQL in a browser', () => {
  it.each([400, 360, 700, 1_200])(
    'GraphiQL in a window of %i px shows all of its first tabs, and the button for one more',
    async (width) => {
      const gateway = await startGateway({ documents: [{ collection: 'documents', paths: [] }] });
      const page = await (await openBrowser()).newPage({ viewport: { width, height: 800 } });
      await page.goto(gateway.url);
      await page.waitForSelector('.graphiql-tab', { timeout: 60_000 });
      const seen = await page.evaluate(() =>
        [...document.querySelectorAll('.graphiql-tab, .graphiql-tab-add')].map((element) => {
          const { left, right, top, bottom } = element.getBoundingClientRect();
          return element.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2)) && left >= 0 && right <= innerWidth;
        }),
      );
      expect(seen).toEqual([true, true, true, true]);
      await page.close();
    },
  );
});
