/** Composes in this process: a process for each graph is what `compose.test.ts` tries. */
import type { Composer, Composition } from '../../src/federation/compose/compose.ts';
import { composition } from '../../src/federation/compose/composition.ts';

export function inProcessComposer({ own = null }: { readonly own?: string | null } = {}): Composer {
  const known = new Map<string, Composition>();
  return {
    async compose(subgraphs) {
      const asked = JSON.stringify(subgraphs.map(({ name, url, sdl }) => [name, url, sdl]).toSorted());
      const composed = known.get(asked) ?? composition(subgraphs, own);
      known.set(asked, composed);
      return composed;
    },
  };
}
