import { defineConfig, fromEnvironment } from '../../../src/index.ts';

export default defineConfig({
  ...fromEnvironment(),
  teams: { web: { dailyBudget: '25.00', monthlyBudget: '500', requestsPerMinute: 600, callsPerMinute: 120, concurrency: 20 } },
});
