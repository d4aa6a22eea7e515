/** Logs the state of a living graph. Each state is logged once, and a graph that is only starting is not an alarm. */
import type { ReadSubgraph } from './compose/compose-sources.ts';

export type GraphLog = (level: 'info' | 'warn', message: string, details?: Readonly<Record<string, unknown>>) => void;

/** Time in milliseconds in which sources may still be starting. A source without an answer is not reported as a failure before. */
const graceMs = 5_000;

export interface GraphNews {
  /** `reasons`: why the newest sources are not served. `subgraphs`: as their SDL was read. */
  tell(reasons: readonly string[], served: boolean, subgraphs: readonly ReadSubgraph[]): void;
  tellFailure(message: string, errorId: string, cause: string): void;
}

export function graphNews(log: GraphLog, monotonicMs: () => number): GraphNews {
  const openedAt = monotonicMs();
  let told: { readonly reasons: string; readonly starting: boolean } | null = null;
  return {
    tell(reasons, served, subgraphs) {
      const starting = !served && monotonicMs() - openedAt < graceMs;
      const news = reasons.join('\n');
      const silent = subgraphs.filter(({ healthy }) => !healthy);
      const known = silent.filter(({ cause }) => cause !== null);
      const causes = known.length === 0 ? {} : { causes: Object.fromEntries(known.map(({ name, cause }) => [name, cause])) };
      if (news !== (told?.reasons ?? '') || (news !== '' && told?.starting !== starting)) {
        if (news === '') {
          if (told?.starting === false) log('info', 'The graph is what its sources say again.');
        } else if (starting) {
          log(
            'info',
            'Waiting for the sources of the graph.',
            silent.length === 0 ? { reasons } : { subgraphs: silent.map(({ name }) => name), ...causes },
          );
        } else log('warn', 'The graph is not what its sources say.', { reasons, ...causes });
      }
      told = news === '' ? null : { reasons: news, starting };
    },
    tellFailure(message, errorId, cause) {
      const news = `${message} ${cause}`;
      if (news !== told?.reasons) log('warn', message, { errorId, cause });
      told = { reasons: news, starting: false };
    },
  };
}
