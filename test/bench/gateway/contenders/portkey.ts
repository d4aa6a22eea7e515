/**
 * `@portkey-ai/gateway`, the gateway of another project, as a contender. It is no dependency of this one: npm fetches it into a
 * temporary folder, where it stays for the next run. Null where there is no way to it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawned } from '../children.ts';
import { question } from '../vendor/answer-text.ts';
import { asked, type Contender } from './contenders.ts';

const version = '1.15.2';
const maxInstallMs = 180_000;

export async function portkey(upstream: string): Promise<Contender | null> {
  const folder = join(tmpdir(), `fieldgate-bench-portkey-${version}`);
  const program = join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js');
  if (!existsSync(program)) install(folder);
  if (!existsSync(program)) return null;
  return asked(await spawned([program, '--headless', `--port=${await freePort()}`], { cwd: folder }), {
    path: '/v1/chat/completions',
    headers: {
      'content-type': 'application/json',
      authorization: 'Bearer none',
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': upstream,
    },
    body: JSON.stringify({ model: 'answer', messages: [{ role: 'user', content: question }], max_tokens: 400 }),
    proofs: [`You asked: ${question}`],
  });
}

/** Without its scripts: it runs as it was published. */
function install(folder: string): void {
  const args = [
    'install',
    `@portkey-ai/gateway@${version}`,
    '--prefix',
    folder,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--fetch-retries=0',
  ];
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('npm', args, { stdio: 'ignore', timeout: maxInstallMs });
  } catch {
    // Whoever measures sees it: the row says that it is not installed.
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
