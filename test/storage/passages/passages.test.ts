import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/storage/database/database.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { passageMigrations } from '../../../src/storage/passages/migrations.ts';
import { rowsPerTurn } from '../../../src/storage/passages/source-versions.ts';
import { openPassages } from '../../../src/storage/passages/sql-passages.ts';
import { long, longest, passage, passagesContract, source, texts, vector } from '../../contracts/passages.ts';

const opened: { readonly folder: string; readonly databases: readonly Database[] }[] = [];

afterEach(async () => {
  for (const { folder, databases } of opened.splice(0)) {
    for (const database of databases) await database.close();
    rmSync(folder, { recursive: true });
  }
});

/** Two connections to one new file: two processes. */
function twoDatabases(): readonly [Database, Database] {
  const folder = mkdtempSync(join(tmpdir(), 'passages-'));
  const open = () => openSqlite(join(folder, 'test.db'), passageMigrations);
  const databases = [open(), open()] as const;
  opened.push({ folder, databases });
  return databases;
}

describe('passages in SQLite', () => {
  passagesContract(async () => {
    const [here, there] = twoDatabases();
    return { passages: await openPassages(here), elsewhere: await openPassages(there) };
  });

  it('passages in SQLite give others their turn while a question of many frequent words is looked up, and still rank by its rare one', async () => {
    const [here] = twoDatabases();
    const passages = await openPassages(here);
    const frequent = Array.from({ length: 40 }, (_, at) => `frequent${at}`).join(' ');
    await passages.put(
      source('a'),
      Array.from({ length: 3_000 }, (_, at) => passage(at === 1_500 ? `${frequent} lantern` : `${frequent} x${at}`, [1, 0])),
    );
    let turns = 0;
    let counting = true;
    const count = (): void => {
      turns += 1;
      if (counting) setImmediate(count);
    };
    count();
    const [first] = await passages.byWords('docs', `${frequent} lantern`, 10);
    counting = false;
    expect(first?.passage.text).toContain('lantern');
    expect(first?.coverage).toBeCloseTo(1);
    // 40 words in 3,000 passages, looked at twice, 40,000 rows a turn.
    expect(turns).toBeGreaterThan(5);
  });

  it('passages in SQLite give others their turn while it is looked up which of fifty passages have each of many rare words', async () => {
    const [here] = twoDatabases();
    const passages = await openPassages(here);
    const rare = Array.from({ length: 40 }, (_, at) => `rare${at}`);
    await passages.put(
      source('a'),
      Array.from({ length: 200 }, (_, at) => passage(`${rare[at % 40]} lantern ${at}`, [1, 0])),
    );
    let turns = 0;
    let counting = true;
    const count = (): void => {
      turns += 1;
      if (counting) setImmediate(count);
    };
    count();
    await passages.byWords('docs', `lantern ${rare.join(' ')}`, 50);
    counting = false;
    // 41 words in 50 passages, two words a turn.
    expect(turns).toBeGreaterThan(15);
  });

  const rowsIn = async (database: Database): Promise<readonly number[]> => {
    const tables = ['passages', 'passage_words', 'passage_signs', 'passage_vectors', 'unseen_versions'];
    return Promise.all(tables.map(async (table) => Number((await database.all(`select count(*) as n from ${table}`))[0]?.['n'])));
  };

  /** Transactions that write a long source. */
  const parts = Math.ceil(longest / rowsPerTurn);
  /** The process dies before its nth transaction. */
  const dying = (database: Database, nth: number): Database => {
    let begun = 0;
    return {
      ...database,
      tx: async (work) => {
        begun += 1;
        if (begun >= nth) throw new Error('The process is dead.');
        return database.tx(work);
      },
    };
  };

  it.each([
    { what: 'the first part of a source', nth: 2, found: 'One old lantern.' },
    { what: 'all but the last', nth: parts, found: 'One old lantern.' },
    { what: 'all of it, and has not removed the one before', nth: parts + 1, found: 'A new lantern.' },
  ])('passages in SQLite keep one whole version when a process dies that has written $what', async ({ nth, found }) => {
    const [here, there] = twoDatabases();
    let now = 1_000_000;
    const living = await openPassages(there, () => now);
    await living.put(source('a'), [...long('One old lantern.', [1, 0]), passage('The last.', [1, 0])]);
    const doomed = await openPassages(dying(here, nth), () => now);
    const ending = await doomed.put(source('a'), long('A new lantern.', [1, 0])).catch((error: unknown) => error);
    expect(ending instanceof Error).toBe(found === 'One old lantern.');

    const whole = found === 'One old lantern.' ? longest + 1 : longest;
    const look = async () => {
      expect(texts(await living.byWords('docs', 'lantern', 1))).toEqual([found]);
      expect(await living.byVector('docs', vector([1, 0]), 2 * longest)).toHaveLength(whole);
      expect(await living.collections()).toMatchObject([{ sources: 1, passages: whole }]);
    };
    await look();
    await living.sweep();
    expect((await rowsIn(there)).at(-1), 'a lease is respected').toBe(1);
    now += 3_600_000;
    await living.sweep();
    expect(await rowsIn(there)).toEqual([whole, whole, whole, whole, 0]);
    await look();
  });

  it('passages in SQLite leave nothing behind of a version that was replaced, deleted, or could not be written', async () => {
    const [here, there] = twoDatabases();
    const passages = await openPassages(here);
    await passages.put(source('a'), long('One.', [1, 0]));
    await passages.put(source('a'), long('Two.', [1, 0]));
    await passages.put(source('b'), long('Three.', [1, 0]));
    await passages.deleteSource('docs', 'b');
    let begun = 0;
    const full: Database = {
      ...there,
      tx: async (work) => (++begun === 3 ? Promise.reject(new Error('The disk is full.')) : there.tx(work)),
    };
    await expect((await openPassages(full)).put(source('c'), long('Four.', [1, 0]))).rejects.toThrow('The disk is full.');
    expect(await rowsIn(here)).toEqual([longest, longest, longest, longest, 0]);
  });

  it('passages in SQLite tell a writer that was held for dead that its source is not written', async () => {
    const [here, there] = twoDatabases();
    let now = 1_000_000;
    const sweeper = await openPassages(there, () => now);
    let begun = 0;
    const suspended: Database = {
      ...here,
      tx: async (work) => {
        begun += 1;
        if (begun === 3) {
          now += 3_600_000;
          await sweeper.sweep();
        }
        return here.tx(work);
      },
    };
    const slow = await openPassages(suspended, () => now);
    await expect(slow.put(source('a'), long('One.', [1, 0]))).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
    expect(await rowsIn(here)).toEqual([0, 0, 0, 0, 0]);
  });

  it.each(['byWords', 'byVector'] as const)('passages in SQLite find a source that is replaced while %s looks for it', async (search) => {
    const [here, there] = twoDatabases();
    const elsewhere = await openPassages(there);
    await elsewhere.put(source('a'), [passage('A lantern.', [1, 0])]);
    let replaced = false;
    const slow: Database = {
      ...here,
      all: async (sql, values) => {
        if (!replaced && sql.includes('from passages p')) {
          replaced = true;
          await elsewhere.put(source('a'), [passage('A new lantern.', [1, 0])]);
        }
        return here.all(sql, values);
      },
    };
    const passages = await openPassages(slow);
    const found = search === 'byWords' ? await passages.byWords('docs', 'lantern', 5) : await passages.byVector('docs', vector([1, 0]), 5);
    expect(replaced).toBe(true);
    expect(texts(found)).toEqual(['A new lantern.']);
  });
});

