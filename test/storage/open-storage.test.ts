import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openJournalFile } from '../../src/storage/journal/journal-file.ts';
import { openStorage, type StorageOptions } from '../../src/storage/open-storage.ts';
import { usageRow } from './rows.ts';
import { temporaryFolder } from './state.ts';

async function opened(options: StorageOptions) {
  const storage = await openStorage(options);
  onTestFinished(() => storage.close());
  return storage;
}

const all = { from: 0, to: Date.UTC(2030, 0), groupBy: ['outcome' as const], interval: null, first: 10, after: null, only: null };

describe('the state', () => {
  it('the state lasts in its folder, which nobody else may read', async () => {
    const folder = join(temporaryFolder(), 'state');
    const storage = await openStorage({ folder });
    await storage.ledger.append([usageRow({ cost: 7 })]);
    await storage.completions.save({ id: 'c', principal: 'key:a', body: 'text', expiresAt: Date.now() + 60_000, freesKey: false });
    await storage.close();
    const again = await opened({ folder });
    expect((await again.ledger.totals(all)).totals).toMatchObject([{ calls: 1, cost: 7 }]);
    expect(await again.completions.find('c', 'key:a')).toMatchObject({ body: 'text' });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'master.key')).mode & 0o777).toBe(0o600);
  });

  it('the state without a folder leaves nothing behind', async () => {
    const storage = await opened({ folder: null });
    await storage.ledger.append([usageRow()]);
    await storage.ledger.flush();
    expect((await storage.ledger.totals(all)).totals).toMatchObject([{ calls: 1 }]);
    expect(await storage.problems()).toEqual([]);
  });

  it('the state is not ready while it answers and takes nothing down, as on a full disk', async () => {
    const storage = await opened({ folder: temporaryFolder() });
    await storage.database.exec('pragma query_only = on');
    expect(await storage.problems()).toEqual([expect.stringContaining('cannot be written')]);
    await storage.database.exec('pragma query_only = off');
    expect(await storage.problems()).toEqual([]);
  });

  it('the state is ready until the database does not answer', async () => {
    const storage = await opened({ folder: temporaryFolder() });
    expect(await storage.problems()).toEqual([]);
    await storage.close();
    expect(await storage.problems()).toContain('The database does not answer.');
  });

  it('the state drains what a dead process left before it books its calls as lost', async () => {
    const folder = temporaryFolder();
    const dead = await openStorage({ folder });
    const row = usageRow({ callId: 'x', cost: 5 });
    await (await dead.limits.hold([], 0)).draw({ callId: 'x', most: 9, rows: [{ ...row, cost: 9, outcome: 'LOST' }] });
    await dead.close();
    const outbox = openJournalFile(join(folder, 'outbox', 'dead.1.outbox'));
    outbox.append(JSON.stringify([row]));
    outbox.close();
    const storage = await opened({ folder });
    expect((await storage.ledger.totals(all)).totals).toMatchObject([{ key: { outcome: 'OK' }, calls: 1, cost: 5 }]);
    expect(readdirSync(join(folder, 'outbox'))).toEqual([]);
  });

  it('the state tells the operator of calls that were lost', async () => {
    const folder = temporaryFolder();
    const dead = await openStorage({ folder });
    await (await dead.limits.hold([], 0)).draw({ callId: 'x', most: 9, rows: [usageRow({ callId: 'x', cost: 9, outcome: 'LOST' })] });
    await dead.close();
    const warnings: string[] = [];
    await opened({ folder, warn: (sentence) => warnings.push(sentence) });
    expect(warnings).toEqual(['1 call(s) of a process that died were booked as LOST.']);
  });
});

