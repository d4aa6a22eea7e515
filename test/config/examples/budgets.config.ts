import { defineConfig, fromEnvironment } from '../../../src/index.ts';

export default defineConfig({
  ...fromEnvironment(),
  timeZone: 'Europe/Berlin',
  teams: {
    web: {
      budgets: [
        { per: 'day', most: '25.00' },
        { per: 'month', most: '500', warnAt: [0.5, 0.8, 1] },
      ],
      tokensPerMinute: 200_000,
      session: { amount: '2.00', turns: 40, calls: 200 },
    },
    trial: { budgets: [{ per: 'total', most: '10.00' }], timeZone: 'America/New_York' },
  },
  fieldLimits: { 'Query.completion': { sharedBy: 'team', budgets: [{ per: 'day', most: '5.00' }], concurrency: 10 } },
});
