import type { GraphConfig } from '../../config/config.ts';
import { withDefaults } from '../../config/kinds/section.ts';
import { demandSection } from '../../config/sections/graph/demand-section.ts';
import type { Graph } from '../../federation/graph.ts';
import { listSizesOf } from '../../graphql/quote/declared-list-sizes.ts';
import { demandRulesOf } from '../../graphql/quote/declared-weights.ts';
import type { AdmissionOptions } from '../../operations/admit.ts';

/** What one operation may demand of subgraphs. */
export function demandLimit(
  demand: NonNullable<GraphConfig['demandControl']>,
  graph: Pick<Graph, 'supergraphSdl'>,
): NonNullable<AdmissionOptions['demand']> {
  const { maxCost, listSize } = withDefaults(demandSection, demand);
  return { max: maxCost, rules: demandRulesOf(graph, { listSizeOf: listSizesOf(graph), assumedListSize: listSize }) };
}