describe('a state of which a part was lost', () => {
  /** A folder that has been used, with a sealed completion in it. */
  async function used(): Promise<string> {
    const folder = temporaryFolder();
    const storage = await openStorage({ folder });
    await storage.completions.save({ id: 'c', principal: 'key:a', body: 'text', expiresAt: Date.now() + 60_000, freesKey: false });
    await storage.close();
    return folder;
  }
  const database = (folder: string): string => join(folder, 'fieldgate.db');

  it.each([
    ['emptied', (folder: string) => truncateSync(database(folder), 0)],
    ['deleted', (folder: string) => rmSync(database(folder))],
  ])('a state of which a part was lost is refused, and not begun anew, when its database was %s', async (_, lose) => {
    const folder = await used();
    lose(folder);
    await expect(openStorage({ folder })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringMatching(/database fieldgate\.db is missing or empty.*backup.*move the folder away/),
    });
  });

  it('a state of which a part was lost is refused when its master key was lost or exchanged, until the operator gives up what it sealed', async () => {
    const folder = await used();
    const key = join(folder, 'master.key');
    const original = readFileSync(key);
    rmSync(key);
    await expect(openStorage({ folder })).rejects.toMatchObject({ message: expect.stringMatching(/is missing.*acceptLostMasterKey/) });
    expect(existsSync(key)).toBe(false);
    writeFileSync(key, randomBytes(32).toString('base64'));
    await expect(openStorage({ folder })).rejects.toMatchObject({ message: expect.stringMatching(/is another one.*acceptLostMasterKey/) });
    writeFileSync(key, original);
    const whole = await openStorage({ folder });
    expect(await whole.completions.find('c', 'key:a')).toMatchObject({ body: 'text' });
    await whole.close();
    rmSync(key);
    const begun = await openStorage({ folder, acceptLostMasterKey: true });
    expect(await begun.completions.find('c', 'key:a')).toBeNull();
    await begun.close();
    await (await opened({ folder })).completions.find('c', 'key:a');
  });

  it('a state of which a part was lost is told in the right words when its database is damaged', async () => {
    const folder = await used();
    const bytes = readFileSync(database(folder));
    writeFileSync(database(folder), Buffer.concat([bytes.subarray(0, 4096), randomBytes(bytes.length - 4096)]));
    await expect(openStorage({ folder })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringMatching(/its database is damaged\. Put the database back from a backup/),
    });
  });

  it.each([
    ['no JSON', 'hello'],
    ['no list', '{"callId":"x"}'],
    ['rows of another version', '[{"version":9,"callId":"x"}]'],
    ['a row without tokens', JSON.stringify([{ ...usageRow(), usage: {} }])],
  ])('a state of which a part was lost opens with a warning, and keeps the file, when a whole line of a journal is %s', async (_, text) => {
    const folder = await used();
    const row = usageRow({ callId: 'good', cost: 5 });
    const outbox = openJournalFile(join(folder, 'outbox', 'dead.1.outbox'));
    outbox.append(text);
    outbox.append(JSON.stringify([row]));
    outbox.close();
    const warnings: string[] = [];
    const storage = await opened({ folder, warn: (sentence) => warnings.push(sentence) });
    expect((await storage.ledger.totals(all)).totals).toMatchObject([{ calls: 1, cost: 5 }]);
    expect(warnings).toEqual([expect.stringMatching(/^1 line\(s\).*kept as .*dead\.1\.outbox\.unread/)]);
    expect(readdirSync(join(folder, 'outbox'))).toEqual(['dead.1.outbox.unread']);
  });

  it('a state of which a part was lost is not ready, and takes no paid calls, while its folder is deleted, emptied or replaced', async () => {
    for (const lose of [
      (folder: string) => rmSync(folder, { recursive: true }),
      (folder: string) => renameSync(folder, `${folder}-away`),
      (folder: string) => {
        rmSync(database(folder));
        writeFileSync(database(folder), '');
      },
      (folder: string) => rmSync(join(folder, 'outbox'), { recursive: true }),
      (folder: string) => truncateSync(database(folder), 0),
      (folder: string) => rmSync(`${database(folder)}-wal`),
    ]) {
      const folder = await used();
      const storage = await opened({ folder });
      expect([await storage.problems(), storage.ledger.writable()]).toEqual([[], true]);
      lose(folder);
      expect(await storage.problems()).toContainEqual(expect.stringMatching(/was deleted, emptied or replaced .* Put it back and restart/));
      expect(storage.ledger.writable()).toBe(false);
    }
  });

  it('a state of which a part was lost refuses paid calls within moments although nobody asks whether it is ready', async () => {
    const folder = await used();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const storage = await opened({ folder });
    rmSync(folder, { recursive: true });
    vi.advanceTimersByTime(1_000);
    await expect.poll(() => storage.ledger.writable()).toBe(false);
  });

  it('a state of which a part was lost belongs to this user alone, also where the folder was there before with its files', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const first = await openStorage({ folder });
    for (const name of readdirSync(folder).filter((file) => file.startsWith('fieldgate.db'))) {
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
      chmodSync(join(folder, name), 0o644);
    }
    await first.close();
    const again = await opened({ folder });
    await again.ledger.append([usageRow()]);
    await again.ledger.flush();
    const names = readdirSync(folder).filter((file) => file.startsWith('fieldgate.db'));
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
  });
});

describe('a folder that cannot be used is refused in a sentence', () => {
  it('a folder that cannot be used is refused in a sentence when a file is in its place', async () => {
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

  it('a folder that cannot be used is refused in a sentence when its database is none', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'fieldgate.db'), 'this is no database, but a text that somebody put here'.repeat(100));
    await expect(openStorage({ folder })).rejects.toMatchObject({ code: 'BAD_REQUEST', message: expect.stringMatching(/not a database/) });
  });

  it.skipIf(process.getuid?.() === 0)('a folder that cannot be used is refused in a sentence when it may not be written', async () => {
    const folder = join(temporaryFolder(), 'state');
    mkdirSync(folder, { mode: 0o500 });
    await expect(openStorage({ folder })).rejects.toMatchObject({ message: expect.stringMatching(/may not write/) });
  });
});
