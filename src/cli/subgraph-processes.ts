/** Starts the programs of the configuration that serve subgraphs, and ends them with the gateway. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { SubgraphConfig } from '../config/config.ts';

export interface SubgraphProcesses {
  stop(): void;
}

/** Each gets its port, from its subgraph's URL, in PORT, and an IPC channel that closes when the gateway ends. */
export function startSubgraphs(
  subgraphs: readonly SubgraphConfig[],
  folder: string,
  onExit: (subgraph: SubgraphConfig, code: number | null) => void,
): SubgraphProcesses {
  const children: ChildProcess[] = [];
  let stopping = false;
  for (const subgraph of subgraphs) {
    const { url, run } = subgraph;
    const [program, ...args] = run ?? [];
    if (program === undefined || url === undefined) continue;
    const child = spawn(program === 'node' ? process.execPath : program, args, {
      cwd: folder,
      env: { ...process.env, PORT: new URL(url).port },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('error', () => onExit(subgraph, null));
    child.on('exit', (code) => {
      if (!stopping) onExit(subgraph, code);
    });
    children.push(child);
  }
  return {
    stop() {
      stopping = true;
      for (const child of children) child.kill();
    },
  };
}
