import { defineConfig, openaiCompatibleProvider, openaiProvider, secretFrom } from '../../../src/index.ts';

export default defineConfig({
  providers: {
    openai: openaiProvider({ apiKey: secretFrom('OPENAI_API_KEY') }),
    vllm: openaiCompatibleProvider({ name: 'vllm', baseUrl: 'http://10.0.0.5:8000/v1' }),
  },
  deployments: {
    mini: { provider: 'openai', model: 'gpt-5-mini', maxOutputTokens: 2_000 },
    local: { provider: 'vllm', model: 'qwen3-8b', price: { input: 0, output: 0 }, contextWindow: 32_768 },
    vectors: { provider: 'openai', model: 'text-embedding-3-small', capabilities: ['embedding'] },
  },
  routes: { default: { deployments: ['mini', 'local'] }, embedding: { deployments: ['vectors'] } },
});
