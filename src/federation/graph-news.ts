/** Logs the state of a living graph: each state once, and a graph that is only starting without an alarm. */

export type GraphLog = (level: 'info' | 'warn', message: string, details?: Readonly<Record<string, unknown>>) => void;

/** Milliseconds in which sources may still be starting, so that a source without an answer is not reported as a failure. */
const graceMs = 5_000;

export interface GraphNews {
  /** `reasons`: why the newest sources are not what is served. `silent`: names of the subgraphs that did not answer. */
  tell(reasons: readonly string[], served: boolean, silent: readonly string[]): void;
  tellFailure(message: string, errorId: string, cause: string): void;
}

export function graphNews(log: GraphLog, now: () => number): GraphNews {
  const openedAt = now();
  let told: { readonly reasons: string; readonly starting: boolean } | null = null;
  return {
    tell(reasons, served, silent) {
      const starting = !served && now() - openedAt < graceMs;
      const news = reasons.join('\n');
      if (news !== (told?.reasons ?? '') || (news !== '' && told?.starting !== starting)) {
        if (news === '') {
          if (told?.starting === false) log('info', 'The graph is what its sources say again.');
        } else if (starting) {
          log('info', 'Waiting for the sources of the graph.', silent.length === 0 ? { reasons } : { subgraphs: silent });
        } else log('warn', 'The graph is not what its sources say.', { reasons });
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
