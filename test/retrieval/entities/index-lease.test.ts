import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { indexTurns } from '../../../src/retrieval/entities/index-lease.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { jobMigrations } from '../../../src/storage/jobs/migrations.ts';
import { openJobs } from '../../../src/storage/jobs/sql-jobs.ts';
import { temporaryFolder, whenOver } from '../../harness.ts';
import { models, signal } from '../doubles.ts';
import { type Product, shop } from '../entity-shop.ts';

const lamps = Array.from(
  { length: 40 },
  (_, index): Product => ({ id: `${index}`, name: `Lamp ${index}`, description: 'Glows.', hidden: false }),
);

describe('the processes that share a storage', () => {
  it('the processes that share a storage build an index in turn: what one has embedded the other finds', async () => {
    const { open } = await shop(lamps);
    const asked = models();
    const [one, other] = [await open(asked.handle), await open(asked.handle)];
    await Promise.all([one.entities.refresh(signal), other.entities.refresh(signal)]);
    const texts = asked.requests.flatMap((request) => (request.kind === 'embedding' ? request.texts : []));
    expect(texts).toHaveLength(40);
    expect(new Set(texts).size).toBe(40);
    expect([one.failures, other.failures]).toEqual([[], []]);
  });

  it('the processes that share a storage go on where one was killed, embed nothing twice but the batch that it died with, and wait for the living', async () => {
    const file = join(temporaryFolder(), 'index.db');
    const worker = (): { readonly child: ChildProcess; readonly texts: string[]; readonly exited: Promise<unknown> } => {
      const child = spawn(process.execPath, [fileURLToPath(new URL('./index-worker.ts', import.meta.url)), file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      whenOver(() => void child.kill('SIGKILL'));
      const texts: string[] = [];
      createInterface({ input: child.stdout }).on('line', (line) => texts.push(line));
      return { child, texts, exited: once(child, 'close') };
    };
    const first = worker();
    while (first.texts.length < 12) await once(first.child.stdout ?? first.child, 'data');
    const rest = [worker(), worker()];
    first.child.kill('SIGKILL');
    await Promise.all([first, ...rest].map(({ exited }) => exited));
    expect(rest.map(({ texts }) => texts.at(-1))).toEqual(['fresh', 'fresh']);
    const embedded = [first, ...rest].flatMap(({ texts }) => texts.filter((text) => text !== 'fresh'));
    expect(new Set(embedded).size).toBe(60);
    expect(embedded.length).toBeLessThanOrEqual(60 + 4);
    // One of the two did what was left; the other found it done.
    expect(rest.map(({ texts }) => texts.length - 1).sort((a, b) => a - b)[0]).toBe(0);
  });
});

describe('the turn at an index', () => {
  const turnsOf = async (now: () => number = Date.now) => {
    const database = openSqlite(':memory:', jobMigrations);
    const jobs = await openJobs(database, now, now);
    return { jobs, turn: indexTurns(jobs, { leaseMs: 1_500, pollMs: 5, now }) };
  };

  it('the turn at an index is skipped when another look began and ended while it waited', async () => {
    const { turn } = await turnsOf();
    const looks: string[] = [];
    const release = Promise.withResolvers<void>();
    const slow = turn('products', signal, async () => {
      looks.push('one');
      await release.promise;
    });
    while (looks.length === 0) await new Promise((next) => setTimeout(next, 1));
    await new Promise((next) => setTimeout(next, 2));
    const waiting = ['two', 'three'].map((name) => turn('products', signal, async () => void looks.push(name)));
    const other = turn('people', signal, async () => void looks.push('people'));
    await other;
    release.resolve();
    await Promise.all([slow, ...waiting]);
    expect(looks.slice(0, 2)).toEqual(['one', 'people']);
    expect(looks).toHaveLength(3);
  });

  it('the turn at an index is given to the next when a look fails, however often', async () => {
    const { turn } = await turnsOf();
    for (let times = 0; times < 8; times += 1) {
      await expect(turn('products', signal, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    }
    let looked = false;
    await turn('products', signal, async () => {
      looked = true;
    });
    expect(looked).toBe(true);
  });

  it('the turn at an index ends the look of one who lost it', async () => {
    let time = Date.now();
    const { jobs, turn } = await turnsOf(() => time);
    const looking = turn('products', signal, async (until) => {
      // It was suspended for longer than its lease: another one has taken the turn.
      time += 10_000;
      expect(await jobs.take('index:products', 60_000)).not.toBeNull();
      await new Promise((_, reject) => until.addEventListener('abort', () => reject(until.reason)));
    });
    await expect(looking).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('the turn at an index is taken when the last look ended in time to come, because the system time has been set back by hours since', async () => {
    let time = Date.now();
    const { turn } = await turnsOf(() => time);
    let looks = 0;
    const look = async (): Promise<void> => {
      looks += 1;
    };
    await turn('products', signal, look);
    time -= 6 * 3_600_000;
    await turn('products', signal, look);
    expect(looks).toBe(2);
  });

  it('the turn at an index is waited for no longer than the one who waits', async () => {
    const { jobs, turn } = await turnsOf();
    await turn('products', signal, async () => {});
    await jobs.take('index:products', 60_000);
    const leaving = new AbortController();
    const waiting = turn('products', leaving.signal, async () => {});
    leaving.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
