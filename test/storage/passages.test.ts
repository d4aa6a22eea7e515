import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe } from 'vitest';
import type { Database } from '../../src/storage/database.ts';
import { passageMigrations } from '../../src/storage/passages-migrations.ts';
import { openPassages } from '../../src/storage/passages-sqlite.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';
import { passagesContract } from '../contracts/passages.ts';

const opened: { readonly folder: string; readonly databases: readonly Database[] }[] = [];

afterEach(async () => {
  for (const { folder, databases } of opened.splice(0)) {
    for (const database of databases) await database.close();
    rmSync(folder, { recursive: true });
  }
});

describe('passages in SQLite', () => {
  passagesContract(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'passages-'));
    const open = () => openSqlite(join(folder, 'test.db'), passageMigrations);
    const databases = [open(), open()] as const;
    opened.push({ folder, databases });
    return { passages: await openPassages(databases[0]), elsewhere: await openPassages(databases[1]) };
  });
});
