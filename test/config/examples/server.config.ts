import { defineConfig, fromEnvironment } from '../../../src/index.ts';

export default defineConfig({
  ...fromEnvironment(),
  server: {
    host: '0.0.0.0',
    port: 8080,
    origins: ['https://app.example.com'],
    trustedProxies: ['10.0.0.0/8'],
    limits: { maxBodyBytes: 16 * 1024 * 1024, maxSockets: 20_000, maxSocketOperations: 20, maxDepth: 12 },
  },
});
