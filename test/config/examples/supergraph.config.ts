import { defineConfig, fromEnvironment, secretFrom } from '../../../src/index.ts';

export default defineConfig({
  ...fromEnvironment(),
  graph: {
    supergraph: {
      hive: {
        endpoint: 'https://cdn.graphql-hive.com/artifacts/v1/TARGET_ID',
        mirrors: ['https://cdn-mirror.graphql-hive.com/artifacts/v1/TARGET_ID'],
        key: secretFrom('HIVE_CDN_KEY'),
      },
    },
    subgraphs: [{ name: 'products', url: 'http://products.staging/graphql', headers: { 'x-api-key': secretFrom('PRODUCTS_KEY') } }],
    ai: false,
  },
});
