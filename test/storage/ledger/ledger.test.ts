import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Statements } from '../../../src/storage/database/database.ts';
import { migrations } from '../../../src/storage/database/migrate.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { openKeys } from '../../../src/storage/keys/sql-keys.ts';
import type { CallPage, UsageQuery } from '../../../src/storage/ledger/ledger.ts';
import { usageTotals } from '../../../src/storage/ledger/report/report-totals.ts';
import { hourMs, quarterMs } from '../../../src/storage/ledger/roll-ups.ts';
import { storedCall, storedCalls } from '../../../src/storage/ledger/stored-calls.ts';
import { storeUsageRows } from '../../../src/storage/ledger/usage-rows.ts';
import { calendarWindow } from '../../../src/storage/limits/calendar.ts';
import { ledgerContract } from '../../contracts/ledger.ts';
import { perRound } from '../../rounds.ts';
import { usageRow } from '../rows.ts';
import { type Clock, type Process, processOn, temporaryFolder } from '../state.ts';

const clock: Clock = { time: Date.UTC(2026, 10, 5) };
const all: UsageQuery = { from: 0, to: Date.UTC(2030, 0), groupBy: [], interval: null, first: 100, after: null, only: null };
describe('the ledger with a journal', () => ledgerContract(async () => (await processOn(temporaryFolder(), { clock })).ledger));

describe('a report over all time', () => {
  it.each([[[]], [[Date.UTC(2026, 10, 5, 12), Date.UTC(2026, 10, 20)]]])(
    'a report over all time asks the database for the time in which something was used, and no more (%j)',
    async (times) => {
      const { ledger, database } = await processOn(temporaryFolder(), { clock });
      for (const time of times) await ledger.append([usageRow({ time })]);
      await ledger.flush();
      let asked = 0;
      const counted: Statements = {
        ...database,
        all: (sql, values) => {
          asked += 1;
          return database.all(sql, values);
        },
      };
      const ever = { ...all, from: Date.UTC(1, 0), to: Date.UTC(9999, 11) };
      expect((await usageTotals(counted, ever)).totals.map(({ calls }) => calls)).toEqual(times.length === 0 ? [] : [times.length]);
      expect(asked).toBeLessThan(10);
    },
  );
});

