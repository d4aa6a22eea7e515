import { anthropicProvider, defineConfig, openaiProvider, secretFrom } from '../../../src/index.ts';

export default defineConfig({
  providers: {
    openai: openaiProvider({ apiKey: secretFrom('OPENAI_API_KEY') }),
    anthropic: anthropicProvider({ apiKey: secretFrom('ANTHROPIC_API_KEY') }),
  },
  deployments: {
    mini: { provider: 'openai', model: 'gpt-5-mini' },
    haiku: { provider: 'anthropic', model: 'claude-haiku-4-5' },
  },
  routes: {
    default: { description: 'Short answers.', deployments: ['mini', 'haiku'], cacheSeconds: 300, hedge: { afterMs: 2_000 } },
    // Small requests to the small model.
    sized: {
      deployments: ['mini', 'haiku'],
      strategy: (deployments, request) =>
        request.kind === 'completion' && request.messages.length < 3 ? deployments : deployments.toReversed(),
    },
    thorough: { deployments: ['haiku'], totalMs: 120_000, providerOptions: ['thinking'] },
  },
});
