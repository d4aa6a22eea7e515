import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Booked } from '../../../src/storage/journal/book-lines.ts';
import { type BookingWorker, openBookingWorker } from '../../../src/storage/journal/booking-worker.ts';
import { lineText, rowsEntry, settledEntry } from '../../../src/storage/journal/journal-line.ts';
import { whenOver } from '../../when-over.ts';
import { usageRow } from '../rows.ts';
import { type Process, processOn, temporaryFolder } from '../state.ts';

const account = { name: 'key:a', per: 'month', start: Date.UTC(2026, 10) } as const;
const lineOf = (owner: string, number: number, cost = 5): string =>
  lineText(number, [
    rowsEntry([usageRow({ callId: `call ${number}`, cost })]),
    settledEntry({ drawId: `${owner}.${number}`, cost, freed: cost, accounts: [account] }),
  ]);
const orders = { here: 0 };

async function opened(): Promise<Process & { readonly worker: BookingWorker }> {
  const folder = temporaryFolder();
  const process = await processOn(folder, { clock: { time: Date.now() } });
  orders.here = 0;
  const here = async (): Promise<Booked> => {
    orders.here += 1;
    return 'booked';
  };
  const worker = openBookingWorker({ file: join(folder, 'fieldgate.db'), here, linesBefore: 0 });
  whenOver(() => worker.close());
  for (let isReady = false; !isReady; await wait(20)) {
    const before = orders.here;
    await worker.book(process.owner.id(), []);
    isReady = orders.here === before;
  }
  orders.here = 0;
  return { ...process, worker };
}
const spentIn = async ({ database }: Process): Promise<number> =>
  Number((await database.all('select spent from accounts where name = $1', [account.name]))[0]?.['spent'] ?? 0);

describe('the thread that books lines', () => {
  it('the thread that books lines books rows and sums on its own connection, each line once however often it comes', async () => {
    const state = await opened();
    const { worker, owner, database } = state;
    const id = owner.id();
    const lines = [1, 2, 3, 4].map((number) => lineOf(id, number));
    expect(await worker.book(id, lines.slice(0, 3))).toBe('booked');
    expect(await worker.book(id, lines.slice(1))).toBe('booked');
    expect(orders.here).toBe(0);
    expect(await database.all('select call_id from usage_rows')).toHaveLength(4);
    expect(await spentIn(state)).toBe(20);
  });

  it('the thread that books lines books nothing of an owner that others took for dead, and says so', async () => {
    const state = await opened();
    const { worker, owner, database } = state;
    await database.run('update owners set condemned = 1');
    expect(await worker.book(owner.id(), [lineOf(owner.id(), 1)])).toBe('fenced');
    expect(await spentIn(state)).toBe(0);
  });

  it('the thread that books lines says what its database said, in words for the caller', async () => {
    const { worker, owner, database } = await opened();
    await database.exec('alter table usage_rows rename to away');
    await expect(worker.book(owner.id(), [lineOf(owner.id(), 1)])).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      details: { about: 'gateway' },
    });
    await database.exec('alter table away rename to usage_rows');
    expect(await worker.book(owner.id(), [lineOf(owner.id(), 1)])).toBe('booked');
  });

  it('the thread that books lines is not used any more once it is closed', async () => {
    const { worker, owner } = await opened();
    await worker.close();
    expect(await worker.book(owner.id(), [lineOf(owner.id(), 1)])).toBe('booked');
    expect(orders.here).toBe(1);
  });
});