describe('a report over many rows', () => {
  const begin = Date.UTC(2026, 9, 1);
  /** Half of them within one hour, the others over days, each under a key of its own. */
  const rowAt = (index: number) =>
    usageRow({
      time: begin + (index % 2 === 0 ? 1_000 + index : index * 600_000),
      callId: `call ${index}`,
      coordinate: `Query.f${index % 7}`,
      principal: `key:${index}`,
      cost: index % 5 === 0 ? null : index,
    });
  const filled = async (rows: number): Promise<Process> => {
    const opened = await processOn(temporaryFolder(), { clock });
    await opened.ledger.append(Array.from({ length: rows }, (_, index) => rowAt(index)));
    await opened.ledger.flush();
    return opened;
  };

  it('a report over many rows is read in pieces, between which others have their turn, however many rows one hour has', async () => {
    const { database } = await filled(600);
    for (const [query, most] of [
      [{ ...all, groupBy: ['coordinate'] }, 600],
      [{ ...all, groupBy: ['coordinate'], from: begin + 500, to: begin + 0.9 * hourMs }, 300],
      [{ ...all, groupBy: ['principal'], interval: 'minute', from: begin, to: begin + 48 * hourMs }, 600],
    ] as const) {
      let turns = 0;
      let going = true;
      const turn = (): void => {
        turns += 1;
        if (going) setImmediate(turn);
      };
      setImmediate(turn);
      let sums = 0;
      let largest = 0;
      const counted: Statements = {
        run: database.run,
        async all(sql, values) {
          if (!sql.includes('usage_keys')) return database.all(sql, values);
          sums += 1;
          const inPiece = /from \(select (?<selected>.*)\) u join/s.exec(sql)?.groups?.['selected'] ?? '';
          const [counts] = await database.all(`select count(*) as found from (select ${inPiece})`, values);
          largest = Math.max(largest, Number(counts?.['found']));
          return database.all(sql, values);
        },
      };
      await usageTotals(counted, { ...query, first: 1_000 }, { rowsPerPiece: 40 });
      going = false;
      expect(largest).toBeLessThanOrEqual(40);
      expect(sums).toBeGreaterThanOrEqual(Math.floor((0.5 * most) / 40));
      expect(turns).toBeGreaterThanOrEqual(sums - 1);
    }
  });

  it('a report over many rows says the same in pieces of any size, page by page', async () => {
    const { database } = await filled(perRound(48, 120));
    const inPages = async (query: UsageQuery, rowsPerPiece: number) => {
      const totals = [];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof usageTotals>> = await usageTotals(database, { ...query, after }, { rowsPerPiece });
        totals.push(...page.totals);
        after = page.endCursor;
      } while (after !== null);
      return totals;
    };
    for (const groupBy of [[], ['coordinate'], ['principal', 'coordinate']] as const) {
      for (const interval of [null, 'hour', 'day', 'month'] as const) {
        for (const [from, to] of [
          [begin, begin + 30 * 24 * hourMs],
          [begin + 1_050, begin + 12.3 * hourMs],
        ] as const) {
          const query: UsageQuery = { ...all, groupBy, interval, from, to, first: 7 };
          const whole = (await usageTotals(database, { ...query, first: 1_000 }, { rowsPerPiece: 100_000 })).totals;
          for (const size of [1, 3, 1_000]) expect(await inPages(query, size)).toEqual(whole);
        }
      }
    }
  });

  it('a list of calls has a call whose uses are more than one piece has, by any of its uses', async () => {
    const { ledger } = await processOn(temporaryFolder(), { clock });
    const uses = Array.from({ length: 2_100 }, (_, use) =>
      usageRow({ time: begin, callId: 'long', use, coordinate: use === 0 ? 'Query.first' : use === 2_099 ? 'Query.last' : 'Query.other' }),
    );
    await ledger.append(uses);
    await ledger.flush();
    for (const coordinate of ['Query.first', 'Query.last']) {
      const { calls } = await ledger.calls({ ...all, where: { values: { coordinate: [coordinate] } } });
      expect(calls.map((call) => call.uses.map((row) => row.coordinate))).toEqual([[coordinate]]);
    }
  });

  it('a list of calls has fewer a page where they have many uses, and each of them once; a call with more than a page has is read in turns', async () => {
    const { ledger, database } = await processOn(temporaryFolder(), { clock });
    const uses = [900, 900, 5_000, 900, 900, 1];
    await ledger.append(
      uses.flatMap((count, call) =>
        Array.from({ length: count }, (_, use) =>
          usageRow({ time: begin - call, callId: `call ${call}`, use, coordinate: `Query.f${use % 3}` }),
        ),
      ),
    );
    await ledger.flush();
    let most = 0;
    const counted: Statements = {
      ...database,
      async all(sql, values) {
        const rows = await database.all(sql, values);
        most = Math.max(most, rows.length);
        return rows;
      },
    };
    const pages: (readonly number[])[] = [];
    let after: string | null = null;
    do {
      const page: CallPage = await storedCalls(counted, { ...all, after });
      pages.push(page.calls.map((call) => call.uses.length));
      after = page.endCursor;
    } while (after !== null);
    expect(pages).toEqual([[900, 900], [5_000], [900, 900, 1]]);
    expect((await storedCall(counted, 'call 2', null))?.uses.map(({ use }) => use)).toEqual(Array.from({ length: 5_000 }, (_, use) => use));
    expect(most).toBeLessThanOrEqual(2_000);
  });

  it('a report over many rows gives others their turn within the times of busy keys, and counts them all', async () => {
    const { ledger, database } = await processOn(temporaryFolder(), { clock });
    await ledger.append([usageRow({ time: begin, latencyMs: 100 }), usageRow({ time: begin + 1, latencyMs: 100 })]);
    await ledger.flush();
    // Hundreds of keys have hundreds of classes each. They are added up in one text.
    const times = 'l40:1,'.repeat(200_000).slice(0, -1);
    await database.run('update usage_quarters set times = $1', [times]);
    const turnsOf = async (percentiles: boolean): Promise<number> => {
      let turns = 0;
      let over = false;
      const count = (): void => {
        turns += 1;
        if (!over) setImmediate(count);
      };
      setImmediate(count);
      const { totals, total } = await usageTotals(database, { ...all, from: begin, to: begin + hourMs, percentiles, total: true });
      over = true;
      if (percentiles)
        expect([totals[0]?.latency, total?.latency]).toEqual(Array(2).fill({ p50Ms: expect.closeTo(43, 0), p95Ms: expect.closeTo(43, 0) }));
      return turns;
    };
    expect((await turnsOf(true)) - (await turnsOf(false))).toBeGreaterThanOrEqual(Math.floor(times.length / 250_000));
  });

  it('a list of calls that nobody made is looked for in the roll-ups a piece at a time, and finds those that are far back', async () => {
    const { database } = await filled(6_000);
    let asked = 0;
    const counted: Statements = {
      ...database,
      all(sql, values) {
        asked += 1;
        return database.all(sql, values);
      },
    };
    const of = (key: string) => storedCalls(counted, { ...all, where: { values: { principal: [key] } } });
    expect((await of('key:none')).calls).toEqual([]);
    expect(asked).toBeGreaterThan(4);
    for (const key of ['key:1', 'key:3', 'key:2500', 'key:5999'])
      expect((await of(key)).calls.map(({ uses: [{ principal }] }) => principal)).toEqual([key]);
  });

  it('a report and a list of calls are read no further once their reader has left', async () => {
    const { database } = await filled(3_000);
    for (const read of [
      (of: Statements, signal: AbortSignal) => usageTotals(of, all, { rowsPerPiece: 100, signal }),
      (of: Statements, signal: AbortSignal) =>
        storedCalls(
          of,
          {
            ...all,
            first: 1,
            where: { values: { coordinate: ['Query.f0'] }, tags: { none: 'of them' } },
            from: begin,
            to: begin + 30 * 24 * hourMs,
          },
          signal,
        ),
    ]) {
      const left = new AbortController();
      let asked = 0;
      const leaving: Statements = {
        ...database,
        all(sql, values) {
          asked += 1;
          if (asked === 2) left.abort();
          return database.all(sql, values);
        },
      };
      await expect(read(leaving, left.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(asked).toBeLessThanOrEqual(4);
    }
  });

  it.each([
    ['Asia/Kathmandu', { usage_quarters: 12, usage_eighths: 7 }],
    ['America/Los_Angeles', { usage_quarters: 12, usage_eighths: 7 }],
    ['Asia/Tokyo', { usage_eighths: 8 }],
    ['UTC', { usage_days: 1 }],
  ])(
    'a report over many rows reads a day of %s from few sums: eighths of days, and quarters of an hour at its ends alone',
    async (timeZone, read) => {
      const { ledger, database } = await processOn(temporaryFolder(), { clock });
      const { begin: from, end: to } = calendarWindow('day', timeZone, Date.UTC(2026, 9, 10, 12));
      await ledger.append(Array.from({ length: 5 * 96 }, (_, quarter) => usageRow({ time: from - 2 * 24 * hourMs + quarter * quarterMs })));
      await ledger.flush();
      const found: Record<string, number> = {};
      const counted: Statements = {
        run: database.run,
        async all(sql, values) {
          const { table = '', selected = '' } =
            /from \((?<selected>select .* from (?<table>usage_\w+) r\s.*)\) u join/s.exec(sql)?.groups ?? {};
          if (table !== '') {
            const [counts] = await database.all(`select count(*) as sums from (${selected})`, values);
            found[table] = (found[table] ?? 0) + Number(counts?.['sums']);
          }
          return database.all(sql, values);
        },
      };
      const { totals } = await usageTotals(counted, { ...all, from, to, interval: 'day', timeZone });
      expect(totals).toMatchObject([{ from, calls: 96 }]);
      expect(found).toEqual(read);
    },
  );

  it('a report over many rows names keys, also those that were revoked', async () => {
    const { database, ledger } = await filled(4);
    const keys = openKeys(database);
    const key = {
      secretHash: 'x',
      team: 'search',
      scopes: [],
      routes: null,
      monthlyBudget: null,
      requestsPerMinute: null,
      callsPerMinute: null,
      agent: null,
      session: null,
      madeBy: null,
      development: false,
      former: null,
      createdBy: null,
      updatedAt: null,
      updatedBy: null,
      version: 1,
      lastUsedAt: null,
    };
    await keys.put({ ...key, id: '1', name: 'web', createdAt: 1, expiresAt: null, revokedAt: null });
    await keys.put({ ...key, id: '2', name: 'old web', createdAt: 1, expiresAt: null, revokedAt: 2 });
    const { totals } = await ledger.totals({ ...all, groupBy: ['principal', 'coordinate'] });
    expect(totals.map(({ key: { principal }, principalName }) => [principal, principalName])).toEqual([
      ['key:0', undefined],
      ['key:1', 'web'],
      ['key:2', 'old web'],
      ['key:3', undefined],
    ]);
  });
});

describe('retention', () => {
  it('retention deletes what is older than the day of the time given, and nothing else', async () => {
    const { ledger, database } = await processOn(temporaryFolder(), { clock });
    const day = Date.UTC(2026, 10, 5);
    for (const time of [day - 1, day - 24 * hourMs, day, day + hourMs]) await ledger.append([usageRow({ time, model: String(time) })]);
    await ledger.flush();
    expect(await ledger.deleteBefore(day + 12 * hourMs)).toBe(2);
    expect((await ledger.totals(all)).totals).toMatchObject([{ calls: 2 }]);
    expect(await database.all('select 1 from usage_keys')).toHaveLength(2);
    expect(await database.all('select 1 from usage_days')).toHaveLength(2);
  });

  it('retention deletes any number of rows, sums and keys a little at a time', async () => {
    const { ledger, database } = await processOn(temporaryFolder(), { clock });
    const hour = Date.UTC(2026, 10, 5);
    const rows = Array.from({ length: 1_300 }, (_, index) =>
      usageRow({ time: hour - 1 - index * 1_000, callId: `${index}`, model: `${index}` }),
    );
    await ledger.append([...rows, usageRow({ time: hour, model: '7' }), usageRow({ time: hour, model: 'new' })]);
    await ledger.flush();
    const changed: number[] = [];
    const run = database.run.bind(database);
    vi.spyOn(database, 'run').mockImplementation(async (sql, values) => {
      const rowsChanged = await run(sql, values);
      if (sql.startsWith('delete')) changed.push(rowsChanged);
      return rowsChanged;
    });
    expect(await ledger.deleteBefore(hour)).toBe(1_300);
    expect(Math.max(...changed)).toBeLessThanOrEqual(500);
    expect((await ledger.totals({ ...all, groupBy: ['model'] })).totals.map(({ key }) => key.model)).toEqual(['7', 'new']);
    expect(await database.all('select 1 from usage_keys')).toHaveLength(2);
    expect(await database.all('select 1 from usage_days')).toHaveLength(2);
  });
});

it('the ledger replaces a row of a lost call that was written before organisations were known, and its day adds up', async () => {
  const file = join(temporaryFolder(), 'old.db');
  const before = migrations.filter(({ id }) => id < 60);
  const old = openSqlite(file, before);
  const lost = usageRow({ outcome: 'LOST', cost: 500 });
  const key = ['Query.completion', '', '', 'key:a', 'search', 'default', 'embedded', 'embedded', 'extractive', 'LOST', 'BYPASS'];
  const id = createHash('sha256').update(JSON.stringify(key)).digest().readBigInt64BE();
  await old.run(`insert into usage_keys values ($1, ${key.map((_, index) => `$${index + 2}`).join(', ')})`, [id, ...key]);
  const hour = Math.floor(lost.time / hourMs) * hourMs;
  await old.run('insert into usage_rows values ($1, 0, $2, $3, null, 10, 0, 0, 5, 0, 0, 500, 0, 1, 12, 3, $4)', [
    lost.callId,
    lost.time,
    id,
    '{}',
  ]);
  const other = usageRow({ latencyMs: 900, time: lost.time + 24 * hourMs });
  await old.run('insert into usage_rows values ($1, 0, $2, $3, null, 1, 2, 3, 4, 5, 0, 7, 8, 1, 900, null, $4)', [
    'other',
    other.time,
    id,
    '{}',
  ]);
  await old.run('insert into usage_hours values ($1, $2, 0, 0, 1, 10, 0, 0, 5, 0, 0, 1, 500, 0)', [hour, id]);
  await old.close();
  const database = openSqlite(file, migrations);
  onTestFinished(() => database.close());
  const both = { ...all, from: Date.UTC(2026, 10, 5), to: Date.UTC(2026, 10, 7), interval: 'day' as const, percentiles: true };
  expect((await usageTotals(database, both)).totals).toMatchObject([
    { calls: 1, cost: 500, operations: null, latency: { p50Ms: 12.5 }, timeToFirstToken: { p50Ms: expect.closeTo(3, 0) } },
    {
      calls: 1,
      cost: 7,
      savedCost: 8,
      usage: { freshInputTokens: 1, cacheReadTokens: 2, cacheWriteTokens: 3, outputTokens: 4, reasoningTokens: 5 },
      timeToFirstToken: null,
    },
  ]);
  // The day of this zone is read from eighths of days, which the rows of before have too.
  const inTokyo = { ...both, from: Date.UTC(2026, 10, 4, 15), to: Date.UTC(2026, 10, 6, 15), timeZone: 'Asia/Tokyo' };
  expect((await usageTotals(database, inTokyo)).totals).toMatchObject([
    { calls: 1, cost: 500, latency: { p50Ms: 12.5 } },
    { calls: 1, cost: 7, savedCost: 8 },
  ]);
  await database.tx((tx) => storeUsageRows(tx, [{ ...lost, outcome: 'OK', cost: 90 }]));
  const { totals } = await usageTotals(database, { ...all, from: hour, to: hour + hourMs, groupBy: ['outcome', 'organisation'] });
  expect(totals.map(({ key, calls, cost }) => [key, calls, cost])).toEqual([[{ outcome: 'OK', organisation: null }, 1, 90]]);
});

it('the roll-ups that are made of an older ledger are those that its rows would have made, each class of times once', async () => {
  const folder = temporaryFolder();
  const day = Date.UTC(2026, 10, 5);
  const rows = Array.from({ length: 3_000 }, (_, index) =>
    usageRow({
      time: day + index * 20_000,
      callId: `call ${index}`,
      principal: `key:${index % 2}`,
      cost: index % 5 === 0 ? null : index,
      latencyMs: (index * 37) % 5_000,
      timeToFirstTokenMs: index % 3 === 0 ? null : index % 700,
    }),
  );
  const database = openSqlite(join(folder, 'new.db'), migrations);
  onTestFinished(() => database.close());
  await database.tx((tx) => storeUsageRows(tx, rows));
  const columns = 'calls, fresh_input, cache_read, cache_write, output, reasoning, estimated, priced, cost, saved_cost';
  const made = async (): Promise<unknown> => {
    const read = async (table: string): Promise<unknown> =>
      (await database.all(`select start, cast(key_id as text) as key, ${columns}, times from ${table} order by start, key_id`)).map(
        ({ times, ...sums }) => ({
          ...sums,
          times: String(times).split(',').toSorted(),
        }),
      );
    return [await read('usage_quarters'), await read('usage_days')];
  };
  const expected = await made();
  const anew = migrations.find(({ name }) => name === 'usage by quarters and days')?.sql ?? '';
  await database.run('drop table usage_quarters');
  await database.run('drop table usage_days');
  const statements = anew.slice(anew.indexOf('create table usage_quarters'), anew.indexOf('drop table usage_hours')).split(';\n');
  for (const statement of statements) if (statement.trim() !== '') await database.run(statement);
  expect(await made()).toEqual(expected);
});
