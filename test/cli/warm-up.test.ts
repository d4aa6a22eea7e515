import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { warmUp } from '../../src/cli/warm-up.ts';
import { createGateway } from '../../src/gateway.ts';
import { whenOver } from '../harness.ts';
import { plainConfig } from '../plain-config.ts';
import { configText, folderWith, serving } from './run.ts';

async function listening(warmUp: (signal: AbortSignal) => Promise<unknown>) {
  const gateway = await createGateway(plainConfig, { folder: '.', loopback: true, warmUp });
  whenOver(() => gateway.close());
  const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 });
  const readiness = async () => (await fetch(`${url}/health/ready`)).json() as Promise<{ ready: boolean; reasons: string[] }>;
  return { gateway, url, readiness };
}

describe('the warm-up', () => {
  it('the warm-up has all its questions answered', async () => {
    expect(await warmUp(new AbortController().signal, { questions: 4, maxMs: 60_000 })).toBe(true);
  });

  it('the warm-up collects what it leaves in memory', async () => {
    const left = new WeakRef({});
    await warmUp(new AbortController().signal, { questions: 1, maxMs: 60_000 });
    await new Promise((done) => setImmediate(done));
    expect(left.deref()).toBeUndefined();
  });

  it('the warm-up leaves what Node does at each request as quick as it was: what it collects are no shapes of objects', async () => {
    const script = `
      const { warmUp } = await import(${JSON.stringify(pathToFileURL(resolve('src/cli/warm-up.ts')).href)});
      const ticks = async (count) => {
        const began = process.cpuUsage();
        await new Promise((done) => {
          const next = () => (--count === 0 ? done() : process.nextTick(next));
          next();
        });
        const { user, system } = process.cpuUsage(began);
        return user + system;
      };
      const quickest = async () => Math.min(await ticks(50_000), await ticks(50_000), await ticks(50_000), await ticks(50_000));
      const before = await quickest();
      await warmUp(new AbortController().signal, { questions: 20, maxMs: 60_000 });
      console.log((await quickest()) / before);
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    // It is three times what it was where the shape of a waiting callback was forgotten.
    expect(Number(stdout)).toBeLessThan(2);
  });

  it('the warm-up ends when its gateway closes', async () => {
    expect(await warmUp(AbortSignal.abort())).toBe(false);
  });

  it('the warm-up leaves nothing in the ledger, the metrics and the log of the gateway that serves', async () => {
    const server = await serving([], { cwd: folderWith({ 'gateway.config.ts': configText('') }), warmsUp: true });
    await server.ready();
    const authorization = `Bearer ${/fg_\S+/.exec(server.text.out)?.[0]}`;
    const input = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) };
    const usage = 'query ($input: AiUsageInput!) { aiUsage(input: $input) { rows { calls } } }';
    expect(await server.ask(usage, { authorization }, { input })).toMatchObject({ data: { aiUsage: { rows: [] } } });
    const metrics = await (await fetch(new URL('/metrics', server.url), { headers: { authorization } })).text();
    expect(metrics).toContain('# TYPE fieldgate_calls_total counter');
    expect(metrics.split('\n').filter((line) => /^fieldgate_(calls|attempts|tokens)_total\{/.test(line))).toEqual([]);
    expect(server.text.out.split('\n').filter((line) => line.startsWith('{'))).toEqual([]);
  });

  it('the engine knows the option by which hot code is optimized early', async () => {
    const source = JSON.stringify(pathToFileURL(resolve('src/cli/warm-up.ts')));
    const run = promisify(execFile)(process.execPath, ['-e', `import(${source}).then(({ optimizeEarly }) => optimizeEarly())`]);
    // V8 says that it does not know an option, and goes on.
    expect(await run).toEqual({ stdout: '', stderr: '' });
  });

  it('the warm-up is left out with --no-warm-up', async () => {
    const server = await serving(['--no-warm-up'], { cwd: folderWith({ 'gateway.config.ts': configText('') }), warmsUp: true });
    const readiness = await (await fetch(new URL('/health/ready', server.url))).text();
    expect(readiness).not.toContain('warms up');
  });
});

describe('what is imported with its first use', () => {
  const masking = 'masking/phone-numbers.ts';
  const schemas = 'schema/schema-reader.ts';
  /** By each in turn, in one process: what an earlier one has imported is not imported again. */
  const importedBy = async (configs: readonly object[]): Promise<readonly (readonly string[])[]> => {
    const source = (file: string) => JSON.stringify(pathToFileURL(resolve('src', file)).href);
    const script = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
      const { warmUpFor } = await import(${source('cli/warm-up.ts')});
      const imported = [];
      for (const config of ${JSON.stringify(configs)}) {
        loaded.length = 0;
        await warmUpFor(config)(new AbortController().signal);
        imported.push(${JSON.stringify([masking, schemas])}.filter((file) => loaded.some((url) => url.endsWith(file))));
      }
      console.log(JSON.stringify(imported));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    return JSON.parse(stdout) as string[][];
  };

  it('what is imported with its first use is nothing where nothing is masked or checked, and is what masks and what reads schemas where they are used', async () => {
    const configs = [{}, { maskPersonalData: ['default'] }, { graph: { fields: ['ai.graphql'] } }];
    expect(await importedBy(configs)).toEqual([[], [masking], [schemas]]);
  });
});

describe('a gateway with a warm-up', () => {
  it('a gateway with a warm-up serves while the warm-up runs, and is ready when it has ended', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { url, readiness } = await listening(() => promise);
    expect(await readiness()).toEqual({ ready: false, reasons: expect.arrayContaining(['The gateway warms up. Ask again in a moment.']) });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query: '{ __typename }' }) });
    expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
    resolve();
    await expect.poll(readiness).toMatchObject({ ready: true });
  });

  it('a gateway with a warm-up is ready also when the warm-up has failed', async () => {
    const { readiness } = await listening(() => Promise.reject(new Error('It is cold.')));
    await expect.poll(readiness).toMatchObject({ ready: true });
  });

  it('a gateway with a warm-up ends the warm-up when it closes', async () => {
    let ended = false;
    const { gateway } = await listening(async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      ended = true;
    });
    await gateway.close();
    expect(ended).toBe(true);
  });
});
