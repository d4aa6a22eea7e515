import { defineConfig, openaiProvider, secretFrom } from '../../../src/index.ts';

const short = { inputPerMillion: 1.25, outputPerMillion: 10, cacheReadPerMillion: 0.31, cacheWritePerMillion: 1.25 };
const long = { inputPerMillion: 2.5, outputPerMillion: 15, cacheReadPerMillion: 0.63, cacheWritePerMillion: 2.5 };

export default defineConfig({
  providers: { openai: openaiProvider({ apiKey: secretFrom('OPENAI_API_KEY') }) },
  deployments: {
    large: {
      provider: 'openai',
      model: 'our-own-model',
      price: {
        tiers: [
          { aboveInputTokens: 0, ...short },
          { aboveInputTokens: 200_000, ...long },
        ],
      },
    },
  },
  routes: { default: { deployments: ['large'] } },
});
