/**
 * Hive Gateway with its Rust query planner, the gateway of another project, as a contender. It is no dependency of this one: npm
 * fetches it into a temporary folder, where it stays for the next run. Null where there is no way to it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Child, spawned } from '../../gateway/children.ts';

export const hiveVersions = { gateway: '2.15.1', runtime: '1.4.23' } as const;
/** Its packages ask for versions that not every registry has. */
const overrides = { '@graphql-tools/delegate': '12.2.1', '@graphql-tools/wrap': '11.2.1', '@graphql-tools/batch-execute': '10.2.0' };
const maxInstallMs = 600_000;
const maxStartMs = 60_000;

export async function hive(supergraphSdl: string, folder: string): Promise<Child | null> {
  const home = join(tmpdir(), `fieldgate-bench-hive-${hiveVersions.gateway}`);
  const program = join(home, 'node_modules/@graphql-hive/gateway/dist/bin.js');
  if (!existsSync(program)) install(home);
  if (!existsSync(program)) return null;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'supergraph.graphql'), supergraphSdl);
  const port = await freePort();
  const file = join(folder, 'supergraph.graphql');
  const args = [program, 'supergraph', file, '--host', '127.0.0.1', '--port', String(port), '--fork', '1', '--hive-router-runtime'];
  const child = await spawned(args, { cwd: home });
  const url = `http://127.0.0.1:${port}`;
  const endsAt = performance.now() + maxStartMs;
  while (
    !(await fetch(`${url}/readiness`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (performance.now() > endsAt) throw new Error('Hive Gateway is not ready.');
    await wait(100);
  }
  return { ...child, url };
}

/** Without its scripts: it runs as it was published. */
function install(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const dependencies = {
    '@graphql-hive/gateway': hiveVersions.gateway,
    '@graphql-hive/router-runtime': hiveVersions.runtime,
    graphql: '16.14.0',
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies, overrides }));
  try {
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=0'];
    execFileSync('npm', args, { cwd: folder, stdio: 'ignore', timeout: maxInstallMs });
  } catch {
    // Whoever measures sees it: the table says that it is not installed.
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
