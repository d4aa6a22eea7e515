/** The plan of an operation as text for people: each request with what it waits for, what is sent of its entities, and what it asks. */
import type { ShownPlan } from '../../server/document/shown-plan.ts';

const engines: Readonly<Record<ShownPlan['engine'], string>> = {
  planner: 'requests to subgraphs, by the query planner. Each begins when those that it waits for have answered.',
  stitching: 'The operation is stitched: which subgraph is asked for what is decided while it runs.',
  none: 'The AI subgraph in this process answers the operation alone, without a plan.',
};

export function planText({ engine, fetches }: Pick<ShownPlan, 'engine' | 'fetches'>): string {
  if (engine !== 'planner') return engines[engine];
  if (fetches.length === 0) return 'The operation asks no subgraph.';
  const count = fetches.length === 1 ? '1 request to a subgraph, by the query planner.' : `${fetches.length} ${engines.planner}`;
  return [count, ...fetches.map(fetchText)].join('\n\n');
}

type Fetch = ShownPlan['fetches'][number];

function fetchText({ id, subgraph, inProcess, after, at, requires, when, deferred, operation, aiFields = [] }: Fetch): string {
  const facts = [
    ...(inProcess ? ['in this process'] : []),
    ...(after.length === 0 ? [] : [`after ${after.join(', ')}`]),
    ...(when.length === 0 ? [] : [`when ${when.join(' and ')}`]),
    ...(deferred ? ['deferred'] : []),
  ];
  const lines = [
    `${id}. ${subgraph}${facts.length === 0 ? '' : ` (${facts.join('; ')})`}`,
    ...(at.length === 0 ? [] : [`   for ${at.join(', ')}`]),
    ...(requires === null ? [] : [`   by ${requires}`]),
    ...aiFields.map(({ path, coordinate, calls, cost }) => `   asks a model: ${path} (${coordinate}), ${calls} calls, ${costText(cost)}`),
    ...operation.split('\n').map((line) => `     ${line}`),
  ];
  return lines.join('\n');
}

const costText = (cost: string | null): string => (cost === null ? 'price unknown' : `at most ${cost} USD`);
