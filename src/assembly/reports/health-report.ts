/** What `aiHealth` tells of the parts of this process. */
import { readFileSync } from 'node:fs';
import type { Graph } from '../../federation/graph.ts';
import type { SubgraphStandings } from '../../federation/subgraphs/access/subgraph-standings.ts';
import type { HealthView } from '../../graphql/result-views.ts';
import type { Route } from '../../routing/route.ts';
import type { PublicSchemaFor } from '../../server/pages/schema-page.ts';
import type { Storage } from '../../storage/storage.ts';
import { aiSubgraph } from '../graph/configured-graph.ts';

export interface HealthParts {
  readonly storage: Pick<Storage, 'problems' | 'ledger'>;
  readonly routes: ReadonlyMap<string, Route>;
  readonly graph: Pick<Graph, 'status' | 'subgraphNames'>;
  readonly standings: SubgraphStandings;
  readonly publicSchema: PublicSchemaFor;
}

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { readonly version: string };

export function healthReport({ storage, routes, graph, standings, publicSchema }: HealthParts): HealthView {
  const deployments = new Map([...routes.values()].flatMap((route) => route.deployments.map((each) => [each.id, each] as const)));
  return {
    version,
    startedAt: Math.round(performance.timeOrigin),
    memoryBytes: process.memoryUsage.rss(),
    storeProblems: () => storage.problems(),
    graph() {
      const { ready, reasons, composedAt, engine } = graph.status();
      return {
        ready,
        reasons,
        hash: publicSchema(null)?.etag.replaceAll('"', '') ?? null,
        since: composedAt,
        engine,
        subgraphs: graph
          .subgraphNames()
          .filter((name) => name !== aiSubgraph)
          .map((name) => {
            const standing = standings.of(name);
            return { name, answered: standing.answered(), breaker: standing.circuit() };
          }),
      };
    },
    ledger: () => ({ writable: storage.ledger.writable(), waitingCalls: storage.ledger.waiting() }),
    unpricedDeployments: [...deployments.values()].filter(({ price }) => price === null).map(({ id }) => id),
  };
}
