/**
 * `npm run bench -- gateway`: what a call costs beside what it cannot cost less than, and beside what people would use instead.
 *
 * Every policy is on: a key, rates, budgets, guard patterns, masking, the ledger, metrics. No question is asked twice where
 * answers must be new, since equal ones share one call, and every answer is checked. The gateway, each contender, the vendor
 * and the load have a process each. Ratios within a round decide, and of them the median.
 *
 * `-- gateway miss hit` measures those. Flags: `--rounds N`, `--long` (ten minutes of load for the memory), `--no-portkey`,
 * `--beside FOLDER` (another checkout of this project in the same rounds of miss and hit, as one more contender).
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { forked, startLoad } from './gateway/children.ts';
import { first, hit, latency, miss } from './gateway/figures/completions.ts';
import { growth } from './gateway/figures/growth.ts';
import { embeddings, list } from './gateway/figures/larger.ts';
import { firstToken, idle, tokens } from './gateway/figures/streaming.ts';
import type { Bench, Row } from './gateway/rounds.ts';
import { inFolder, say } from './measure.ts';

const figures: Readonly<Record<string, (bench: Bench) => Promise<readonly Row[]>>> = {
  miss,
  hit,
  latency,
  first,
  tokens,
  'first-token': firstToken,
  idle,
  list,
  embeddings,
  growth,
};

const options = {
  rounds: { type: 'string' },
  long: { type: 'boolean' },
  'no-portkey': { type: 'boolean' },
  beside: { type: 'string' },
} as const;

export async function gatewayBench(args: readonly string[] = []): Promise<void> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const unknown = positionals.filter((name) => !Object.hasOwn(figures, name));
  if (unknown.length > 0) throw new Error(`There is no figure "${unknown.join('", "')}". Figures: ${Object.keys(figures).join(', ')}.`);
  await inFolder(async (folder) => {
    let folders = 0;
    const load = startLoad();
    const upstream = await forked('vendor/upstream.ts');
    const bench: Bench = {
      upstream,
      load,
      rounds: Number(values.rounds ?? 5),
      long: values.long ?? false,
      portkey: !(values['no-portkey'] ?? false),
      beside: values.beside === undefined ? null : resolve(values.beside),
      folder() {
        folders += 1;
        return join(folder, String(folders));
      },
    };
    const rows: Row[] = [];
    for (const [name, figure] of Object.entries(figures)) {
      if (positionals.length > 0 && !positionals.includes(name)) continue;
      const told = await figure(bench);
      for (const row of told) say(`${row.figure}: ${row.measured} (target ${row.target}${row.met === false ? ', missed' : ''})`);
      rows.push(...told);
    }
    printTable(rows, bench.rounds);
    await load.end();
    await upstream.end();
  });
}

function printTable(rows: readonly Row[], rounds: number): void {
  const cpu = /^model name\s*:\s*(.+)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'an unknown processor';
  const day = new Date().toISOString().slice(0, 10);
  say(
    `\n${day}, ${cpu}, Node ${process.version}: CPU of the thread that runs JavaScript, median of ${rounds} rounds.\n\n| figure | measured | target | |\n| --- | --- | --- | --- |`,
  );
  for (const { figure, measured, target, met } of rows)
    say(`| ${figure} | ${measured} | ${target} | ${met === null ? '' : met ? 'met' : 'missed'} |`);
}

if (import.meta.main) {
  await gatewayBench(process.argv.slice(2));
  process.exit(0);
}
