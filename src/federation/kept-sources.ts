/** What a graph is composed of, compared with what was kept of it before a restart. */
import type { Subgraph } from './compose/compose.ts';
import type { GraphSource } from './compose/compose-sources.ts';
import type { LastGood } from './last-good.ts';

/** A subgraph of this process. */
export interface OwnSubgraph {
  readonly name: string;
  /** Its SDL may depend on that of the others. */
  readonly sdl: string | ((others: readonly string[]) => string);
}

export interface KeptSources {
  /** The subgraphs of this process beside others with these SDLs. */
  ownWith(others: readonly string[]): readonly Subgraph[];
  /** SDL of the other teams' subgraphs in it, or the ready supergraph. */
  othersIn(kept: LastGood): readonly string[];
  /** Whether it is a graph of this configuration: of the same file, or of the same subgraphs and AI fields. */
  isOurs(kept: LastGood): boolean;
  /** What the subgraphs of this configuration said before the restart. */
  sdlsIn(kept: LastGood): readonly (readonly [name: string, sdl: string])[];
}

export const localUrl = (name: string): string => `local://${name}`;

export function keptSources(source: GraphSource, own: OwnSubgraph | null): KeptSources {
  const ownWith = (others: readonly string[]): readonly Subgraph[] =>
    own === null ? [] : [{ name: own.name, url: localUrl(own.name), sdl: typeof own.sdl === 'string' ? own.sdl : own.sdl(others) }];

  const othersIn = ({ file, subgraphs, supergraphSdl }: LastGood): readonly string[] =>
    file === null ? subgraphs.filter(({ name }) => name !== own?.name).map(({ sdl }) => sdl) : [supergraphSdl];

  const ownSdlIn = (subgraphs: readonly { readonly name: string; readonly sdl?: unknown }[]): unknown =>
    subgraphs.find(({ name }) => name === own?.name)?.sdl;

  return {
    ownWith,
    othersIn,
    isOurs(kept) {
      if (source.kind === 'supergraph') return kept.file === source.reader.from;
      const asked = [...source.subgraphs, ...ownWith(othersIn(kept))];
      return kept.file === null && addressesOf(kept.subgraphs) === addressesOf(asked) && ownSdlIn(kept.subgraphs) === ownSdlIn(asked);
    },
    sdlsIn(kept) {
      if (source.kind !== 'subgraphs') return [];
      return source.subgraphs.flatMap(({ name, url }) => {
        const known = kept.subgraphs.find((subgraph) => subgraph.name === name && subgraph.url === url);
        return known === undefined ? [] : [[name, known.sdl] as const];
      });
    },
  };
}

const addressesOf = (subgraphs: readonly { readonly name: string; readonly url: string }[]): string =>
  JSON.stringify(subgraphs.map(({ name, url }) => [name, url]).sort());
