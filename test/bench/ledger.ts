/** What a call pays for its row in the ledger, and what a report over many rows costs. The plan allows 4 us a row. */
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import type { Database } from '../../src/storage/database/database.ts';
import { migrations } from '../../src/storage/database/migrate.ts';
import { openSqlite } from '../../src/storage/database/sqlite.ts';
import { bookOn } from '../../src/storage/journal/book-lines.ts';
import { openJournal } from '../../src/storage/journal/journal.ts';
import { openLedger } from '../../src/storage/ledger/journal-ledger.ts';
import type { Ledger, UsageQuery } from '../../src/storage/ledger/ledger.ts';
import { usageTotals } from '../../src/storage/ledger/report/report-totals.ts';
import { storeUsageRows } from '../../src/storage/ledger/usage-rows.ts';
import { openOwner } from '../../src/storage/state/owner.ts';
import { usageRow } from '../storage/rows.ts';
import { cpuUs, inFolder, ratio, say } from './measure.ts';

const rows = 200_000;
const atOnce = 20_000;
const drained = 10_000;
const begin = Date.UTC(2026, 9, 1);
const spanMs = 2 * 24 * 3_600_000;

const rowAt = (index: number) =>
  usageRow({
    time: begin + Math.floor((index / rows) * spanMs),
    coordinate: `Product.field${index % 12}`,
    client: `client-${index % 5}`,
    model: `model-${index % 4}`,
    principal: `key:${index % 25}`,
    team: `team-${index % 6}`,
  });

export async function ledgerBench(): Promise<void> {
  await inFolder(async (folder) => {
    const database = openSqlite(join(folder, 'fieldgate.db'), migrations);
    const journal = openJournal({ owner: await openOwner(database), folder: join(folder, 'outbox'), book: bookOn(database) });
    const ledger = openLedger({ database, journal });
    await appending(ledger, folder);
    await draining(ledger);
    await reporting(ledger, database);
    await ledger.close();
    await database.close();
  });
  await reportingMany();
}

async function appending(ledger: Ledger, folder: string): Promise<void> {
  const file = openSync(join(folder, 'bare.jsonl'), 'a');
  const direct = new DatabaseSync(join(folder, 'direct.db'));
  direct.exec(
    'pragma journal_mode = wal; pragma synchronous = normal; create table rows (call_id text primary key, time integer, row text)',
  );
  const insert = direct.prepare('insert into rows values (?, ?, ?)');
  const { append, bare, sqlite } = await cpuUs(
    {
      append: () => ledger.append([usageRow()]),
      bare: () => writeSync(file, `${JSON.stringify([usageRow()])}\n`),
      sqlite: () => {
        const row = usageRow();
        insert.run(row.callId, row.time, JSON.stringify(row));
      },
    },
    { turns: 7, calls: 2_000 },
  );
  direct.close();
  await ledger.flush();
  say(
    `ledger: a call waits ${append.toFixed(1)} us for its row, ${ratio(append, bare)} a bare write to a file (${bare.toFixed(1)} us; 4 us beside it are promised), ` +
      `${ratio(append, sqlite)} a direct SQLite insert (${sqlite.toFixed(1)} us)`,
  );
}

async function draining(ledger: Ledger): Promise<void> {
  const before = process.cpuUsage();
  for (let index = 0; index < drained; index += 1) await ledger.append([rowAt(index)]);
  await ledger.flush();
  const { user, system } = process.cpuUsage(before);
  say(`ledger: ${((user + system) / drained).toFixed(0)} us CPU a row in all: file, database and roll-up, most of it in the background`);
}

async function reporting(ledger: Ledger, database: Database): Promise<void> {
  for (let index = 0; index < rows; index += atOnce) {
    const batch = Array.from({ length: atOnce }, (_, at) => rowAt(index + at));
    await database.tx((tx) => storeUsageRows(tx, batch));
  }
  const to = begin + spanMs;
  const { report, raw } = await cpuUs(
    {
      report: () =>
        ledger.totals({ from: begin, to, groupBy: ['coordinate', 'model'], interval: null, first: 100, after: null, only: null }),
      raw: () =>
        database.all(
          `select k.coordinate, k.model, count(*), sum(fresh_input), sum(output), sum(cost) from usage_rows r
           join usage_keys k on k.id = r.key_id where time >= $1 and time < $2 group by k.coordinate, k.model`,
          [begin, to],
        ),
    },
    { turns: 5, calls: 1 },
  );
  say(
    `aiUsage over ${rows} rows of two days: ${(report / 1000).toFixed(0)} ms, ${ratio(report, raw)} a plain GROUP BY over the rows (${(raw / 1000).toFixed(0)} ms)`,
  );
}

