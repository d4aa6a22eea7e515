/** Assembles the indexes of entities from their parts. */

import type { Handlers, Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import { throwIfAborted } from '../../core/turns/abort.ts';
import type { Jobs } from '../../storage/jobs/jobs.ts';
import type { Passages } from '../../storage/passages/passages.ts';
import type { IngestCallMaker } from '../ingestion/source.ts';
import type { Entities, EntityIndexOptions, EntityPager, VisibilityTest } from './entities.ts';
import { findEntities } from './entity-find.ts';
import { refreshIndex } from './entity-refresh.ts';
import { indexKeeper } from './index-keeper.ts';
import { type IndexTurnsOptions, indexTurns } from './index-lease.ts';

export interface EntitiesOptions {
  readonly indexes: readonly EntityIndexOptions[];
  readonly passages: Passages;
  /** The jobs that hold the leases. */
  readonly jobs: Jobs;
  readonly handle: Handlers;
  /** Calls that embed the indexes, which no operation waits for; those of a search come with it. */
  readonly callFor: IngestCallMaker;
  /** On whose account the indexes are embedded. */
  readonly principal: Principal;
  readonly page: EntityPager;
  readonly visible: VisibilityTest;
  readonly onFailure: (error: GatewayError, index: string) => void;
  /** Milliseconds between two looks at the graph. Default: 5 minutes. */
  readonly everyMs?: number;
  /** Milliseconds to the next look after one that failed; doubled at each, up to `everyMs`. Default: 5 s. */
  readonly retryMs?: number;
  /** Of one index. Default: 100,000. */
  readonly maxEntities?: number;
  readonly turns?: IndexTurnsOptions;
  /** Texts embedded by one call. Default: 96, the least that the usual embedding APIs take. */
  readonly textsPerCall?: number;
}

/**
 * Nothing is looked at before `start` or `refresh`. Several processes may share the storage: they look at an
 * index in turn, and what one has embedded the others find unchanged. Indexes are looked at side by side.
 */
export function openEntities(options: EntitiesOptions): Entities {
  const { passages, jobs, handle, callFor, principal, page, visible, onFailure } = options;
  const { everyMs = 300_000, retryMs = 5_000, maxEntities = 100_000, textsPerCall = 96 } = options;
  const indexes = new Map(options.indexes.map((index) => [index.name, index]));
  const refreshing = { passages, handle, callFor, principal, page, onFailure, maxEntities, textsPerCall };
  const turn = indexTurns(jobs, options.turns);
  const stopping = new AbortController();
  const keepers = options.indexes.map((index) =>
    indexKeeper({
      look: (signal) => turn(index.name, signal, (until) => refreshIndex(refreshing, index, until)),
      onFailure: (failure) => onFailure(failure, index.name),
      everyMs,
      retryMs,
    }),
  );
  let keeping: Promise<unknown> | null = null;

  /** Tries all, and then throws the first failure. */
  const refresh = async (signal: AbortSignal): Promise<void> => {
    const until = AbortSignal.any([signal, stopping.signal]);
    throwIfAborted(until);
    const looks = await Promise.allSettled(keepers.map((keeper) => keeper.refresh(until)));
    for (const look of looks) if (look.status === 'rejected') throw look.reason;
  };

  const indexNamed = (name: string): EntityIndexOptions => {
    const index = indexes.get(name);
    if (index !== undefined) return index;
    const names = [...indexes.keys()].join(', ') || 'none';
    throw new GatewayError('BAD_REQUEST', `There is no index "${name.slice(0, 80)}". Indexes: ${names}.`);
  };
  const find: Entities['find'] = async (query) => findEntities({ passages, handle, visible }, indexNamed(query.index), query);

  return {
    has: (name) => indexes.has(name),
    find,
    similar: async (query) => (await find(query)).hits.map(({ entity }) => entity),
    refresh,
    start() {
      if (!stopping.signal.aborted) keeping ??= Promise.all(keepers.map((keeper) => keeper.keepFresh(stopping.signal)));
    },
    async stop() {
      stopping.abort(new GatewayError('CANCELLED', 'The gateway is stopping.'));
      await Promise.all([keeping, ...keepers.map((keeper) => keeper.idle())]);
    },
  };
}
