/** Larger questions: a list with an AI field on each entity, and many texts to embed. */
import { ratio } from '../../measure.ts';
import { spawned } from '../children.ts';
import { fieldgate, plain } from '../contenders/contenders.ts';
import { against, type Bench, costOf, costs, inTurns, mains, medianRatio, type Row } from '../rounds.ts';

const connections = 4;

export async function list(bench: Bench): Promise<readonly Row[]> {
  const shop = await spawned([new URL('../vendor/subgraph.ts', import.meta.url).pathname], { cwd: import.meta.dirname });
  const gateway = await fieldgate({ upstream: bench.upstream.url, folder: bench.folder(), subgraph: `${shop.url}/graphql` });
  const [one, fifty] = [gateway.completion('MISS'), gateway.list()];
  await bench.load.calls({ to: one.door, connections: 32, seconds: null, count: 5_000 });
  await bench.load.calls({ to: fifty.door, connections, seconds: null, count: 60 });
  const of = await inTurns(bench.rounds, {
    one: () => costOf(bench.load, one, { connections: 32, seconds: 3, count: null }),
    fifty: () => costOf(bench.load, fifty, { connections, seconds: 4, count: null }),
  });
  await gateway.child.end();
  await shop.end();
  const times = medianRatio(mains(of.fifty), mains(of.one));
  return [
    {
      figure: 'a list of 50 entities with an AI field each: CPU',
      measured: `${costs(of.fifty)}; ${ratio(times, 1)} one miss`,
      target: '<= 60x one miss',
      met: times <= 60,
    },
  ];
}

export async function embeddings(bench: Bench): Promise<readonly Row[]> {
  const upstream = bench.upstream.url;
  const bare = await plain('parse', upstream);
  const gateway = (await fieldgate({ upstream, folder: bench.folder() })).embeddings();
  for (const { door } of [bare, gateway]) await bench.load.calls({ to: door, connections, seconds: null, count: 60 });
  const calls = { connections, seconds: 4, count: null };
  const of = await inTurns(bench.rounds, {
    bare: () => costOf(bench.load, bare, calls),
    gateway: () => costOf(bench.load, gateway, calls),
  });
  await bare.end();
  await gateway.end();
  return [
    {
      figure: 'embeddings, 256 texts of 1,536 numbers: CPU',
      measured: `${costs(of.gateway)}; ${against(of.gateway, of.bare, 'fetching and parsing them as JSON')}`,
      target: '<= 1x',
      met: medianRatio(mains(of.gateway), mains(of.bare)) <= 1,
    },
  ];
}
