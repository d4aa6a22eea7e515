/**
 * Stores the last servable graph for the next start: after a restart while a subgraph is down, or while the newest SDL does
 * not compose, the gateway serves that graph.
 */
import type { Subgraph } from './compose/composition.ts';

/** Where it is kept. Both may reject. The graph is served nevertheless. */
export interface LastGoodStore {
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
}

export interface LastGood {
  /** The file or the server that the ready supergraph was read from; null: it was composed. */
  readonly file: string | null;
  /** What it was composed of, our own subgraph last. */
  readonly subgraphs: readonly Subgraph[];
  readonly supergraphSdl: string;
}

export interface LastGoodKeeper {
  /** What is kept, read once; null: nothing, or nothing that this version understands. Never rejects. */
  recall(): Promise<LastGood | null>;
  /** Writes it, unless it is what is kept. Never rejects. */
  keep(graph: LastGood): Promise<void>;
}

export function lastGoodKeeper(store: LastGoodStore | undefined, warn: (message: string, cause: unknown) => void): LastGoodKeeper {
  let recalled: Promise<LastGood | null> | null = null;
  let written: string | null = null;
  return {
    recall() {
      recalled ??= (store?.read() ?? Promise.resolve(null)).then(
        (text) => {
          written = text;
          return text === null ? null : lastGoodIn(text);
        },
        (cause: unknown) => {
          warn('The graph that was served before the restart cannot be read.', cause);
          return null;
        },
      );
      return recalled;
    },
    async keep(graph) {
      const text = JSON.stringify({ version, ...graph });
      if (store === undefined || text === written) return;
      try {
        await store.write(text);
        written = text;
      } catch (cause) {
        warn('The graph could not be kept for the next start. It is served all the same.', cause);
      }
    },
  };
}

const version = 1;

function lastGoodIn(text: string): LastGood | null {
  try {
    const { version: kept, file, subgraphs, supergraphSdl } = JSON.parse(text) as Partial<LastGood> & { readonly version?: unknown };
    const isWhole =
      kept === version &&
      (file === null || typeof file === 'string') &&
      typeof supergraphSdl === 'string' &&
      Array.isArray(subgraphs) &&
      subgraphs.every((subgraph: Partial<Subgraph>) =>
        [subgraph.name, subgraph.url, subgraph.sdl].every((part) => typeof part === 'string'),
      );
    return isWhole ? { file, subgraphs, supergraphSdl } : null;
  } catch {
    return null;
  }
}
