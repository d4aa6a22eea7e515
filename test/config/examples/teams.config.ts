import { defineConfig, fromEnvironment, patternGuard } from '../../../src/index.ts';

export default defineConfig({
  ...fromEnvironment(),
  guardrails: [{ guardrail: patternGuard({ name: 'codes', patterns: ['ACME-[0-9]+'] }), routes: [] }],
  organisations: { acme: { monthlyBudget: '2000', guardrails: ['codes'], cacheSharing: 'organisation' } },
  teams: {
    web: { organisation: 'acme', dailyBudget: '25.00', monthlyBudget: '500', requestsPerMinute: 600, callsPerMinute: 120, concurrency: 20 },
    partners: { organisation: 'acme', scopes: ['ai:use'], routes: ['default'], cacheSharing: 'team' },
  },
});
