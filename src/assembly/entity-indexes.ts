import { GatewayError } from '../core/errors.ts';
export function openIndexes(_: unknown) {
  return {
    similar: async () => {
      throw new GatewayError('INTERNAL', 'no index yet');
    },
    embeddingRoute: (_name: string): string | null => null,
    start() {},
    async stop() {},
  };
}
