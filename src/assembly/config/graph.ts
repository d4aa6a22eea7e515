/** The subgraphs or the supergraph, the files of AI fields and prompts, and the bounds of an operation. */
import type { GatewayConfig } from '../../config.ts';
import { nanoUsdOf } from '../../core/money.ts';
import { isWhole, notThere } from './told.ts';

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
  if (graph.pollSeconds !== undefined && !(graph.pollSeconds >= 0))
    found.push(`graph.pollSeconds is ${graph.pollSeconds}. It must be a number of seconds, 0 or more; 0 never asks again.`);
  for (const [index, { name, url, timeoutMs = 1, retries = 0 }] of subgraphs.entries()) {
    if (!isWhole(timeoutMs, 1))
      found.push(`graph.subgraphs.${index}.timeoutMs is ${timeoutMs}. It must be a whole number of milliseconds above 0.`);
    if (!isWhole(retries, 0)) found.push(`graph.subgraphs.${index}.retries is ${retries}. It must be a whole number, 0 or more.`);
    if (!/^[A-Za-z][\w-]*$/.test(name) || name === 'ai')
      found.push(
        `graph.subgraphs.${index}.name is "${name}". It must begin with a letter, hold letters, digits, _ and -, and not be "ai", which is our own.`,
      );
    if (subgraphs.findIndex((other) => other.name === name) !== index)
      found.push(`graph.subgraphs.${index}.name is "${name}" a second time. Each subgraph needs a name of its own.`);
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      found.push(`graph.subgraphs.${index}.url is "${url}". It must be an http or https address.`);
  }
  if (graph.mostPerOperation !== undefined && nanoUsdOf(graph.mostPerOperation) === null) {
    found.push(`graph.mostPerOperation is "${graph.mostPerOperation}". It must be US dollars as text, such as "0.50".`);
  }
  if (graph.mostObjects !== undefined && !(Number.isSafeInteger(graph.mostObjects) && graph.mostObjects > 0)) {
    found.push(`graph.mostObjects is ${graph.mostObjects}. It must be a whole number from 1 on.`);
  }
  return found;
}
