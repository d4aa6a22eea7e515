import { defineConfig, fromEnvironment } from '../../../src/index.ts';

export default defineConfig({
  ...fromEnvironment(),
  collections: { handbook: {}, contracts: { readers: ['legal'], writers: ['legal'] } },
  documents: [{ collection: 'handbook', paths: ['../../../examples/documents/shop'] }],
  retrieval: { maxSourcesAtOnce: 4, maxSourcesAtOncePerTeam: 1 },
});
