import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStorage, type StorageOptions } from '../../src/storage/open.ts';
import { openOutbox } from '../../src/storage/outbox.ts';
import { usageRow } from './rows.ts';
import { temporaryFolder } from './state.ts';

async function opened(options: StorageOptions) {
  const storage = await openStorage(options);
  onTestFinished(() => storage.close());
  return storage;
}

const all = { from: 0, to: Date.UTC(2030, 0), groupBy: ['outcome' as const], interval: null, first: 10, after: null, only: null };

describe('the state', () => {
  it('lasts in its folder, which nobody else may read', async () => {
    const folder = join(temporaryFolder(), 'state');
    const storage = await openStorage({ folder });
    storage.ledger.append([usageRow({ cost: 7 })]);
    await storage.completions.save({ id: 'c', principal: 'key:a', body: 'text', expiresAt: Date.now() + 60_000, freesKey: false });
    await storage.close();
    const again = await opened({ folder });
    expect((await again.ledger.totals(all)).totals).toMatchObject([{ calls: 1, cost: 7 }]);
    expect(await again.completions.find('c', 'key:a')).toMatchObject({ body: 'text' });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'master.key')).mode & 0o777).toBe(0o600);
  });

  it('without a folder leaves nothing behind', async () => {
    const storage = await opened({ folder: null });
    storage.ledger.append([usageRow()]);
    await storage.ledger.flush();
    expect((await storage.ledger.totals(all)).totals).toMatchObject([{ calls: 1 }]);
    expect(await storage.ailments()).toEqual([]);
  });

  it('is not ready while it answers and takes nothing down, as on a full disk', async () => {
    const storage = await opened({ folder: temporaryFolder() });
    await storage.database.exec('pragma query_only = on');
    expect(await storage.ailments()).toEqual([expect.stringContaining('cannot be written')]);
    await storage.database.exec('pragma query_only = off');
    expect(await storage.ailments()).toEqual([]);
  });

  it('is ready until the database does not answer', async () => {
    const storage = await opened({ folder: temporaryFolder() });
    expect(await storage.ailments()).toEqual([]);
    await storage.close();
    expect(await storage.ailments()).toContain('The database does not answer.');
  });

  it('drains what a dead process left before it books its calls as lost', async () => {
    const folder = temporaryFolder();
    const dead = await openStorage({ folder });
    const row = usageRow({ callId: 'x', cost: 5 });
    await (await dead.limits.hold([], 0)).draw({ callId: 'x', most: 9, rows: [{ ...row, cost: 9, outcome: 'LOST' }] });
    await dead.close();
    const outbox = openOutbox(join(folder, 'outbox', 'dead.1.outbox'));
    outbox.append(JSON.stringify([row]));
    outbox.close();
    const storage = await opened({ folder });
    expect((await storage.ledger.totals(all)).totals).toMatchObject([{ key: { outcome: 'OK' }, calls: 1, cost: 5 }]);
    expect(readdirSync(join(folder, 'outbox'))).toEqual([]);
  });

  it('tells the operator of calls that were lost', async () => {
    const folder = temporaryFolder();
    const dead = await openStorage({ folder });
    await (await dead.limits.hold([], 0)).draw({ callId: 'x', most: 9, rows: [usageRow({ callId: 'x', cost: 9, outcome: 'LOST' })] });
    await dead.close();
    const warnings: string[] = [];
    await opened({ folder, warn: (sentence) => warnings.push(sentence) });
    expect(warnings).toEqual(['1 call(s) of a process that died were booked as LOST.']);
  });
});

describe('a folder that cannot be used is refused in a sentence', () => {
  it('when a file is in its place', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, 'mine');
    const refused = expect.objectContaining({
      code: 'BAD_REQUEST',
      message: expect.stringMatching(/state folder .* cannot be used: .*file/),
    });
    await expect(openStorage({ folder: file })).rejects.toEqual(refused);
    await expect(openStorage({ folder: join(file, 'below') })).rejects.toEqual(refused);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('when its database is none', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'fieldgate.db'), 'this is no database, but a text that somebody put here'.repeat(100));
    await expect(openStorage({ folder })).rejects.toMatchObject({ code: 'BAD_REQUEST', message: expect.stringMatching(/not a database/) });
  });

  it.skipIf(process.getuid?.() === 0)('when it may not be written', async () => {
    const folder = join(temporaryFolder(), 'state');
    mkdirSync(folder, { mode: 0o500 });
    await expect(openStorage({ folder })).rejects.toMatchObject({ message: expect.stringMatching(/may not write/) });
  });
});
