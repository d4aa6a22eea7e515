/** What every table of jobs keeps. The factory gives an empty one with a clock, and another view of it: a second worker. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobLease, Jobs } from '../../src/storage/jobs.ts';

export interface JobsFixture {
  readonly jobs: Jobs;
  /** The same table as another process sees it. */
  readonly elsewhere: Jobs;
  /** Moves the clock of both. */
  readonly pass: (ms: number) => void;
}

const job = (id: string) => ({ id, kind: 'ingest', owner: 'key:a', body: `{"work":"${id}"}` });

export function jobsContract(open: () => Promise<JobsFixture>): void {
  it('gives the oldest job first, of the kind that is asked for, with its body', async () => {
    const { jobs, pass } = await open();
    await jobs.add(job('first'));
    pass(1);
    await jobs.add(job('second'));
    expect(await jobs.take('other', 1_000)).toBeNull();
    expect(await jobs.take('ingest', 1_000)).toMatchObject({ id: 'first', owner: 'key:a', body: '{"work":"first"}', progress: null });
    expect(await jobs.take('ingest', 1_000)).toMatchObject({ id: 'second' });
    expect(await jobs.take('ingest', 1_000)).toBeNull();
  });

  it('tells how far a job is', async () => {
    const { jobs } = await open();
    expect(await jobs.find('a')).toBeNull();
    await jobs.add(job('a'));
    expect(await jobs.find('a')).toEqual({ id: 'a', owner: 'key:a', status: 'waiting', progress: null });
    const lease = await taken(jobs);
    expect(await lease.progressed('1')).toBe(true);
    expect(await jobs.find('a')).toMatchObject({ status: 'running', progress: '1' });
    await lease.end('done', '2');
    expect(await jobs.find('a')).toMatchObject({ status: 'done', progress: '2' });
  });

  it('gives a job whose worker died to another, with the progress it had, and takes it from the dead one', async () => {
    const { jobs, elsewhere, pass } = await open();
    await jobs.add(job('a'));
    const dead = await taken(jobs);
    await dead.progressed('half');
    pass(999);
    expect(await elsewhere.take('ingest', 1_000)).toBeNull();
    pass(2);
    const heir = await taken(elsewhere);
    expect(heir).toMatchObject({ id: 'a', body: '{"work":"a"}', progress: 'half' });
    expect(await dead.progressed('more')).toBe(false);
    await dead.end('failed', 'more');
    expect(await jobs.find('a')).toMatchObject({ status: 'running', progress: 'half' });
    await heir.end('done', 'all');
    expect(await jobs.find('a')).toMatchObject({ status: 'done', progress: 'all' });
  });

  it('keeps a job with the worker that renews its lease', async () => {
    const { jobs, elsewhere, pass } = await open();
    await jobs.add(job('a'));
    const lease = await taken(jobs);
    for (let round = 0; round < 5; round += 1) {
      pass(900);
      expect(await lease.progressed('same')).toBe(true);
      expect(await elsewhere.take('ingest', 1_000)).toBeNull();
    }
  });

  it('hands a released job over at once', async () => {
    const { jobs, elsewhere } = await open();
    await jobs.add(job('a'));
    await (await taken(jobs)).release();
    expect(await elsewhere.take('ingest', 1_000)).toMatchObject({ id: 'a' });
  });

  it('gives up a job that killed five workers without getting any further', async () => {
    const { jobs, pass } = await open();
    await jobs.add(job('deadly'));
    for (let round = 0; round < 5; round += 1) {
      await (await taken(jobs)).progressed('first source');
      pass(1_001);
    }
    await taken(jobs);
    pass(1_001);
    expect(await jobs.take('ingest', 1_000)).toBeNull();
    expect(await jobs.find('deadly')).toMatchObject({ status: 'failed', progress: 'first source' });
  });

  it('loses and doubles nothing, whatever two workers do and wherever they are killed', async () => {
    const step = fc.record({ worker: fc.boolean(), next: fc.constantFrom('end', 'die', 'release', 'progress') });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { jobs, elsewhere, pass } = await open();
        const ids = ['a', 'b', 'c'];
        for (const id of ids) await jobs.add(job(id));
        const ended: string[] = [];
        const held = new Set<string>();
        for (const { worker, next } of steps) {
          const lease = await (worker ? jobs : elsewhere).take('ingest', 1_000);
          if (lease === null) continue;
          expect(held.has(lease.id)).toBe(false);
          expect(ended).not.toContain(lease.id);
          if (next === 'end') {
            await lease.end('done', 'all');
            ended.push(lease.id);
          } else if (next === 'release') {
            await lease.release();
          } else {
            held.add(lease.id);
            if (next === 'progress') await lease.progressed(crypto.randomUUID());
            if (next === 'die') {
              pass(1_001);
              held.clear();
            }
          }
        }
        pass(1_001);
        for (let lease = await jobs.take('ingest', 1_000); lease !== null; lease = await elsewhere.take('ingest', 1_000)) {
          expect(ended).not.toContain(lease.id);
          await lease.end('done', 'all');
          ended.push(lease.id);
        }
        const states = await Promise.all(ids.map(async (id) => (await jobs.find(id))?.status));
        const givenUp = states.filter((status) => status === 'failed').length;
        expect(new Set(ended).size).toBe(ended.length);
        expect(ended.length + givenUp).toBe(ids.length);
        expect(states).not.toContain('running');
      }),
      { numRuns: 25 },
    );
  });

  describe('two workers at once', () => {
    it('share the jobs out, each to one of them', async () => {
      const { jobs } = await open();
      const ids = Array.from({ length: 20 }, (_, index) => `job-${index}`);
      for (const id of ids) await jobs.add(job(id));
      const work = async (worker: Jobs): Promise<string[]> => {
        const done: string[] = [];
        for (let lease = await worker.take('ingest', 60_000); lease !== null; lease = await worker.take('ingest', 60_000)) {
          done.push(lease.id);
          await lease.end('done', '');
        }
        return done;
      };
      const done = (await Promise.all([work(jobs), work(jobs), work(jobs)])).flat();
      expect(done.sort()).toEqual(ids.sort());
    });
  });
}

async function taken(jobs: Jobs): Promise<JobLease> {
  const lease = await jobs.take('ingest', 1_000);
  if (lease === null) throw new Error('There was no job to take.');
  return lease;
}
