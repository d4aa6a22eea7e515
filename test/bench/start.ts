/**
 * From the start of the process to the line that says it listens, and the memory it then rests at: what `npm start` runs,
 * against a bare yoga that serves one field.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { inFolder, median, ratio, say } from './measure.ts';

const root = resolve(import.meta.dirname, '../..');
const rounds = 3;
const restMs = 6_000;
const promisedMs = 2_000;
const promisedMb = 180;

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string; prepare: string } };
/** What stands between `node` and the program. */
const startOptions = scripts.start.split(' ').slice(1, scripts.start.split(' ').indexOf('src/main.ts'));

const bare = `
  const { createServer } = await import('node:http');
  const { createYoga, createSchema } = await import('graphql-yoga');
  const yoga = createYoga({ schema: createSchema({ typeDefs: 'type Query { hello: String }', resolvers: { Query: { hello: () => 'x' } } }) });
  createServer(yoga).listen(0, '127.0.0.1', () => console.log('http://listening'));
`;

interface Running {
  readonly child: ChildProcess;
  readonly startMs: number;
  /** Null where the system does not tell it in /proc. */
  readonly cpuMs: number | null;
}

/** Until it prints an address. `cache`: folder of the compile cache. */
async function started(args: readonly string[], cache: string): Promise<Running> {
  const began = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'development', NODE_COMPILE_CACHE: cache },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const listening = Promise.withResolvers<void>();
  child.stdout.on('data', (text: Buffer) => {
    if (text.includes('http://')) listening.resolve();
  });
  child.once('exit', (code) => listening.reject(new Error(`It ended with ${code} before it listened.`)));
  await listening.promise;
  return { child, startMs: performance.now() - began, cpuMs: cpuMsOf(child) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** What npm does after `npm install`. */
function afterInstallation(cache: string): void {
  execFileSync(process.execPath, scripts.prepare.split(' ').slice(1), { cwd: root, env: { ...process.env, NODE_COMPILE_CACHE: cache } });
}

async function end({ child }: Running): Promise<void> {
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await ended;
}

const told = ({ pid }: ChildProcess, name: string): string | null => {
  const file = `/proc/${pid}/${name}`;
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
};

/** User and system time in ticks of 10 ms: fields 14 and 15, proc(5). The name before them may hold anything but its closing bracket. */
function cpuMsOf(child: ChildProcess): number | null {
  const fields = told(child, 'stat')?.split(') ').at(-1)?.split(' ');
  return fields === undefined ? null : 10 * (Number(fields[11]) + Number(fields[12]));
}

/** Null where the system does not tell it in /proc. */
function residentMib({ child }: Running): number | null {
  const kib = /^VmRSS:\s+(\d+)/m.exec(told(child, 'status') ?? '')?.[1];
  return kib === undefined ? null : Number(kib) / 1024;
}

async function atRest(args: readonly string[], cache: string): Promise<number | null> {
  const running = await started(args, cache);
  await wait(restMs);
  const mib = residentMib(running);
  await end(running);
  return mib;
}

export async function startBench(): Promise<void> {
  await inFolder(async (folder) => {
    const config = join(folder, 'gateway.config.ts');
    writeFileSync(config, configText(folder, [await freePort(), await freePort()]));
    const serve = [...startOptions, join(root, 'src/main.ts'), 'serve', '--config', config, '--port', '0'];
    const plain = ['--input-type=module', '--eval', bare];
    const all: Record<'plainCold' | 'cold' | 'plainWarm' | 'first' | 'warm', Running[]> = {
      plainCold: [],
      cold: [],
      plainWarm: [],
      first: [],
      warm: [],
    };
    for (let round = 0; round < rounds; round += 1) {
      const cold = join(folder, `cold-${round}`);
      const cache = join(folder, `cache-${round}`);
      afterInstallation(cache);
      for (const [name, args, kept] of [
        ['plainCold', plain, cold],
        ['cold', serve, cold],
        ['plainWarm', plain, cold],
        ['first', serve, cache],
        ['warm', serve, cache],
      ] as const) {
        const running = await started(args, kept);
        all[name].push(running);
        await end(running);
      }
    }
    const line = (ours: readonly Running[], yoga: readonly Running[]): string => {
      const ms = median(ours.map(({ startMs }) => startMs));
      const cpu = median(ours.map(({ cpuMs }) => cpuMs ?? Number.NaN));
      return `${ms.toFixed(0)} ms (${cpu.toFixed(0)} ms of CPU), ${ratio(ms, median(yoga.map(({ startMs }) => startMs)))} a bare yoga, ${(ms / promisedMs).toFixed(2)} of the ${promisedMs} ms that are promised`;
    };
    say(`start, without compiled code: ${line(all.cold, all.plainCold)}`);
    say(`start, the first after installation: ${line(all.first, all.plainWarm)}`);
    say(`start, later: ${line(all.warm, all.plainWarm)}`);
    const cache = join(folder, 'cache-0');
    const [ours, yoga] = await Promise.all([atRest(serve, cache), atRest(plain, cache)]);
    if (ours === null || yoga === null) say('memory at rest: this system does not tell it');
    else
      say(
        `memory at rest: ${ours.toFixed(0)} MiB resident, ${ratio(ours, yoga)} a bare yoga, ${((ours * 1.048576) / promisedMb).toFixed(2)} of the ${promisedMb} MB that are promised`,
      );
  });
}

/** What `npm start` serves, with a state of its own; its paths begin at the examples. */
const configText = (folder: string, ports: readonly number[]): string => `
  import config from ${JSON.stringify(join(root, 'examples/gateway.config.ts'))};
  const at = (path: string): string => ${JSON.stringify(join(root, 'examples'))} + '/' + path;
  export default {
    ...config,
    documents: config.documents?.map(({ collection, paths }) => ({ collection, paths: paths.map(at) })),
    graph: {
      ...config.graph,
      fields: config.graph?.fields?.map(at),
      prompts: at(config.graph?.prompts ?? ''),
      subgraphs: config.graph?.subgraphs?.map((subgraph, index) => ({
        ...subgraph,
        url: 'http://127.0.0.1:' + ${JSON.stringify(ports)}[index] + '/graphql',
        run: subgraph.run?.map((word) => (word.endsWith('.ts') ? at(word) : word)),
      })),
    },
    storage: { folder: ${JSON.stringify(join(folder, 'state'))} },
  };
`;

if (import.meta.main) await startBench();
