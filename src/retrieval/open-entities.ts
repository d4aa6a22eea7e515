/** Indexes of entities put together from their parts: what `gateway.ts` calls. */
import { abortError, sleep, throwIfAborted, untilAborted } from '../core/abort.ts';
import type { Handler, Principal } from '../core/call.ts';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import type { Jobs } from '../storage/jobs.ts';
import type { Passages } from '../storage/passages.ts';
import type { Entities, EntityIndexOptions, EntityPager, VisibilityTest } from './entities.ts';
import { findEntities } from './entity-find.ts';
import { refreshIndex } from './entity-refresh.ts';
import { type IndexTurnsOptions, indexTurns } from './index-turns.ts';
import type { IngestCallMaker } from './source.ts';

export interface EntitiesOptions {
  readonly indexes: readonly EntityIndexOptions[];
  readonly passages: Passages;
  /** Where the turns are kept. */
  readonly jobs: Jobs;
  readonly handle: Handler;
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
  readonly mostEntities?: number;
  readonly turns?: IndexTurnsOptions;
  /** Texts embedded by one call. Default: 96, the least that the usual embedding APIs take. */
  readonly textsPerCall?: number;
}

/**
 * Nothing is looked at before `start` or `refresh`. Several processes may share the storage: they look in turn, and what one
 * has embedded the others find unchanged.
 */
export function openEntities(options: EntitiesOptions): Entities {
  const { passages, jobs, handle, callFor, principal, page, visible, onFailure } = options;
  const { everyMs = 300_000, retryMs = 5_000, mostEntities = 100_000, textsPerCall = 96 } = options;
  const indexes = new Map(options.indexes.map((index) => [index.name, index]));
  const refreshing = { passages, handle, callFor, principal, page, onFailure, mostEntities, textsPerCall };
  const turn = indexTurns(jobs, options.turns);
  const stopping = new AbortController();
  /** Looks stand in line: a second one begins when the first has ended, so that it sees what the first could not. */
  let last: Promise<void> = Promise.resolve();
  let keeping: Promise<void> | null = null;

  const look = async (signal: AbortSignal): Promise<void> => {
    let failed: GatewayError | null = null;
    for (const index of indexes.values()) {
      throwIfAborted(signal);
      try {
        await turn(index.name, signal, (until) => refreshIndex(refreshing, index, until));
      } catch (error) {
        if (signal.aborted) throw abortError(signal);
        const failure = asGatewayError(error);
        failed ??= failure;
        onFailure(failure, index.name);
      }
    }
    if (failed !== null) throw failed;
  };

  const refresh = (signal: AbortSignal): Promise<void> => {
    const until = AbortSignal.any([signal, stopping.signal]);
    const turn = last.then(() => look(until));
    last = turn.catch(() => {});
    return untilAborted(turn, until);
  };

  const keepFresh = async (signal: AbortSignal): Promise<void> => {
    for (let waitMs = retryMs; !signal.aborted; ) {
      const fresh = await refresh(signal).then(
        () => true,
        () => false,
      );
      await sleep(fresh ? everyMs : waitMs, signal).catch(() => {});
      waitMs = fresh ? retryMs : Math.min(2 * waitMs, everyMs);
    }
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
      if (indexes.size > 0 && !stopping.signal.aborted) keeping ??= keepFresh(stopping.signal);
    },
    async stop() {
      stopping.abort(new GatewayError('CANCELLED', 'The gateway is stopping.'));
      await Promise.all([keeping, last]);
    },
  };
}
