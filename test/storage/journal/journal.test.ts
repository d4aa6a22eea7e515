import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openJournal } from '../../../src/storage/journal/journal.ts';
import { openJournalFile } from '../../../src/storage/journal/journal-file.ts';
import { lineOf, lineText, rowsEntry } from '../../../src/storage/journal/journal-line.ts';
import type { UsageQuery } from '../../../src/storage/ledger/ledger.ts';
import { usageRow } from '../rows.ts';
import { type Clock, deadPid, type Process, processOn, temporaryFolder } from '../state.ts';

const clock: Clock = { time: Date.UTC(2026, 10, 5) };
const all: UsageQuery = { from: 0, to: Date.UTC(2030, 0), groupBy: [], interval: null, first: 100, after: null, only: null };
const callsIn = async ({ ledger }: Process): Promise<number> => (await ledger.totals(all)).totals[0]?.calls ?? 0;
/** What is waited for comes when the machine has time for it. */
const patience = { timeout: 20_000 };
const journals = (folder: string): string[] => readdirSync(join(folder, 'outbox')).map((file) => join(folder, 'outbox', file));

/** What a process leaves that was killed before the database had anything of it. */
function diedWith(folder: string, rows: number): string {
  const file = join(folder, 'outbox', `${crypto.randomUUID()}.1.journal`);
  mkdirSync(dirname(file), { recursive: true });
  const journal = openJournalFile(file);
  for (let n = 0; n < rows; n += 1) journal.append(lineText(n + 1, [rowsEntry([usageRow({ callId: `call ${n}` })])]));
  journal.close();
  return file;
}

