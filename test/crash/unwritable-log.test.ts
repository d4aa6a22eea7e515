import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { eventually } from '../gateway/asking.ts';
import { whenOver } from '../harness.ts';
import { rawUpstream } from '../raw-upstream.ts';
import { perRound } from '../rounds.ts';
import { post } from '../server/http-client.ts';
import { configFolder } from './child-gateway.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface Running {
  readonly url: string;
  readonly key: string;
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
}

/** A gateway whose calls all fail (a warning each), with its standard output as given. */
async function started(stdout: 'pipe' | number): Promise<Running> {
  const upstream = await rawUpstream();
  whenOver(() => upstream.close());
  upstream.plays({ status: 500, headers: { 'content-type': 'application/json' }, pieces: ['{"error":{"message":"broken"}}'] });
  const folder = configFolder(upstream.url);
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [join(root, 'src/main.ts'), 'serve', '--port', String(port), '--no-warm-up', '--config', join(folder, 'gateway.config.ts')],
    { cwd: folder, env: { PATH: process.env['PATH'] ?? '', HOME: folder }, stdio: ['ignore', stdout, 'ignore'] },
  );
  whenOver(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit').then(([code, signal]: unknown[]) => signal ?? code);
  const origin = `http://127.0.0.1:${port}`;
  await eventually(
    'it is ready',
    () =>
      fetch(`${origin}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    (ok) => ok,
  );
  const keyFile = join(folder, '.fieldgate', 'development-key');
  await eventually(
    'its key is there',
    async () => existsSync(keyFile),
    (there) => there,
  );
  const [key = ''] = /fg_\S+/.exec(readFileSync(keyFile, 'utf8')) ?? [];
  return { url: `${origin}/graphql`, key, child, exited };
}

async function failingCall({ url, key }: Running, at: number): Promise<string> {
  const query = `{ completion(input: { prompt: { text: "call ${at}" } }) { ... on Failure { code } } }`;
  const response = await post(url, { query }, { authorization: `Bearer ${key}` });
  return ((await response.json()) as { data: { completion: { code: string } } }).data.completion.code;
}

async function metric({ url, key }: Running, name: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', url), { headers: { authorization: `Bearer ${key}` } })).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

describe('a log that cannot be written', () => {
  it.skipIf(!existsSync('/dev/full'))(
    'a log that cannot be written because its disk is full ends no process, delays no call, and counts what is lost',
    { timeout: 120_000 },
    async () => {
      const full = openSync('/dev/full', 'w');
      whenOver(() => closeSync(full));
      const gateway = await started(full);
      for (let at = 0; at < 10; at += 1) expect(await failingCall(gateway, at)).toBe('MODEL_UNAVAILABLE');
      expect((await fetch(new URL('/health/live', gateway.url))).status).toBe(200);
      expect(await metric(gateway, 'fieldgate_log_lines_dropped_total')).toBeGreaterThanOrEqual(10);
      gateway.child.kill('SIGTERM');
      expect(await gateway.exited).toBe(0);
    },
  );

  it('a log that cannot be written because nobody reads it delays no call, and the gateway ends when it is told to', {
    timeout: 120_000,
  }, async () => {
    const gateway = await started('pipe');
    // A pipe holds 64 kB: some hundred lines.
    const calls = perRound(300, 5_000);
    for (let at = 0; at < calls; at += 50) {
      const codes = await Promise.all(Array.from({ length: 50 }, (_, index) => failingCall(gateway, at + index)));
      expect(new Set(codes)).toEqual(new Set(['MODEL_UNAVAILABLE']));
    }
    gateway.child.kill('SIGTERM');
    expect(await gateway.exited).toBe(0);
  });
});
