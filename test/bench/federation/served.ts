/**
 * Federation as it is served: CPU of a whole process per operation, beside Hive Gateway's Rust runtime, our own stitching and one plain
 * schema. Everybody has a process, asks the same two subgraphs, and takes turns; ratios within a round decide, and of them the median.
 */
import { join } from 'node:path';
import { composition } from '../../../src/federation/compose/composition.ts';
import { forked, startLoad } from '../gateway/children.ts';
import type { Contender } from '../gateway/contenders/contenders.ts';
import { type Cost, costOf, inTurns, medianRatio } from '../gateway/rounds.ts';
import { inFolder, median, say } from '../measure.ts';
import { fieldgate, type Served } from './contenders/fieldgate.ts';
import { hive, hiveVersions } from './contenders/hive.ts';
import { type Asked, asked, catalogSdl, stockSdl } from './operations.ts';

export interface ServedOptions {
  readonly rounds: number;
  /** Of one contender in one round. */
  readonly seconds: number;
}

/** The target of the project: of Hive's CPU. */
const target = 0.6;
const connections = 16;

export async function servedBench({ rounds, seconds }: ServedOptions): Promise<void> {
  await inFolder(async (folder) => {
    const subgraphs = await forked('../federation/contenders/subgraphs.ts');
    const load = startLoad();
    const ours = (name: string, settings: { readonly engine?: 'stitching'; readonly ai?: boolean; readonly withKey?: boolean }) =>
      fieldgate({ subgraphs: subgraphs.url, folder: join(folder, name), engine: 'planner', ai: false, withKey: false, ...settings });
    const open = await ours('open', {});
    const keyed = await ours('keyed', { withKey: true });
    const withAi = await ours('ai', { ai: true, withKey: true });
    const stitched = await ours('stitched', { engine: 'stitching' });
    const plain = await forked('../federation/contenders/one-schema.ts');
    const theirs = await hive(supergraphOf(subgraphs.url), join(folder, 'hive'));
    const contenders: Readonly<Record<string, Served>> = {
      open,
      keyed,
      withAi,
      stitched,
      plain: { child: plain, headers: {} },
      ...(theirs === null ? {} : { hive: { child: theirs, headers: {} } }),
    };
    const door = ({ child, headers }: Served, { query, proof, times }: Asked): Contender => ({
      pid: child.pid,
      door: {
        url: child.url,
        path: '/graphql',
        headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
        body: JSON.stringify({ query }),
        proofs: [proof],
        times,
      },
      ask: child.ask,
      end: child.end,
    });
    for (const one of asked)
      for (const served of Object.values(contenders))
        await load.calls({ to: door(served, one).door, connections, seconds: 2, count: null });
    say(`\nfederation, served: CPU of all threads per operation, medians of ${rounds} rounds of ${seconds} s, ${connections} connections`);
    say(
      `Hive Gateway ${hiveVersions.gateway} with router-runtime ${hiveVersions.runtime}: ${theirs === null ? 'not installed' : 'no key'}`,
    );
    say(
      '\n| operation | ours, open | ours, a key | with the AI subgraph | Hive | open : Hive | key : Hive | open : stitched | open : one schema | |',
    );
    say('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
    for (const one of asked) {
      const measures = Object.fromEntries(
        Object.entries(contenders).map(([name, served]) => [
          name,
          () => costOf(load, door(served, one), { connections, seconds, count: null }),
        ]),
      );
      say(line(one, await inTurns(rounds, measures)));
    }
    for (const { child } of Object.values(contenders)) await child.end();
    await load.end();
    await subgraphs.end();
  });
}

function line({ name }: Asked, costs: Readonly<Record<string, readonly Cost[]>>): string {
  const all = (of: string): readonly number[] => costs[of]?.map((cost) => cost.all) ?? [];
  const us = (of: string): string => (all(of).length === 0 ? '-' : `${median(all(of)).toFixed(0)} us`);
  const to = (of: string, other: string): number | null => (all(other).length === 0 ? null : medianRatio(all(of), all(other)));
  const shown = (value: number | null): string => (value === null ? '-' : `${value.toFixed(2)}x`);
  const ratio = to('open', 'hive');
  const cells = [
    name,
    us('open'),
    us('keyed'),
    us('withAi'),
    us('hive'),
    shown(ratio),
    shown(to('keyed', 'hive')),
    shown(to('open', 'stitched')),
    shown(to('open', 'plain')),
    ratio === null ? '' : ratio <= target ? 'met' : `missed ${target}x`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function supergraphOf(url: string): string {
  const composed = composition([
    { name: 'catalog', url: `${url}/catalog`, sdl: catalogSdl },
    { name: 'stock', url: `${url}/stock`, sdl: stockSdl },
  ]);
  if (!composed.ok) throw new Error(composed.problems.map(({ message }) => message).join('\n'));
  return composed.supergraphSdl;
}

if (import.meta.main) {
  const [rounds = '3', seconds = '2'] = process.argv.slice(2);
  await servedBench({ rounds: Number(rounds), seconds: Number(seconds) });
  process.exit(0);
}
