/** The gateway that is measured, before the two subgraphs. The benchmark says in the environment where they and its state are. */
import { defineConfig, fromEnvironment } from '../../../../src/index.ts';

const { BENCH_SUBGRAPHS: url = '', BENCH_STATE: folder = '', BENCH_ENGINE: engine = 'planner', BENCH_AI, BENCH_OPEN } = process.env;
const ai = BENCH_AI === 'on';

export default defineConfig({
  ...(ai ? fromEnvironment({}) : { providers: {}, deployments: {}, routes: {} }),
  graph: {
    ai,
    engine: engine as 'planner' | 'stitching',
    pollSeconds: 0,
    subgraphs: [
      { name: 'catalog', url: `${url}/catalog` },
      { name: 'stock', url: `${url}/stock` },
    ],
  },
  ...(BENCH_OPEN === 'on' ? { anonymous: { scopes: ['shop:read'] }, server: { requestsPerMinutePerAddress: false } } : {}),
  storage: { folder },
});
