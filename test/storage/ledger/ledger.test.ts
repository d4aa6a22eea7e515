import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Statements } from '../../../src/storage/database/database.ts';
import { openKeys } from '../../../src/storage/keys/sql-keys.ts';
import type { UsageQuery } from '../../../src/storage/ledger/ledger.ts';
import { openOutbox } from '../../../src/storage/ledger/outbox.ts';
import { usageTotals } from '../../../src/storage/ledger/report-totals.ts';
import { ledgerContract } from '../../contracts/ledger.ts';
import { usageRow } from '../rows.ts';
import { type Clock, deadPid, type Process, processOn, temporaryFolder } from '../state.ts';

const clock: Clock = { time: Date.UTC(2026, 10, 5) };
const all: UsageQuery = { from: 0, to: Date.UTC(2030, 0), groupBy: [], interval: null, first: 100, after: null, only: null };
const callsIn = async ({ ledger }: Process): Promise<number> => (await ledger.totals(all)).totals[0]?.calls ?? 0;
/** What is waited for comes when the machine has time for it. */
const patience = { timeout: 20_000 };
const outboxes = (folder: string): string[] => readdirSync(join(folder, 'outbox')).map((file) => join(folder, 'outbox', file));

describe('the ledger with an outbox', () => ledgerContract(async () => (await processOn(temporaryFolder(), { clock })).ledger));

/** What a process leaves that was killed before the database had anything of it. */
function diedWith(folder: string, rows: number): string {
  const file = join(folder, 'outbox', `${crypto.randomUUID()}.1.outbox`);
  mkdirSync(dirname(file), { recursive: true });
  const outbox = openOutbox(file);
  for (let n = 0; n < rows; n += 1) outbox.append(JSON.stringify([usageRow({ callId: `call ${n}` })]));
  outbox.close();
  return file;
}

describe('an outbox', () => {
  it('gives its rows to the next process when its own dies', async () => {
    const folder = temporaryFolder();
    diedWith(folder, 3);
    const next = await processOn(folder, { clock });
    await next.ledger.adopt();
    expect(await callsIn(next)).toBe(3);
    expect(outboxes(folder)).toEqual([]);
  });

  it('loses only the line that the kill tore', async () => {
    const folder = temporaryFolder();
    const file = diedWith(folder, 3);
    truncateSync(file, readFileSync(file).length - 5);
    const next = await processOn(folder, { clock });
    await next.ledger.adopt();
    expect(await callsIn(next)).toBe(2);
  });

  it('leaves out a line that was damaged, and takes the lines behind it', async () => {
    const folder = temporaryFolder();
    const file = diedWith(folder, 3);
    writeFileSync(file, readFileSync(file, 'utf8').replace('call 1', 'call X'));
    const next = await processOn(folder, { clock });
    await next.ledger.adopt();
    expect(await callsIn(next)).toBe(2);
  });

  it('may be adopted again after a crash in the middle: nothing counts twice', async () => {
    const folder = temporaryFolder();
    const file = diedWith(folder, 3);
    const content = readFileSync(file);
    const next = await processOn(folder, { clock });
    await next.ledger.adopt();
    writeFileSync(file, content);
    await next.ledger.adopt();
    expect(await callsIn(next)).toBe(3);
  });

  it('of a living process is left alone', async () => {
    const folder = temporaryFolder();
    const one = await processOn(folder, { clock });
    const other = await processOn(folder, { clock });
    one.ledger.append([usageRow()]);
    await other.ledger.adopt();
    expect(outboxes(folder)).toHaveLength(1);
    await one.ledger.flush();
    expect(await callsIn(other)).toBe(1);
  });

  it('is deleted at the end, when the database has all of it', async () => {
    const folder = temporaryFolder();
    const { ledger } = await processOn(folder, { clock });
    ledger.append([usageRow()]);
    await ledger.close();
    expect(outboxes(folder)).toEqual([]);
  });

  it('drains in the background', async () => {
    const folder = temporaryFolder();
    const { ledger, database } = await processOn(folder, { clock });
    ledger.append([usageRow()]);
    await vi.waitFor(async () => expect(await database.all('select 1 from usage_rows')).toHaveLength(1), patience);
    expect(ledger.writable()).toBe(true);
  });

  it('stores the position in the transaction that stores the rows', async () => {
    const folder = temporaryFolder();
    const { ledger, database } = await processOn(folder, { clock });
    ledger.append([usageRow()]);
    await ledger.flush();
    const [file = ''] = outboxes(folder);
    expect(await database.all('select position from outboxes')).toMatchObject([{ position: readFileSync(file).length }]);
  });
});

