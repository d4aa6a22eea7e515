/** The recipes of examples/clients in a real browser, each over the same graph: an AI field, a stream that breaks, an answer with citations. */
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelRequest } from '../../../src/core/request/request.ts';
import { embeddedProvider } from '../../../src/providers/embedded/embedded.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { folderWith } from '../../cli/run.ts';
import { runSubgraph } from '../../federation/subgraph-server.ts';
import { ledgerOf } from '../../gateway/asking.ts';
import { until } from '../../gateway/streams.ts';
import { plainConfig, startGateway, type TestGateway } from '../../harness.ts';
import { newGate } from '../../raw-upstream.ts';
import { whenOver } from '../../when-over.ts';
import { type CuttingProxy, cuttingProxy } from '../cutting-proxy.ts';
import { hasBrowser, openBrowser, openTab, serveApp } from './browser.ts';
import { aiFields, shopSdl } from './recipe-graph.ts';

const kettle = 'The kettle boils a litre in four minutes. It is made of steel. It has a handle of beech. It keeps warm for an hour. ';

describe.skipIf(!hasBrowser)('the recipes of examples/clients (in Chromium)', { timeout: 60_000 }, () => {
  let browser: Browser;
  let gateway: TestGateway;
  let proxy: CuttingProxy;
  const asked: ModelRequest[] = [];
  /** Summaries wait for it. */
  let gate = newGate();

  beforeAll(async () => {
    browser = await openBrowser();
    const shop = await runSubgraph('shop', shopSdl, {
      Query: { products: () => [{ id: '1', name: 'Kettle', description: kettle }] },
      Product: { __resolveReference: () => ({ id: '1', name: 'Kettle', description: kettle }) },
    });
    whenOver(() => shop.close());
    const folder = folderWith({
      'ai.graphql': aiFields,
      'handbook/holidays.md': '# Holidays\n\nEverybody has thirty days of holidays a year. They end with the year.\n',
    });
    const inner = embeddedProvider('embedded', { wordsPerSecond: 25 });
    const provider: Provider = {
      ...inner,
      async *send(request, options) {
        asked.push(request);
        if (JSON.stringify(request).includes('Summarise: ')) await gate.opened;
        yield* inner.send(request, options);
      },
    };
    gateway = await startGateway(
      {
        ...plainConfig,
        providers: { ...plainConfig.providers, embedded: provider },
        collections: { handbook: {} },
        documents: [{ collection: 'handbook', paths: ['handbook'] }],
        graph: { subgraphs: [{ name: 'shop', url: shop.url }], fields: ['ai.graphql'] },
      },
      { folder },
    );
    proxy = await cuttingProxy(gateway.url);
    const question = '{ aiAnswer(input: { collection: "handbook", question: "How many days of holidays?" }) { __typename } }';
    await until(async () => (await gateway.ask(question)).data?.aiAnswer.__typename === 'AiAnswer');
  }, 60_000);

  it.each([
    { client: 'plain', defers: false },
    { client: 'apollo', defers: true },
    { client: 'urql', defers: true },
    { client: 'relay', defers: true },
  ])(
    'the recipe of $client shows an AI field, goes on with a stream that broke for one call of the model, and cites',
    async ({ client, defers }) => {
      gate = newGate();
      const site = await serveApp(`test/client/browser/${client}-app.ts${client === 'plain' ? '' : 'x'}`, proxy.url);
      const context = await browser.newContext();
      whenOver(() => context.close());
      const prompt = `For ${client}, what of the kettle? ${kettle.repeat(2)}`;
      const page = await openTab(context, site, gateway.developmentKey, { prompt });
      const text = async (name: string): Promise<string> => (await page.locator(`p.${name}`).allTextContents()).join('|').trim();

      const calls = async (): Promise<number> =>
        (await ledgerOf(gateway)).reduce((sum: number, row: { calls: number }) => sum + row.calls, 0);

      if (defers) await until(async () => (await text('product')) === 'Kettle: …');
      gate.open();
      await until(async () => /^Kettle: \w/.test(await text('product')));
      const { data } = await gateway.ask('{ products { summary } }');
      expect(await text('product')).toBe(`Kettle: ${data.products[0].summary}`);

      const said = 'query ($p: String!) { completion(input: { prompt: { text: $p } }) { ... on Completion { text } } }';
      const expected = (await gateway.ask(said, { p: prompt })).data.completion.text;
      const before = await calls();
      asked.length = 0;
      await page.getByText('Write').click();
      await until(async () => (await text('answer')) !== '');
      expect(await text('answer')).not.toBe(expected);
      proxy.cut();
      await until(async () => (await text('answer')) === expected);
      expect(asked).toHaveLength(1);
      await until(async () => (await calls()) > before);
      expect(await calls()).toBe(before + 1);

      await page.getByText('Ask the handbook').click();
      await until(async () => /thirty days.*“.*thirty days.*”/.test(await text('cited')));
    },
  );
});
