/** Plain completions: one that asks the vendor, one that is kept, and what the first adds where nothing else runs. */
import { median, ratio } from '../../measure.ts';
import { type Contender, type Fieldgate, fieldgate, plain, yoga } from '../contenders/contenders.ts';
import { portkey } from '../contenders/portkey.ts';
import { against, at, type Bench, type Cost, costOf, costs, inTurns, mains, medianRatio, type Row, us } from '../rounds.ts';

const connections = 32;
/** Until the code is hot: half of that is not enough. */
const warmUpCalls = 5_000;
const seconds = 3;
const keptAnswers = 64;
const laterCalls = 21;

const warm = (bench: Bench, { door }: Contender, spread?: number) =>
  bench.load.calls({ to: door, connections, seconds: null, count: warmUpCalls, ...(spread === undefined ? {} : { spread }) });

/** The other checkout, where one is given. */
const other = async ({ beside, upstream, folder }: Bench): Promise<Fieldgate | null> =>
  beside === null ? null : fieldgate({ upstream: upstream.url, folder: folder(), root: beside });

const orNothing =
  (contender: Contender | undefined, run: (contender: Contender) => () => Promise<Cost>) => async (): Promise<Cost | null> =>
    contender === undefined ? null : run(contender)();

function besides(ours: readonly Cost[], before: readonly (Cost | null)[], { beside }: Bench): readonly Row[] {
  const theirs = before.filter((cost) => cost !== null);
  if (theirs.length === 0) return [];
  return [{ figure: `the same against ${beside}`, measured: against(ours, theirs, 'it'), target: '', met: null }];
}

export async function miss(bench: Bench): Promise<readonly Row[]> {
  const upstream = bench.upstream.url;
  const others = bench.portkey ? await portkey(upstream) : null;
  const before = (await other(bench))?.completion('MISS');
  const json = await plain('json', upstream);
  const byHand = await yoga(upstream);
  const gateway = (await fieldgate({ upstream, folder: bench.folder() })).completion('MISS');
  const contenders = [json, byHand, others ?? [], before ?? [], gateway].flat();
  for (const contender of contenders) await warm(bench, contender);
  const run = (contender: Contender) => () => costOf(bench.load, contender, { connections, seconds, count: null });
  const of = await inTurns(bench.rounds, {
    json: run(json),
    yoga: run(byHand),
    portkey: orNothing(others ?? undefined, run),
    before: orNothing(before, run),
    fieldgate: run(gateway),
  });
  for (const contender of contenders) await contender.end();
  const theirs = of.portkey.filter((cost) => cost !== null);
  const figure = `miss, ${connections} connections: CPU`;
  return [
    {
      figure,
      measured: `${costs(of.fieldgate)}; ${against(of.fieldgate, of.json, 'the JSON floor')}; ${against(of.fieldgate, of.yoga, 'a hand-written Yoga')}`,
      target: '<= 3.3x the floor',
      met: medianRatio(mains(of.fieldgate), mains(of.json)) <= 3.3,
    },
    theirs.length === 0
      ? { figure: 'the same against Portkey', measured: bench.portkey ? 'not installed' : 'left out', target: '<= 0.33x', met: null }
      : {
          figure: 'the same against Portkey',
          measured: against(of.fieldgate, theirs, 'Portkey'),
          target: '<= 0.33x',
          met: medianRatio(mains(of.fieldgate), mains(theirs)) <= 0.33,
        },
    ...besides(of.fieldgate, of.before, bench),
  ];
}

export async function hit(bench: Bench): Promise<readonly Row[]> {
  const upstream = bench.upstream.url;
  const kept = await plain('kept', upstream);
  const before = (await other(bench))?.completion('HIT');
  const gateway = (await fieldgate({ upstream, folder: bench.folder() })).completion('HIT');
  for (const { door } of [before ?? [], gateway].flat()) {
    const first = { ...door, proofs: door.proofs.slice(0, 1) };
    await bench.load.calls({ to: first, connections: 1, seconds: null, count: keptAnswers, spread: keptAnswers });
  }
  const contenders = [kept, before ?? [], gateway].flat();
  for (const contender of contenders) await warm(bench, contender, keptAnswers);
  const run = (contender: Contender) => () => costOf(bench.load, contender, { connections, seconds, count: null, spread: keptAnswers });
  const of = await inTurns(bench.rounds, { kept: run(kept), before: orNothing(before, run), fieldgate: run(gateway) });
  for (const contender of contenders) await contender.end();
  return [
    {
      figure: 'exact-cache hit: CPU',
      measured: `${costs(of.fieldgate)}, ${(1e6 / median(mains(of.fieldgate))).toFixed(0)} a second on a core; ${against(of.fieldgate, of.kept, 'the hit floor')}`,
      target: '<= 4.2x the hit floor',
      met: medianRatio(mains(of.fieldgate), mains(of.kept)) <= 4.2,
    },
    ...besides(of.fieldgate, of.before, bench),
  ];
}

export async function latency(bench: Bench): Promise<readonly Row[]> {
  const upstream = bench.upstream.url;
  const contenders = {
    json: await plain('json', upstream),
    fieldgate: (await fieldgate({ upstream, folder: bench.folder() })).completion('MISS'),
  };
  for (const contender of Object.values(contenders)) await warm(bench, contender);
  const run = (contender: Contender) => () => costOf(bench.load, contender, { connections: 1, seconds, count: null });
  const of = await inTurns(bench.rounds, { json: run(contenders.json), fieldgate: run(contenders.fieldgate) });
  for (const contender of Object.values(contenders)) await contender.end();
  const p50 = ({ told }: Cost): number => at(told.ms, 0.5);
  const added = median(of.fieldgate.map((cost, round) => p50(cost) - p50(of.json[round] ?? cost)));
  const [ours, floor] = [median(of.fieldgate.map(p50)), median(of.json.map(p50))];
  return [
    {
      figure: 'added p50 at one connection',
      measured: `${added.toFixed(2)} ms (${ours.toFixed(2)} against ${floor.toFixed(2)} of the JSON floor)`,
      target: '< 0.6 ms',
      met: added < 0.6,
    },
  ];
}

/** Of a process that has just become ready, by its own processor time: the machine's other work would decide the clock's. */
export async function first(bench: Bench): Promise<readonly Row[]> {
  const seconds: number[] = [];
  const laters: number[] = [];
  for (let round = 0; round < bench.rounds; round += 1) {
    const gateway = (await fieldgate({ upstream: bench.upstream.url, folder: bench.folder() })).completion('MISS');
    const one = async (): Promise<number> => (await costOf(bench.load, gateway, { connections: 1, seconds: null, count: 1 })).main;
    await one();
    seconds.push(await one());
    await warm(bench, gateway);
    const later: number[] = [];
    for (let call = 0; call < laterCalls; call += 1) later.push(await one());
    laters.push(median(later));
    await gateway.end();
  }
  const times = medianRatio(seconds, laters);
  return [
    {
      figure: 'second call of a process: CPU',
      measured: `${us(seconds)}, ${ratio(times, 1)} a warm one (${us(laters)})`,
      target: '< 5x a warm one',
      met: times < 5,
    },
  ];
}
