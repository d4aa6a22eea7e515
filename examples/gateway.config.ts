/** What `npm start` serves: two teams' subgraphs, AI fields on their entities, and a small collection of documents. */
import { defineConfig, embeddedProvider, fromEnvironment } from '../src/index.ts';

const found = fromEnvironment();

export default defineConfig<string, string, string, string>({
  ...found,
  // It has its answer in milliseconds. A stream of it is as slow as that of a model, so that there is something to see.
  providers: { ...found.providers, embedded: embeddedProvider('embedded', { wordsPerSecond: 20 }) },
  // `npm install` builds it. In production it is served where a configuration says so, as here.
  server: { pages: { chat: 'chat/dist' } },
  collections: { shop: {}, fieldgate: {} },
  documents: [
    { collection: 'shop', paths: ['documents/shop'] },
    { collection: 'fieldgate', paths: ['documents/fieldgate'] },
  ],
  maskPersonalData: '*',
  graph: {
    subgraphs: [
      { name: 'products', url: 'http://127.0.0.1:4501/graphql', run: ['node', 'subgraphs/products.ts'] },
      { name: 'reviews', url: 'http://127.0.0.1:4502/graphql', run: ['node', 'subgraphs/reviews.ts'] },
    ],
    fields: ['ai-fields.graphql'],
    prompts: 'prompts',
    forwardHeaders: ['x-shop-role'],
    // The index knows unreleased products too; callers find those that their own headers show them.
    indexHeaders: { 'x-shop-role': 'staff' },
  },
  storage: { folder: '../.fieldgate' },
});
