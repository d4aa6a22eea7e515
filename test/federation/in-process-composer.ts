/**
 * Composes in this process, and remembers by name and SDL: a test's subgraphs have the SDL of other tests' and ports of their own.
 * What forks is tried by `compose/compose.test.ts`, and whole in the tests of the command line.
 */
import { createHash } from 'node:crypto';
import type { Composer, Composition, Subgraph } from '../../src/federation/compose/compose.ts';
import { composition } from '../../src/federation/compose/composition.ts';

const known = new Map<string, Composition>();

export function inProcessComposer(): Composer {
  return {
    async compose(subgraphs) {
      const inOrder = subgraphs.toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const addressed = inOrder.map((subgraph, index) => ({ ...subgraph, url: placeholderOf(subgraph, index) }));
      const hash = createHash('sha256')
        .update(JSON.stringify(addressed.map(({ name, url, sdl }) => [name, url, sdl])))
        .digest('hex');
      const composed = known.get(hash) ?? composition(addressed);
      known.set(hash, composed);
      if (!composed.ok) return composed;
      const supergraphSdl = inOrder.reduce(
        (sdl, { url }, index) => sdl.replaceAll(`"${addressed[index]?.url}"`, JSON.stringify(url)),
        composed.supergraphSdl,
      );
      return { ok: true, supergraphSdl };
    },
  };
}

/** Schemas of this process keep their address: it says which subgraph is the AI one. */
const placeholderOf = ({ url }: Subgraph, index: number): string =>
  url.startsWith('local://') ? url : `http://subgraph-${index}.test/graphql`;
