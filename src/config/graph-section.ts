/** The subgraphs or the supergraph, the files of AI fields and prompts, and the bounds of an operation. */
import type { GatewayConfig } from './config.ts';
import { isAmount, isUsd, notThere, shown } from './mistake-sentences.ts';
import { subgraphMistakes } from './subgraph-section.ts';

export function graphMistakes({ graph = {} }: GatewayConfig, folder: string): string[] {
  const { supergraph, subgraphs = [], fields = [], prompts } = graph;
  const found: string[] = [];
  if (supergraph !== undefined && subgraphs.length > 0)
    found.push('graph has a supergraph and subgraphs. Give one: a composed file, or what is to be composed.');
  if (graph.ai === false && supergraph === undefined && subgraphs.length === 0)
    found.push('graph.ai is false, and there is no other graph. Give graph.supergraph or graph.subgraphs, or serve the AI subgraph.');
  if (graph.ai === false && fields.length > 0) found.push('graph.ai is false, but graph.fields has AI fields. Leave one out.');
  const files = [
    ...(supergraph === undefined ? [] : [['graph.supergraph', supergraph] as const]),
    ...(prompts === undefined ? [] : [['graph.prompts', prompts] as const]),
    ...fields.map((file, index) => [`graph.fields.${index}`, file] as const),
    ...subgraphs.flatMap(({ sdl }, index) => (sdl === undefined ? [] : [[`graph.subgraphs.${index}.sdl`, sdl] as const])),
  ];
  found.push(...files.flatMap(([path, file]) => notThere(path, file, folder)));
  if (graph.pollSeconds !== undefined && !isAmount(graph.pollSeconds))
    found.push(`graph.pollSeconds is ${shown(graph.pollSeconds)}. It must be a number of seconds, 0 or more; 0 never asks again.`);
  found.push(...subgraphMistakes(subgraphs));
  for (const label of graph.overrideLabels ?? [])
    if (typeof label !== 'string' || label.startsWith('percent('))
      found.push(
        `graph.overrideLabels has ${shown(label)}. It must be a label of @override, such as "new-prices"; percent(x) is drawn and cannot be turned on.`,
      );
  if (graph.maxCostPerOperation !== undefined && !isUsd(graph.maxCostPerOperation)) {
    found.push(`graph.maxCostPerOperation is ${shown(graph.maxCostPerOperation)}. It must be US dollars as text, such as "0.50".`);
  }
  if (graph.maxObjects !== undefined && !(Number.isSafeInteger(graph.maxObjects) && graph.maxObjects > 0)) {
    found.push(`graph.maxObjects is ${shown(graph.maxObjects)}. It must be a whole number from 1 on.`);
  }
  return found;
}
