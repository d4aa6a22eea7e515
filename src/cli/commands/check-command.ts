import { styleText } from 'node:util';
import type { Arguments } from '../arguments.ts';
import { composedGraph } from '../composed-graph.ts';
import { type LoadedConfig, loadConfig } from '../load-config.ts';

/** All mistakes at once on standard error, and exit code 1 if there is any; notes on standard output. */
export async function check(args: Arguments): Promise<void> {
  const loaded = await loadConfig(args);
  const { config, folder, fields, warnings } = loaded;
  const mistakes = [...loaded.mistakes, ...(isComposable(loaded) ? (await composedGraph(config, folder, fields.read)).mistakes : [])];
  for (const warning of warnings) process.stdout.write(`${styleText('yellow', 'note')} ${warning}\n`);
  for (const mistake of mistakes) process.stderr.write(`${styleText('red', 'mistake', { stream: process.stderr })} ${mistake}\n`);
  if (mistakes.length === 0) process.stdout.write(`${sound(loaded)}\n`);
  else process.stderr.write(`${counted(mistakes.length, 'mistake')}.\n`);
  process.exitCode = mistakes.length === 0 ? 0 : 1;
}

/** AI fields and sources with mistakes would compose to mistakes of their own, which mislead. */
const isComposable = ({ fields, mistakes }: LoadedConfig): boolean =>
  fields.mistakes.length === 0 && !mistakes.some((mistake) => mistake.startsWith('graph'));

function sound({ config: { routes, deployments, graph = {} }, fields: { read, prompts } }: LoadedConfig): string {
  const parts = [
    counted(Object.keys(routes).length, 'route'),
    counted(Object.keys(deployments).length, 'deployment'),
    counted(read.fields.length, 'AI field'),
    counted(new Set([...prompts.values()].map(({ file }) => file)).size, 'prompt'),
    graph.supergraph === undefined ? counted(graph.subgraphs?.length ?? 0, 'subgraph') : 'a supergraph',
  ];
  return `All is well: ${parts.join(', ')}.`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
