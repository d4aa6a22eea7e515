import { defineConfig } from '../../../src/index.ts';

export default defineConfig({
  graph: {
    ai: false,
    subgraphs: [{ name: 'products', url: 'http://products.internal/graphql', forwardHeaders: ['authorization'] }],
  },
  anonymous: { scopes: ['shop:read'], acceptForeignTokens: true },
});
