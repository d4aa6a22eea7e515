import { defineConfig, fromEnvironment, secretFrom } from '../../../src/index.ts';

export default defineConfig({
  ...fromEnvironment(),
  telemetry: {
    metrics: { port: 9464 },
    budgetWebhook: { url: 'https://hooks.example.com/budgets', secret: secretFrom('BUDGET_WEBHOOK_SECRET') },
  },
  logLevel: 'warn',
});
