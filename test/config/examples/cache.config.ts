import { Keyv } from 'keyv';
import { defineConfig, openaiProvider, secretFrom } from '../../../src/index.ts';

export default defineConfig({
  providers: { openai: openaiProvider({ apiKey: secretFrom('OPENAI_API_KEY') }) },
  deployments: { mini: { provider: 'openai', model: 'gpt-5-mini' } },
  routes: { default: { deployments: ['mini'], cacheSeconds: 300 } },
  // Any adapter of Keyv: new Keyv({ store: new KeyvRedis('redis://cache.internal') }) for all gateways together.
  cache: { store: new Keyv({ namespace: 'answers' }) },
});
