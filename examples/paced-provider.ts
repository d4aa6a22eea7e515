/** A provider that says its answers word by word, as a language model does: to see streaming without one. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Provider } from '../src/index.ts';

export function paced(provider: Provider, wordsPerSecond: number): Provider {
  return {
    ...provider,
    async *send(request, options) {
      for await (const said of provider.send(request, options)) {
        for (const chunk of [said].flat()) {
          if (chunk.type === 'text') await wait(1_000 / wordsPerSecond, undefined, { signal: options.signal });
          yield chunk;
        }
      }
    },
  };
}
