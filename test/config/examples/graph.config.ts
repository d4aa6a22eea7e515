import { defineConfig, fromEnvironment } from '../../../src/index.ts';

export default defineConfig({
  ...fromEnvironment(),
  graph: {
    subgraphs: [
      { name: 'products', url: 'http://products.internal/graphql', timeoutMs: 5_000 },
      {
        name: 'reviews',
        url: 'https://reviews.internal/graphql',
        subscriptionUrl: 'wss://reviews.internal/graphql',
        retries: 2,
        maxConcurrency: 200,
        forwardHeaders: [{ name: 'x-locale', as: 'accept-language', otherwise: 'en' }],
        responseHeaders: ['set-cookie'],
      },
    ],
    fields: ['../../../examples/ai-fields.graphql'],
    prompts: '../../../examples/prompts',
    forwardHeaders: ['x-tenant'],
    indexHeaders: { 'x-tenant': 'index' },
    maxCostPerOperation: '0.50',
    demandControl: { maxCost: 5_000 },
    policies: { 'owner-only': (principal, { headers }) => headers['x-tenant'] === principal.team },
    contracts: { public: { excludeTags: ['internal'] } },
  },
});
