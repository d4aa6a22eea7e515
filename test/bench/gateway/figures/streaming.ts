/** Streams: what a token costs, how soon the first one comes where many speak, and what an open one holds while it is silent. */
import { setTimeout as wait } from 'node:timers/promises';
import { median, ratio } from '../../measure.ts';
import { type Contender, fieldgate, plain } from '../contenders/contenders.ts';
import { type CpuUs, cpuOf, residentBytes, since } from '../process-cost.ts';
import { at, type Bench, costs, inTurns, mains, medianRatio, type Row } from '../rounds.ts';
import { pacedTokens, tokenEveryMs } from '../vendor/pace.ts';

const speaking = 50;
const windowMs = 2_000;
const settleMs = 300;
const idleStreams = 1_000;

/** A pipe, and the gateway with guardrails and masking off and on. */
async function streamers(bench: Bench) {
  const upstream = bench.upstream.url;
  return {
    pipe: await plain('pipe', upstream),
    off: (await fieldgate({ upstream, folder: bench.folder(), guards: 'off' })).stream('paced'),
    on: (await fieldgate({ upstream, folder: bench.folder() })).stream('paced'),
  };
}

/** A token a read: 50 streams, each with a token every 20 ms, once all of them speak. */
export async function tokens(bench: Bench): Promise<readonly Row[]> {
  const contenders = await streamers(bench);
  const run =
    ({ pid, door }: Contender) =>
    async (): Promise<CpuUs> => {
      await bench.load.open({ to: door, streams: speaking, everyMs: 5 });
      await wait(settleMs);
      const [cpu, read] = [cpuOf(pid), await bench.load.tokens()];
      await wait(windowMs);
      const cost = since(cpuOf(pid), cpu, (await bench.load.tokens()) - read);
      await bench.load.closeStreams();
      return cost;
    };
  const all = { pipe: run(contenders.pipe), off: run(contenders.off), on: run(contenders.on) };
  await inTurns(2, all);
  const of = await inTurns(bench.rounds, all);
  for (const contender of Object.values(contenders)) await contender.end();
  const by = (guards: 'off' | 'on'): number => medianRatio(mains(of[guards]), mains(of.pipe));
  return [
    {
      figure: 'a streamed token, one a read, guards off: CPU',
      measured: `${costs(of.off)}; ${ratio(by('off'), 1)} a bare pipe (${median(mains(of.pipe)).toFixed(0)} us)`,
      target: '<= 3x',
      met: by('off') <= 3,
    },
    { figure: 'the same, guards on', measured: `${costs(of.on)}; ${ratio(by('on'), 1)} a bare pipe`, target: 'reported', met: null },
  ];
}

/** A new stream every 20 ms, each of 200 tokens at 50 a second: 200 speak at a time. */
export async function firstToken(bench: Bench): Promise<readonly Row[]> {
  const contenders = await streamers(bench);
  const run =
    ({ door }: Contender) =>
    async (): Promise<readonly number[]> =>
      (await bench.load.arrivals({ to: door, streams: 500, everyMs: (pacedTokens * tokenEveryMs) / 200, skip: 200 })).ms;
  const all = { pipe: run(contenders.pipe), off: run(contenders.off), on: run(contenders.on) };
  await inTurns(1, all);
  const of = await inTurns(bench.rounds, all);
  for (const contender of Object.values(contenders)) await contender.end();
  const added = (guards: 'off' | 'on', share: number): number =>
    median(of[guards].map((ms, round) => at(ms, share) - at(of.pipe[round] ?? [], share)));
  const row = (guards: 'off' | 'on', p50: number, p99: number, target: string): Row => ({
    figure: `200 streams at 50 tokens/s, guards ${guards}: added time to first token, p50 / p99`,
    measured: `${added(guards, 0.5).toFixed(1)} / ${added(guards, 0.99).toFixed(1)} ms`,
    target,
    met: added(guards, 0.5) < p50 && added(guards, 0.99) < p99,
  });
  const holdBackMs = 150;
  return [row('off', 5, 25, '< 5 / < 25 ms'), row('on', 5 + holdBackMs, 25 + holdBackMs, 'that and holdBackMs (150)')];
}

interface Memory {
  readonly resident: number;
  readonly heap: number;
}

/** Fresh processes, after a few streams that load the code and a collection. */
export async function idle(bench: Bench): Promise<readonly Row[]> {
  const perStream: Memory[] = [];
  for (let round = 0; round < Math.min(bench.rounds, 3); round += 1) {
    const nodeOptions = ['--expose-gc', '--import', import.meta.resolve('../contenders/collect.ts')];
    const gateway = await fieldgate({ upstream: bench.upstream.url, folder: bench.folder(), nodeOptions });
    const { pid, door, ask, end } = gateway.stream('idle');
    const measured = async (): Promise<Memory> => {
      const heap = await ask<number>('collect');
      return { heap, resident: residentBytes(pid) };
    };
    const started = { to: { ...door }, everyMs: 2 };
    await bench.load.open({ ...started, streams: 20 });
    await bench.load.closeStreams();
    await wait(settleMs);
    const before = await measured();
    await bench.load.open({ ...started, streams: idleStreams });
    const speaking = await bench.upstream.ask<number>('open');
    if (speaking < idleStreams) throw new Error(`The vendor has ${speaking} of ${idleStreams} streams.`);
    const after = await measured();
    perStream.push({ resident: (after.resident - before.resident) / idleStreams, heap: (after.heap - before.heap) / idleStreams });
    await bench.load.closeStreams();
    await end();
  }
  const kb = (of: keyof Memory): number => median(perStream.map((memory) => memory[of])) / 1_000;
  return [
    {
      figure: `memory of an open idle stream, ${idleStreams} of them, after a collection`,
      measured: `${kb('resident').toFixed(0)} KB resident, ${kb('heap').toFixed(0)} KB of them on the heap and in buffers`,
      target: '< 60 KB',
      met: kb('resident') < 60,
    },
  ];
}
