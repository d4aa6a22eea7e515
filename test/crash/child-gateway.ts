/** `fieldgate serve` as a process of its own, on a folder that outlives it: to be killed, and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { GatewayConfig } from '../../src/config/config.ts';
import { createGateway } from '../../src/gateway.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { temporaryFolder, whenOver } from '../harness.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Of a file below `src`, as a module specifier in a configuration that lies elsewhere. */
export const source = (file: string): string => JSON.stringify(pathToFileURL(join(root, 'src', file)).href);

/** A folder with a configuration whose `default` route goes to an OpenAI-compatible server. */
export function configFolder(upstreamUrl: string, server: object = {}): string {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'gateway.config.ts'),
    `import { defineConfig } from ${source('config/config.ts')};
import { Secret } from ${source('core/secret.ts')};
import { openaiCompatibleProvider } from ${source('providers/openai-compatible.ts')};

export default defineConfig({
  providers: { local: openaiCompatibleProvider({ name: 'local', apiKey: new Secret('sk-of-the-child'), baseUrl: '${upstreamUrl}/v1' }) },
  deployments: { local: { provider: 'local', model: 'qwen3', price: { input: 1, output: 2 }, maxOutputTokens: 100 } },
  routes: { default: { deployments: ['local'], attempts: 1 } },
  server: ${JSON.stringify(server)},
});
`,
  );
  return folder;
}

export interface AskedGateway {
  /** With `/graphql`. */
  readonly url: string;
  readonly developmentKey: string;
}

export interface ChildGateway extends AskedGateway {
  readonly process: ChildProcess;
  /** Everything it has written so far. */
  output(): string;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly exited: Promise<number | string | null>;
}

export async function startChild(folder: string): Promise<ChildGateway> {
  const child = spawn(
    process.execPath,
    [join(root, 'src/main.ts'), 'serve', '--port', '0', '--no-warm-up', '--config', join(folder, 'gateway.config.ts')],
    {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  whenOver(() => void child.kill('SIGKILL'));
  let written = '';
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  const keep = (piece: Buffer): void => {
    written += piece;
    if (/Your key +fg_\S+/.test(written)) resolve();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exited = once(child, 'exit').then(([code, signal]) => (signal ?? code) as number | string | null);
  void exited.then((code) => reject(new Error(`The gateway ended with ${code}: ${written}`)));
  await listening;
  const [, url = ''] = /(http:\S+\/graphql)/.exec(written) ?? [];
  const [, developmentKey = ''] = /Your key +(fg_\S+)/.exec(written) ?? [];
  // Listening comes first; the graph is composed a moment later.
  while (!(await fetch(new URL('/health/ready', url))).ok) await new Promise((next) => setTimeout(next, 50));
  return { url, developmentKey, process: child, output: () => written, exited };
}

/** A gateway on the folder in the process of the test, which is another than the child: it costs no start of a process. */
export async function startHere(folder: string): Promise<AskedGateway> {
  const { default: config } = (await import(pathToFileURL(join(folder, 'gateway.config.ts')).href)) as { readonly default: GatewayConfig };
  const gateway = await createGateway(config, { folder, loopback: true, log: silentLog });
  whenOver(() => gateway.close());
  const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 });
  await gateway.graph.refresh();
  return { url: `${url}/graphql`, developmentKey: gateway.developmentKey ?? '' };
}
