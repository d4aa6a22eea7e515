import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { csvOf } from '../../src/cli/text/csv.ts';
import { migrations } from '../../src/storage/database/migrate.ts';
import { openSqlite } from '../../src/storage/database/sqlite.ts';
import { storeUsageRows } from '../../src/storage/ledger/usage-rows.ts';
import { usageRow } from '../storage/rows.ts';
import { folderWith, inProcess, refusal } from './run.ts';

/** A folder whose ledger has three calls. */
async function folderWithUsage(): Promise<string> {
  const cwd = folderWith();
  await inProcess(['keys', 'list'], { cwd });
  const database = openSqlite(join(cwd, '.fieldgate/fieldgate.db'), migrations);
  const at = (hour: number) => Date.UTC(2026, 10, 5, hour);
  await database.tx((tx) =>
    storeUsageRows(tx, [
      usageRow({ time: at(3), operation: '=cmd', client: 'web', cost: 1_500_000_000, countsAs: 'operation' }),
      usageRow({ time: at(20), operation: 'Shop', client: null, cost: 2_000_000_000, countsAs: 'operation' }),
      usageRow({ time: at(21), operation: 'Shop', client: 'web', cost: 250_000_000, outcome: 'TIMEOUT', countsAs: 'operation' }),
    ]),
  );
  await database.close();
  return cwd;
}

const range = ['--from', '2026-11-01', '--to', '2026-11-30'];

describe('fieldgate usage', () => {
  it('fieldgate usage adds up calls by names and by days of a zone, filtered, as a table with a total or as CSV', async () => {
    const cwd = await folderWithUsage();
    const table = (await inProcess(['usage', ...range, '--by', 'operation'], { cwd })).out.trimEnd().split('\n');
    expect(table.map((line) => line.split(/ {2,}/).slice(0, 3))).toEqual([
      ['operation', 'calls', 'operations'],
      ['Shop', '2', '2'],
      ['=cmd', '1', '1'],
      ['total', '3', '3'],
    ]);
    expect(table.at(-1)).toContain('3.75');
    const csv = (await inProcess(['usage', ...range, '--by', 'operation,client', '--csv'], { cwd })).out.split('\r\n');
    expect(csv).toEqual([
      'operation,client,calls,operations,failures,tokens,cost,failed cost,saved cost,unpriced calls',
      'Shop,,1,1,0,15,2,0,0,0',
      "'=cmd,web,1,1,0,15,1.5,0,0,0",
      'Shop,web,1,1,1,15,0.25,0.25,0,0',
      '',
    ]);
    const filtered = ['--where', 'client=', '--where', 'operation=Shop', '--interval', 'day', '--time-zone', 'Asia/Kathmandu'];
    expect((await inProcess(['usage', ...range, '--csv', ...filtered], { cwd })).out).toContain(
      '\r\n2026-11-05T18:15:00.000Z,Query.completion,1,1,0,15,2,0,0,0\r\n',
    );
    expect((await inProcess(['usage', ...range, '--where', 'team=nobody', '--csv'], { cwd })).out.split('\r\n')).toHaveLength(2);

    expect(await refusal(['usage', '--by', 'colour'], cwd)).toContain('--by has "colour", which is none of coordinate, operation,');
    for (const unsaid of ['web', 'client', 'tag:feature'])
      expect(await refusal(['usage', '--where', unsaid], cwd)).toContain(`--where has "${unsaid}". It must be NAME=VALUE`);
    expect(await refusal(['usage', '--where', 'colour=red'], cwd)).toContain('--where has "colour", which is none of coordinate,');
    expect(await refusal(['usage', '--where', 'tag:feature=a', '--where', 'tag:feature=b'], cwd)).toContain('tag:feature twice');
    expect(await refusal(['usage', '--interval', 'week'], cwd)).toContain('one of minute, hour, day, month');
    expect(await refusal(['usage', '--time-zone', 'Berlin'], cwd)).toContain('such as "Europe/Berlin"');
    expect(await refusal(['usage', '--from', 'yesterday'], cwd)).toContain('--from is "yesterday"');
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['-cmd', "'-cmd"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-12.5', '-12.5'],
    ['a,"b"\n', '"a,""b""\n"'],
    ['=a,b', '"\'=a,b"'],
    ['\u001b[2J\u202e=1', '[2J=1'],
    ['\u0000=1', "'=1"],
  ])('a cell of CSV is quoted, and is no formula: %j', (text, cell) => {
    expect(csvOf(['x'], [[text]])).toBe(`x\r\n${cell}\r\n`);
  });
});