/** A million rows of 40 days, stored as the gateway stores them: 3 teams, 4 clients, 6 operations, 5 fields and 3 models. */
const manyRows = 1_000_000;
const manyDays = 40;

const oneOfMany = (index: number) =>
  usageRow({
    time: begin + Math.floor((index / manyRows) * manyDays * 24 * 3_600_000),
    callId: `call ${index}`,
    coordinate: `Product.field${index % 5}`,
    operation: `Operation${(index * 7) % 6}`,
    client: `client-${(index * 11) % 4}`,
    model: `model-${(index * 13) % 3}`,
    principal: `key:${(index * 17) % 30}`,
    team: `team-${(index * 17) % 3}`,
    outcome: index % 50 === 0 ? 'TIMEOUT' : 'OK',
    cost: index % 1_000,
    latencyMs: 20 + (index % 4_000),
    countsAs: index % 3 === 0 ? 'operation' : null,
  });

/** The four questions of the console's page Spend for its 30 days, which begin and end at midnight of the zone. */
function spendPage(timeZone: string, hours: number): readonly (readonly [string, UsageQuery])[] {
  const offsetMs = hours * 3_600_000;
  const to = begin + manyDays * 24 * 3_600_000 - offsetMs;
  const asked = { from: to - 30 * 24 * 3_600_000, to, timeZone, first: 1_000, after: null, only: null };
  const inOrder = { ...asked, interval: null, orderBy: 'cost', percentiles: true } as const;
  return [
    [
      `Spend in ${timeZone}: the tree of operations, fields and models`,
      { ...inOrder, groupBy: ['operation', 'coordinate', 'model'], total: true },
    ],
    [`Spend in ${timeZone}: its operations`, { ...inOrder, groupBy: ['operation'] }],
    [`Spend in ${timeZone}: its chart by days`, { ...asked, groupBy: [], interval: 'day' }],
    [`Spend in ${timeZone}: its failures`, { ...asked, groupBy: ['outcome'], interval: null, orderBy: 'failedCost' }],
  ];
}

/** Each question, and what is filtered. */
async function reportingMany(): Promise<void> {
  await inFolder(async (folder) => {
    const database = openSqlite(join(folder, 'fieldgate.db'), migrations);
    for (let index = 0; index < manyRows; index += atOnce) {
      await database.tx((tx) =>
        storeUsageRows(
          tx,
          Array.from({ length: atOnce }, (_, at) => oneOfMany(index + at)),
        ),
      );
    }
    const histogram = monitorEventLoopDelay({ resolution: 1 });
    const range = { from: begin + 10 * 24 * 3_600_000 + 1, to: begin + manyDays * 24 * 3_600_000, first: 1_000, after: null, only: null };
    const tree = { ...range, groupBy: ['operation', 'coordinate', 'model'], interval: null, orderBy: 'cost', total: true } as const;
    const queries: readonly (readonly [string, UsageQuery])[] = [
      ...spendPage('UTC', 0),
      ...spendPage('Asia/Kathmandu', 5.75),
      ...spendPage('America/Los_Angeles', -8),
      ['the tree of one team and two models', { ...tree, where: { values: { team: ['team-1'], model: ['model-0', 'model-2'] } } }],
      ['by key and field', { ...range, groupBy: ['principal', 'coordinate'], interval: null }],
    ];
    for (const [what, query] of queries) {
      histogram.reset();
      histogram.enable();
      const began = performance.now();
      await usageTotals(database, query);
      const tookMs = performance.now() - began;
      histogram.disable();
      say(
        `aiUsage over ${manyRows} rows, ${what}: ${tookMs.toFixed(0)} ms, ` +
          `in which nobody waits for longer than ${(histogram.max / 1e6).toFixed(0)} ms (p99 ${(histogram.percentile(99) / 1e6).toFixed(0)} ms)`,
      );
    }
    await database.close();
  });
}

if (import.meta.main) await ledgerBench();