describe('a journal', () => {
  it('a journal gives its rows to the next process when its own dies', async () => {
    const folder = temporaryFolder();
    diedWith(folder, 3);
    const next = await processOn(folder, { clock });
    await next.limits.recover();
    expect(await callsIn(next)).toBe(3);
    expect(journals(folder)).toEqual([]);
  });

  it('a journal loses only the line that the kill tore', async () => {
    const folder = temporaryFolder();
    const file = diedWith(folder, 3);
    truncateSync(file, readFileSync(file).length - 5);
    const next = await processOn(folder, { clock });
    await next.limits.recover();
    expect(await callsIn(next)).toBe(2);
  });

  it('a journal leaves out a line that was damaged, and takes the lines behind it', async () => {
    const folder = temporaryFolder();
    const file = diedWith(folder, 3);
    writeFileSync(file, readFileSync(file, 'utf8').replace('call 1', 'call X'));
    const next = await processOn(folder, { clock });
    await next.limits.recover();
    expect(await callsIn(next)).toBe(2);
  });

  it('a journal may be adopted again after a crash in the middle: nothing counts twice', async () => {
    const folder = temporaryFolder();
    const file = diedWith(folder, 3);
    const content = readFileSync(file);
    const next = await processOn(folder, { clock });
    await next.limits.recover();
    writeFileSync(file, content);
    await next.limits.recover();
    expect(await callsIn(next)).toBe(3);
  });

  it('a journal of a living process is left alone', async () => {
    const folder = temporaryFolder();
    const one = await processOn(folder, { clock });
    const other = await processOn(folder, { clock });
    await one.ledger.append([usageRow()]);
    await other.limits.recover();
    expect(journals(folder)).toHaveLength(1);
    await one.ledger.flush();
    expect(await callsIn(other)).toBe(1);
  });

  it('a journal is deleted at the end, when the database has all of it', async () => {
    const folder = temporaryFolder();
    const { ledger } = await processOn(folder, { clock });
    await ledger.append([usageRow()]);
    await ledger.close();
    expect(journals(folder)).toEqual([]);
  });

  it('a journal drains in the background', async () => {
    const folder = temporaryFolder();
    const { ledger, database } = await processOn(folder, { clock });
    await ledger.append([usageRow()]);
    await vi.waitFor(async () => expect(await database.all('select 1 from usage_rows')).toHaveLength(1), patience);
    expect(ledger.writable()).toBe(true);
  });

  it('a journal books the lines that come while those before them are being booked', async () => {
    const { owner } = await processOn(temporaryFolder(), { clock });
    const gate = Promise.withResolvers<void>();
    const booked: (number | null)[] = [];
    const journal = openJournal({
      owner,
      folder: null,
      async book(_, texts) {
        booked.push(...texts.map((text) => lineOf(text)?.number ?? null));
        await gate.promise;
        return 'booked';
      },
    });
    await journal.add([usageRow()]);
    const flushed = journal.flush();
    await vi.waitFor(() => expect(booked).toEqual([1]), patience);
    for (let n = 0; n < 3; n += 1) await journal.add([usageRow()]);
    expect(journal.waiting()).toBe(4);
    gate.resolve();
    await flushed;
    expect(booked).toEqual([1, 2, 3, 4]);
    expect(await journal.close()).toBe(true);
  });

  it('a journal stores the number of the last line in the transaction that stores the rows', async () => {
    const folder = temporaryFolder();
    const { ledger, database, owner } = await processOn(folder, { clock });
    const numbers = () => database.all('select booked from owners where id = $1', [owner.id()]);
    await ledger.append([usageRow()]);
    await ledger.append([usageRow()]);
    expect(await numbers()).toEqual([{ booked: 0 }]);
    await ledger.flush();
    expect(await numbers()).toEqual([{ booked: 2 }]);
  });

  it('a journal writes what one turn of the event loop brings as one line', async () => {
    const folder = temporaryFolder();
    const { ledger } = await processOn(folder, { clock });
    await Promise.all(Array.from({ length: 5 }, () => ledger.append([usageRow()])));
    await ledger.append([usageRow()]);
    const [file = ''] = journals(folder);
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2);
    expect(ledger.waiting()).toBe(6);
  });

  it('a journal of an older version gives its rows, too', async () => {
    const folder = temporaryFolder();
    const file = openJournalFile(join(folder, 'outbox', 'old.1.outbox'));
    mkdirSync(join(folder, 'outbox'));
    for (let n = 0; n < 3; n += 1) file.append(JSON.stringify([usageRow({ callId: `call ${n}` })]));
    file.close();
    const next = await processOn(folder, { clock });
    await next.limits.recover();
    expect(await callsIn(next)).toBe(3);
    expect(journals(folder)).toEqual([]);
  });

  it('a journal goes on under another name when others took its process for dead, and loses nothing', async () => {
    const folder = temporaryFolder();
    const one = await processOn(folder, { clock });
    const before = one.owner.id();
    await one.ledger.append([usageRow({ callId: 'before' })]);
    await one.database.run('update owners set condemned = 1');
    const other = await processOn(folder, { clock });
    await other.limits.recover();
    expect(await callsIn(other)).toBe(1);
    await one.ledger.append([usageRow({ callId: 'after' })]);
    await one.ledger.flush();
    expect(one.owner.id()).not.toBe(before);
    expect(await callsIn(other)).toBe(2);
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

  it('a disk that refuses stops new paid calls, and loses no row, until it takes them again', async () => {
    const folder = temporaryFolder();
    const one = await processOn(folder, { clock });
    const { letGo } = await heldUp(one);
    rmSync(join(folder, 'outbox'), { recursive: true });
    await one.ledger.append([usageRow()]);
    await one.ledger.append([usageRow()]);
    expect(one.ledger.writable()).toBe(false);
    mkdirSync(join(folder, 'outbox'));
    await vi.waitFor(() => expect(one.ledger.writable()).toBe(true), patience);
    const lines = readFileSync(journals(folder)[0] ?? '', 'utf8');
    expect(lines.trim().split('\n')).toHaveLength(2);
    await letGo();
    await one.ledger.flush();
    expect(await callsIn(one)).toBe(2);
  });

  it('a disk that refuses does no harm when the database takes the rows instead', async () => {
    const folder = temporaryFolder();
    const one = await processOn(folder, { clock });
    rmSync(join(folder, 'outbox'), { recursive: true });
    await one.ledger.append([usageRow()]);
    expect(one.ledger.writable()).toBe(false);
    await vi.waitFor(() => expect(one.ledger.writable()).toBe(true), patience);
    expect(await callsIn(one)).toBe(1);
  });
});

describe('a database that refuses', () => {
  it('a database that refuses leaves the rows in the outbox for the next process', async () => {
    const folder = temporaryFolder();
    const one = await processOn(folder, { clock, pid: deadPid });
    await one.database.run('alter table usage_rows rename to away');
    await one.ledger.append([usageRow()]);
    await expect(one.ledger.flush()).rejects.toThrow();
    expect(one.ledger.writable()).toBe(true);
    await one.ledger.close();
    await one.database.run('alter table away rename to usage_rows');
    const next = await processOn(folder, { clock });
    await next.limits.recover();
    expect(await callsIn(next)).toBe(1);
  });
});

describe('what waits for the database', () => {
  it('what waits for the database is stored a few rows at a time, however many fields a call has served', async () => {
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
    await ledger.append(wide);
    for (let call = 0; call < 20; call += 1)
      await ledger.append(Array.from({ length: 200 }, (_, use) => usageRow({ callId: `call ${call}`, use })));
    await ledger.flush();
    going = false;
    expect(stored).toBe(7_000);
    // Three within the wide call, and one between each two batches of at most 500 rows.
    expect(turns).toBeGreaterThanOrEqual(3 + 10);
  });
});
