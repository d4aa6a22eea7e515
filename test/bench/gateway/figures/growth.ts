/** What the process holds after many answers at a steady pace: 6,000 in a minute, 60,000 in ten with `--long`. */
import { fieldgate } from '../contenders/contenders.ts';
import { residentBytes } from '../process-cost.ts';
import type { Bench, Row } from '../rounds.ts';

const perSecond = 100;
const connections = 32;
const parts = 4;

export async function growth(bench: Bench): Promise<readonly Row[]> {
  const seconds = bench.long ? 600 : 60;
  const gateway = (await fieldgate({ upstream: bench.upstream.url, folder: bench.folder() })).completion('MISS');
  const megabytes: number[] = [];
  let took = 0;
  for (let part = 0; part < parts; part += 1) {
    const count = (seconds * perSecond) / parts;
    took += (await bench.load.calls({ to: gateway.door, connections, seconds: null, count, perSecond })).seconds;
    megabytes.push(residentBytes(gateway.pid) / 1e6);
  }
  await gateway.end();
  const [half = Number.NaN, last = Number.NaN] = [megabytes[1], megabytes.at(-1)];
  const flat = last <= half * 1.1;
  return [
    {
      figure: `memory after ${(seconds * perSecond).toLocaleString('en')} answers in ${took.toFixed(0)} s${bench.long ? '' : ' (the short form; --long asks ten minutes)'}`,
      measured: `${last.toFixed(0)} MB; after each quarter ${megabytes.map((value) => value.toFixed(0)).join(', ')}`,
      target: '< 300 MB, flat',
      met: last < 300 && flat,
    },
  ];
}