describe('a disk that refuses', () => {
  /** Nothing gets into the database until it is let go. */
  async function heldUp({ database }: Process): Promise<{ letGo: () => Promise<void> }> {
    let end = (): void => {};
    const holding = database.tx(() => new Promise<void>((resolve) => (end = resolve)));
    return {
      letGo: async () => {
        end();
        await holding;
      },
    };
  }

  it('stops new paid calls, and loses no row, until it takes them again', async () => {
    const folder = temporaryFolder();
    const one = await processOn(folder, { clock });
    const { letGo } = await heldUp(one);
    rmSync(join(folder, 'outbox'), { recursive: true });
    one.ledger.append([usageRow()]);
    one.ledger.append([usageRow()]);
    expect(one.ledger.writable()).toBe(false);
    mkdirSync(join(folder, 'outbox'));
    await vi.waitFor(() => expect(one.ledger.writable()).toBe(true), patience);
    const lines = readFileSync(outboxes(folder)[0] ?? '', 'utf8');
    expect(lines.trim().split('\n')).toHaveLength(2);
    await letGo();
    await one.ledger.flush();
    expect(await callsIn(one)).toBe(2);
  });

  it('does no harm when the database takes the rows instead', async () => {
    const folder = temporaryFolder();
    const one = await processOn(folder, { clock });
    rmSync(join(folder, 'outbox'), { recursive: true });
    one.ledger.append([usageRow()]);
    expect(one.ledger.writable()).toBe(false);
    await vi.waitFor(() => expect(one.ledger.writable()).toBe(true), patience);
    expect(await callsIn(one)).toBe(1);
  });
});

describe('a database that refuses', () => {
  it('leaves the rows in the outbox for the next process', async () => {
    const folder = temporaryFolder();
    const one = await processOn(folder, { clock, pid: deadPid });
    await one.database.run('alter table usage_rows rename to away');
    one.ledger.append([usageRow()]);
    await expect(one.ledger.flush()).rejects.toThrow();
    expect(one.ledger.writable()).toBe(true);
    await one.ledger.close();
    await one.database.run('alter table away rename to usage_rows');
    const next = await processOn(folder, { clock });
    await next.ledger.adopt();
    expect(await callsIn(next)).toBe(1);
  });
});

describe('a report over all time', () => {
  it.each([[[]], [[Date.UTC(2026, 10, 5, 12), Date.UTC(2026, 10, 20)]]])(
    'asks the database for the time in which something was used, and no more (%j)',
    async (times) => {
      const { ledger, database } = await processOn(temporaryFolder(), { clock });
      for (const time of times) ledger.append([usageRow({ time })]);
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

describe('what waits for the database', () => {
  it('is stored a few rows at a time, however many fields a call has served', async () => {
    const { ledger, database } = await processOn(temporaryFolder(), { clock });
    let stored = 0;
    let turns = 0;
    const tx = database.tx.bind(database);
    vi.spyOn(database, 'tx').mockImplementation((work) =>
      tx((statements) =>
        work({
          ...statements,
          run(sql, values) {
            if (sql.startsWith('insert into usage_rows')) stored += 1;
            return statements.run(sql, values);
          },
        }),
      ),
    );
    let going = true;
    const turn = (): void => {
      turns += 1;
      if (going) setImmediate(turn);
    };
    setImmediate(turn);
    const wide = Array.from({ length: 3_000 }, (_, use) => usageRow({ callId: 'wide', use }));
    ledger.append(wide);
    for (let call = 0; call < 20; call += 1)
      ledger.append(Array.from({ length: 200 }, (_, use) => usageRow({ callId: `call ${call}`, use })));
    await ledger.flush();
    going = false;
    expect(stored).toBe(7_000);
    // Three within the wide call, and one between each two batches of at most 500 rows.
    expect(turns).toBeGreaterThanOrEqual(3 + 10);
  });
});

describe('a report over many rows', () => {
  const begin = Date.UTC(2026, 9, 1);
  const hourMs = 3_600_000;
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
    opened.ledger.append(Array.from({ length: rows }, (_, index) => rowAt(index)));
    await opened.ledger.flush();
    return opened;
  };

  it('is read in pieces, between which others have their turn, however many rows one hour has', async () => {
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

  it('says the same in pieces of any size, page by page', async () => {
    const { database } = await filled(120);
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

  it('names keys, also those that were revoked', async () => {
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
      madeBy: null,
      development: false,
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
  it('deletes what is older than the hour of the time given, and nothing else', async () => {
    const { ledger, database } = await processOn(temporaryFolder(), { clock });
    const hour = Date.UTC(2026, 10, 5, 12);
    for (const time of [hour - 1, hour - 3_600_000, hour, hour + 1]) ledger.append([usageRow({ time, model: String(time) })]);
    await ledger.flush();
    expect(await ledger.deleteBefore(hour + 60_000)).toBe(2);
    expect((await ledger.totals(all)).totals).toMatchObject([{ calls: 2 }]);
    expect(await database.all('select 1 from usage_keys')).toHaveLength(2);
    expect(await database.all('select 1 from usage_hours')).toHaveLength(2);
  });

  it('deletes any number of rows, hours and keys a little at a time', async () => {
    const { ledger, database } = await processOn(temporaryFolder(), { clock });
    const hour = Date.UTC(2026, 10, 5, 12);
    const rows = Array.from({ length: 1_300 }, (_, index) =>
      usageRow({ time: hour - 1 - index * 1_000, callId: `${index}`, model: `${index}` }),
    );
    ledger.append([...rows, usageRow({ time: hour, model: '7' }), usageRow({ time: hour, model: 'new' })]);
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
    expect(await database.all('select 1 from usage_hours')).toHaveLength(2);
  });
});
