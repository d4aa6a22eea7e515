import { defineConfig, openaiCompatibleProvider, openaiProvider, secretFrom } from '../../../src/index.ts';

export default defineConfig({
  providers: {
    openai: openaiProvider({ apiKey: secretFrom('OPENAI_API_KEY') }),
    vllm: openaiCompatibleProvider({ name: 'vllm', baseUrl: 'http://10.0.0.5:8000/v1' }),
  },
  deployments: {
    mini: { provider: 'openai', model: 'gpt-5-mini', region: 'us' },
    local: { provider: 'vllm', model: 'qwen3-8b', price: { input: 0, output: 0 }, region: 'eu' },
  },
  routes: { default: { deployments: ['mini', 'local'] } },
  rules: [
    // Calls with a field in their prompt that has @dataClass(name: "personal").
    { name: 'personal-data-stays-here', dataClasses: ['personal'], regions: ['eu'] },
    { name: 'interns-ask-briefly', teams: ['interns'], maxInputTokens: 2_000 },
  ],
});
