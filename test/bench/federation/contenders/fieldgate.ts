/** Fieldgate as it is served, before the two subgraphs of the benchmark. */
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Child, spawned } from '../../gateway/children.ts';

const root = resolve(import.meta.dirname, '../../../..');
const config = ['--config', join(import.meta.dirname, 'graph.config.ts')];
const maxStartMs = 60_000;

export interface FieldgateSettings {
  readonly subgraphs: string;
  /** For its state; a folder of its own. */
  readonly folder: string;
  readonly engine: 'planner' | 'stitching';
  readonly ai: boolean;
  /** Whether each request shows a key; without one, the graph is open. */
  readonly withKey: boolean;
}

export interface Served {
  readonly child: Child;
  readonly headers: Readonly<Record<string, string>>;
}

export async function fieldgate({ subgraphs, folder, engine, ai, withKey }: FieldgateSettings): Promise<Served> {
  const env = {
    BENCH_SUBGRAPHS: subgraphs,
    BENCH_STATE: folder,
    BENCH_ENGINE: engine,
    BENCH_AI: ai ? 'on' : 'off',
    BENCH_OPEN: withKey ? 'off' : 'on',
  };
  const create = ['src/main.ts', 'keys', 'create', '--name', 'bench', '--team', 'bench', '--rpm', '9000000', ...config];
  const key = withKey
    ? execFileSync(process.execPath, create, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    : null;
  const child = await spawned(['--max-semi-space-size=16', 'src/main.ts', 'serve', ...config, '--port', '0'], { cwd: root, env });
  const endsAt = performance.now() + maxStartMs;
  while (!(await fetch(`${child.url}/health/ready`)).ok) {
    if (performance.now() > endsAt) throw new Error('The gateway is not ready.');
    await wait(100);
  }
  return { child, headers: key === null ? {} : { authorization: `Bearer ${key.toString().trim()}` } };
}
