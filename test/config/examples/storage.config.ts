import { defineConfig, fromEnvironment } from '../../../src/index.ts';

export default defineConfig({
  ...fromEnvironment(),
  storage: { folder: '/var/lib/fieldgate', usageDays: 400 },
});
