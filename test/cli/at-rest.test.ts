import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { runSubgraph } from '../federation/subgraph-server.ts';
import { whenOver } from '../harness.ts';
import { docxOf, pdfOf } from '../retrieval/office.ts';
import { configText, folderWith, serving } from './run.ts';

/** Writes down what the gateway's own process, all its threads included, has loaded until its end. */
const recorder = `import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
if (process.send === undefined) registerHooks({
  load(url, context, next) {
    appendFileSync('loaded.txt', url + '\\n');
    return next(url, context);
  },
});`;

const packageOf = (url: string): string => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? 'fieldgate';

describe('at rest, with a graph composed and documents of all kinds ingested', () => {
  let loaded: readonly string[] = [];

  beforeAll(async () => {
    const { url, close } = await runSubgraph('products', 'type Query { products: [String!]! }', {});
    whenOver(close);
    const cwd = folderWith({
      'recorder.mjs': recorder,
      'shop/returns.md': '# Returns\n\nWithin 30 days.',
      'shop/stores.html': '<h1>Stores</h1><p>In Bern.</p>',
      'gateway.config.ts': configText(
        `maskPersonalData: '*', collections: { shop: {} }, documents: [{ collection: 'shop', paths: ['shop'] }],
         graph: { subgraphs: [{ name: 'products', url: '${url}' }] }`,
      ),
    });
    writeFileSync(join(cwd, 'shop/gift-cards.docx'), docxOf([{ heading: 0, text: 'Gift cards are good for three years.' }]));
    writeFileSync(join(cwd, 'shop/sizes.pdf'), pdfOf([[{ heading: 0, text: 'Size 42 is 27 cm long.' }]]));
    const gateway = await serving([], { cwd, env: { NODE_OPTIONS: `--import ${pathToFileURL(join(cwd, 'recorder.mjs')).href}` } });
    await gateway.ready();
    const key = /fg_\S+/.exec(gateway.text.out)?.[0];
    const sources = async (): Promise<number> => {
      const { data } = await gateway.ask('{ aiCollections { sources } }', { authorization: `Bearer ${key}` });
      return data.aiCollections[0].sources;
    };
    while ((await sources()) < 4) await new Promise((done) => setTimeout(done, 50));
    await gateway.end();
    if (!existsSync(join(cwd, 'loaded.txt'))) throw new Error(gateway.text.err);
    loaded = readFileSync(join(cwd, 'loaded.txt'), 'utf8').trim().split('\n');
  });

  it.each([
    ['reads an office document', 'mammoth'],
    ['reads a PDF', 'unpdf'],
    ['composes', '@theguild/federation-composition'],
    ['validates JSON', 'ajv'],
    ['recognises phone numbers', 'libphonenumber-js'],
    ['knows prices', '@pydantic/genai-prices'],
    ['executes @defer', 'graphql-yoga'],
    ['shows GraphiQL', '@graphql-yoga/render-graphiql'],
    ['serves the subgraph of another router', '@apollo/server'],
  ])('the gateway has not loaded what %s (%s)', (_, name) => {
    expect(loaded.map(packageOf)).toContain('graphql');
    expect(loaded.filter((url) => packageOf(url) === name)).toEqual([]);
  });

  it('the gateway has one graphql', () => {
    expect(loaded.filter((url) => /\/graphql\/(type|execution\/execute|language\/parser)(\/index)?\.m?js$/.test(url))).toHaveLength(3);
    expect(loaded.filter((url) => /\/graphql\/.*\.mjs$/.test(url))).toEqual([]);
  });
});