it('sources stored before they had versions are found, replaced and deleted as before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'passages-'));
  const file = join(folder, 'test.db');
  const [first] = passageMigrations;
  const old = openSqlite(file, first === undefined ? [] : [first]);
  await old.exec(`
    insert into collections (id, name, embedding_model, generation) values (1, 'docs', 'small-model', 1), (2, 'other', 'small-model', 2);
    insert into sources values (1, 'b', null, 'null', 'text/plain', 'd', 'small-model'), (2, 'a', null, 'null', 'text/plain', 'd', 'small-model'),
      (1, 'a', null, 'null', 'text/plain', 'd', 'small-model');
    insert into passages (id, collection_id, source_id, start_offset, end_offset, headings, body) values
      (1, 1, 'b', 0, 1, '[]', 'A lantern of b.'), (2, 2, 'a', 0, 1, '[]', 'Another lantern.'), (3, 1, 'a', 0, 1, '[]', 'A lantern of a.');
    insert into passage_words (rowid, scope, title, headings, body) values
      (1, 'c1', '', '', 'A lantern of b.'), (2, 'c2', '', '', 'Another lantern.'), (3, 'c1', '', '', 'A lantern of a.');
    insert into passage_signs values (1, 1, 'small-model', 2, x'01'), (2, 2, 'small-model', 2, x'01'), (3, 1, 'small-model', 2, x'01');
    insert into passage_vectors values (1, x'0000803f00000000'), (2, x'0000803f00000000'), (3, x'0000803f00000000');`);
  await old.close();

  const database = openSqlite(file, passageMigrations);
  opened.push({ folder, databases: [database] });
  const passages = await openPassages(database);
  const found = async (collection: string) => ({
    words: texts(await passages.byWords(collection, 'lantern', 5)).sort(),
    vectors: texts(await passages.byVector(collection, vector([1, 0]), 5)).sort(),
  });
  const both = (...expected: string[]) => ({ words: expected, vectors: expected });
  expect(await passages.collections()).toMatchObject([
    { name: 'docs', sources: 2, passages: 2 },
    { name: 'other', sources: 1, passages: 1 },
  ]);
  expect(await found('docs')).toEqual(both('A lantern of a.', 'A lantern of b.'));
  expect(await found('other')).toEqual(both('Another lantern.'));
  await passages.put(source('b'), [passage('A newer lantern.', [1, 0])]);
  expect(await found('docs')).toEqual(both('A lantern of a.', 'A newer lantern.'));
  await passages.deleteSource('docs', 'a');
  expect(await found('docs')).toEqual(both('A newer lantern.'));
  expect(await found('other')).toEqual(both('Another lantern.'));
});
