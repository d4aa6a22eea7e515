import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openStorage } from '../../../src/storage/open-storage.ts';
import { temporaryFolder, whenOver } from '../../when-over.ts';

const megabyte = 1024 * 1024;

describe('the write-ahead log', () => {
  it('the write-ahead log is copied by another thread when it is large, and by no commit of this one', async () => {
    const folder = temporaryFolder();
    const storage = await openStorage({ folder });
    whenOver(() => storage.close());
    const sizeOf = (file: string): number => statSync(join(folder, file)).size;
    await storage.database.exec('create table large (body blob)');
    for (let written = 0; written < 40; written += 1) await storage.database.run('insert into large values ($1)', [Buffer.alloc(megabyte)]);
    expect(sizeOf('fieldgate.db')).toBeLessThan(megabyte);
    expect(sizeOf('fieldgate.db-wal')).toBeGreaterThan(40 * megabyte);
    while (sizeOf('fieldgate.db') < 40 * megabyte) await wait(50);
    // It begins anew with the next commit.
    while (sizeOf('fieldgate.db-wal') > 5 * megabyte) {
      await storage.database.run('insert into large values ($1)', [Buffer.alloc(10)]);
      await wait(50);
    }
    expect(await storage.database.all('select count(*) as rows, max(length(body)) as longest from large')).toMatchObject([
      { longest: megabyte },
    ]);
  });
});
