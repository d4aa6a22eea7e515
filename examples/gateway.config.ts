/** What `npm start` serves: two teams' subgraphs, AI fields on their entities, and a small collection of documents. */
import {
  type DeploymentConfig,
  defineConfig,
  embeddedCapabilities,
  embeddedContextWindow,
  embeddedExtractive,
  embeddedPrice,
  embeddedProvider,
  fromEnvironment,
} from '../src/index.ts';
import { paced } from './paced-provider.ts';

const { providers, deployments, routes } = fromEnvironment();
const model = routes['default']?.deployments ?? [];
/** With a key of a vendor, the chat asks that vendor's model; without one the provider inside, slowly enough to see it stream. */
const isAlone = model.every((deployment) => deployment.startsWith('embedded/'));

const slow: DeploymentConfig = {
  provider: 'paced',
  model: embeddedExtractive,
  capabilities: embeddedCapabilities[embeddedExtractive],
  price: embeddedPrice,
  contextWindow: embeddedContextWindow,
};

export default defineConfig<string, string, string, string>({
  providers: { ...providers, paced: paced(embeddedProvider('paced'), 25) },
  deployments: { ...deployments, paced: slow },
  routes: { ...routes, chat: { description: 'For the page at /chat/.', deployments: isAlone ? ['paced'] : model } },
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
