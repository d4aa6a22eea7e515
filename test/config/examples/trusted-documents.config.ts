import { defineConfig, fromEnvironment } from '../../../src/index.ts';

export default defineConfig({
  ...fromEnvironment(),
  graph: {
    subgraphs: [{ name: 'products', url: 'http://products.internal/graphql' }],
    trustedDocuments: { files: ['persisted-documents.json'], level: 'ids' },
  },
});
