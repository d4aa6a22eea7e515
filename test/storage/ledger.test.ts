import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Statements } from '../../src/storage/database.ts';
import type { UsageQuery } from '../../src/storage/ledger.ts';
import { usageTotals } from '../../src/storage/ledger-totals.ts';
import { openOutbox } from '../../src/storage/outbox.ts';
import { ledgerContract } from '../contracts/ledger.ts';
import { usageRow } from './rows.ts';
import { type Clock, deadPid, type Process, processOn, temporaryFolder } from './state.ts';

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
    const one = await processOn(folder, { clock, pid: deadPid() });
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
});
