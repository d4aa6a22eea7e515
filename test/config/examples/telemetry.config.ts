import { defineConfig, fromEnvironment } from '../../../src/index.ts';

export default defineConfig({
  ...fromEnvironment(),
  telemetry: { metrics: { port: 9464 } },
  logLevel: 'warn',
});
