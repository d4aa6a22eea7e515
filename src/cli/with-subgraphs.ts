import { setTimeout as wait } from 'node:timers/promises';
import type { SubgraphConfig } from '../config/config.ts';
import { readSubgraph } from '../federation/compose/sources.ts';
import { startSubgraphs } from './subgraph-processes.ts';

/** A program that has not answered by then is not waited for: the work then says that its subgraph does not answer. */
const maxWaitMs = 10_000;
const askEveryMs = 100;

/**
 * Does the work while the subgraphs that come with a program run: those that do not answer already are started for it, and ended.
 * `ended`: a sentence for each of those whose program could not be started, or ended by itself.
 */
export async function withSubgraphs<T>(
  subgraphs: readonly SubgraphConfig[],
  folder: string,
  work: (ended: readonly string[]) => Promise<T>,
): Promise<T> {
  const ours = subgraphs.filter(({ run, sdl }) => run !== undefined && sdl === undefined);
  const states = await Promise.all(ours.map(async (subgraph) => ({ subgraph, answers: await answers(subgraph) })));
  const silent = states.filter((state) => !state.answers).map(({ subgraph }) => subgraph);
  const ended = new Map<string, string>();
  const processes = startSubgraphs(silent, folder, ({ name, run = [] }, code) => {
    const how = code === null ? 'could not be started' : `ended with code ${code}`;
    ended.set(name, `The program of the subgraph "${name}" (${run.join(' ')}) ${how}. Run it in ${folder} to see why.`);
  });
  try {
    const until = performance.now() + maxWaitMs;
    await Promise.all(
      silent.map(async (subgraph) => {
        while (!ended.has(subgraph.name) && performance.now() < until && !(await answers(subgraph))) await wait(askEveryMs);
      }),
    );
    return await work([...ended.values()]);
  } finally {
    processes.stop();
  }
}

async function answers({ name, url }: SubgraphConfig): Promise<boolean> {
  if (url === undefined) return false;
  return readSubgraph({ name, url }, AbortSignal.timeout(2_000)).then(
    () => true,
    () => false,
  );
}
