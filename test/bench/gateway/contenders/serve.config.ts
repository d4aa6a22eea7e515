/** The gateway that is measured, with every policy on. The benchmark says in the environment where its vendor and its state are. */
import { defineConfig, openaiCompatibleProvider, openaiProvider, patternGuard } from '../../../../src/index.ts';

const { BENCH_UPSTREAM: baseUrl = '', BENCH_STATE: folder = '', BENCH_SUBGRAPH: url, BENCH_GUARDS: guards = 'on' } = process.env;
const price = { input: 1, output: 2 };
const completion = (model: string) => ({ provider: 'vendor', model, price, contextWindow: 128_000 }) as const;
const patterns = ['project\\s+x\\b', '\\binternal\\s+use\\s+only\\b', '\\bpassword\\s*[:=]'];

export default defineConfig({
  providers: {
    vendor: openaiCompatibleProvider({ name: 'vendor', baseUrl }),
    vectors: openaiProvider({ name: 'vectors', baseUrl, apiKey: null }),
  },
  deployments: {
    answer: completion('answer'),
    paced: completion('paced'),
    idle: completion('idle'),
    vectors: { provider: 'vectors', model: 'vectors', capabilities: ['embedding'], price },
  },
  routes: {
    default: { deployments: ['answer'], cacheSeconds: 3_600 },
    paced: { deployments: ['paced'], cacheSeconds: 3_600 },
    idle: { deployments: ['idle'], cacheSeconds: 3_600, firstChunkMs: 600_000, idleMs: 600_000, totalMs: 900_000 },
    embedding: { deployments: ['vectors'] },
  },
  ...(guards === 'on'
    ? {
        guardrails: [{ guardrail: patternGuard({ name: 'names', patterns, message: 'That stays inside.' }), routes: '*' as const }],
        maskPersonalData: '*' as const,
      }
    : {}),
  teams: { bench: { dailyBudget: '100000', monthlyBudget: '900000', requestsPerMinute: 10_000_000, concurrency: 10_000 } },
  ...(url === undefined ? {} : { graph: { subgraphs: [{ name: 'shop', url }], fields: ['ai-fields.graphql'] } }),
  storage: { folder },
});
