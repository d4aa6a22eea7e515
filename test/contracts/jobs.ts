/** What every table of jobs keeps. The factory gives an empty one with a clock, and another view of it: a second worker. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobLease, Jobs, NewJob } from '../../src/storage/jobs/jobs.ts';
import { rounds } from '../rounds.ts';

export interface JobsFixture {
  readonly jobs: Jobs;
  /** The same table as another process sees it. */
  readonly elsewhere: Jobs;
  /** Moves the clock of both. */
  readonly pass: (ms: number) => void;
}

const job = (id: string, more: Partial<NewJob> = {}): NewJob => ({
  id,
  kind: 'ingest',
  owner: `key:${id}`,
  body: `{"work":"${id}"}`,
  ...more,
});

export function jobsContract(open: () => Promise<JobsFixture>): void {
  it('a store of jobs gives the oldest job first, of the kind that is asked for, with its body', async () => {
    const { jobs, pass } = await open();
    await jobs.add(job('first'));
    pass(1);
    await jobs.add(job('second'));
    expect(await jobs.take('other', 1_000)).toBeNull();
    expect(await jobs.take('ingest', 1_000)).toMatchObject({ id: 'first', owner: 'key:first', body: '{"work":"first"}', progress: null });
    expect(await jobs.take('ingest', 1_000)).toMatchObject({ id: 'second' });
    expect(await jobs.take('ingest', 1_000)).toBeNull();
  });

  it('a store of jobs tells how far a job is', async () => {
    const { jobs } = await open();
    expect(await jobs.find('a')).toBeNull();
    await jobs.add(job('a'));
    expect(await jobs.find('a')).toEqual({
      id: 'a',
      owner: 'key:a',
      status: 'waiting',
      progress: null,
      subject: '',
      createdAt: expect.any(Number),
    });
    const lease = await taken(jobs);
    expect(await lease.progressed('1')).toBe(true);
    expect(await jobs.find('a')).toMatchObject({ status: 'running', progress: '1' });
    await lease.end('done', '2');
    expect(await jobs.find('a')).toMatchObject({ status: 'done', progress: '2' });
  });

  it('a store of jobs lists the jobs of an owner about a subject, the newest first, also those that have ended', async () => {
    const { jobs, pass } = await open();
    for (const [id, owner, subject] of [
      ['a', 'key:ada', 'docs'],
      ['b', 'key:ada', 'docs'],
      ['c', 'key:ada', 'news'],
      ['d', 'key:bob', 'docs'],
    ] as const) {
      await jobs.add(job(id, { owner, subject, progress: '0' }));
      pass(1);
    }
    await (await taken(jobs)).end('done', '9');
    const listed = await jobs.list('ingest', 'key:ada', 'docs', 10);
    expect(listed.map(({ id, status, progress }) => [id, status, progress])).toEqual([
      ['b', 'waiting', '0'],
      ['a', 'done', '9'],
    ]);
    expect((listed[0]?.createdAt ?? 0) - (listed[1]?.createdAt ?? 0)).toBe(1);
    expect((await jobs.list('ingest', 'key:ada', 'docs', 1)).map(({ id }) => id)).toEqual(['b']);
    expect(await jobs.list('ingest', 'key:ada', 'gone', 10)).toEqual([]);
    expect(await jobs.list('other', 'key:ada', 'docs', 10)).toEqual([]);
  });

  it('a store of jobs gives a job whose worker died to another, with the progress it had, and takes it from the dead one', async () => {
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

  it('a store of jobs keeps a job with the worker that renews its lease', async () => {
    const { jobs, elsewhere, pass } = await open();
    await jobs.add(job('a'));
    const lease = await taken(jobs);
    for (let round = 0; round < 5; round += 1) {
      pass(900);
      expect(await lease.progressed('same')).toBe(true);
      expect(await elsewhere.take('ingest', 1_000)).toBeNull();
    }
  });

  it("a store of jobs works on an owner's jobs one after another, in the order in which they came", async () => {
    const { jobs, elsewhere } = await open();
    for (const id of ['c', 'a', 'b']) await jobs.add(job(id, { owner: 'key:a' }));
    for (const id of ['c', 'a', 'b']) {
      const lease = await taken(jobs);
      expect(lease.id).toBe(id);
      expect(await elsewhere.take('ingest', 1_000)).toBeNull();
      await lease.end('done', '');
    }
  });

  it('a store of jobs gives owners their turns one after another, however much each has and however often it comes back', async () => {
    const { jobs } = await open();
    for (const id of ['a1', 'a2', 'a3', 'b1']) await jobs.add(job(id, { owner: `key:${id[0]}` }));
    const order: string[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      const lease = await taken(jobs);
      order.push(lease.owner);
      await lease.release({ progress: `${turn}` });
      if (turn === 2) await jobs.add(job('c1', { owner: 'key:c' }));
    }
    expect(order).toEqual(['key:a', 'key:b', 'key:a', 'key:c', 'key:b', 'key:a']);
  });

  it('a store of jobs does not let an owner come first again by ending its jobs and adding new ones', async () => {
    const { jobs, pass } = await open();
    await jobs.add(job('patient'));
    pass(1);
    const order: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      await jobs.add(job(`eager-${turn}`, { owner: 'key:eager' }));
      const lease = await taken(jobs);
      order.push(lease.owner);
      if (lease.owner === 'key:patient') await lease.release({ progress: `${turn}` });
      else await lease.end('done', '');
    }
    expect(order).toEqual(['key:patient', 'key:eager', 'key:patient', 'key:eager']);
  });

  it('a store of jobs gives tenants their turns before owners, and no tenant more than its share at a time', async () => {
    const { jobs, elsewhere, pass } = await open();
    for (const id of ['a1', 'a2', 'a3', 'a4']) await jobs.add(job(id, { tenant: 'team:a' }));
    await jobs.add(job('b1', { tenant: 'team:b' }));
    const order: string[] = [];
    for (const worker of [jobs, elsewhere, jobs, elsewhere]) order.push((await worker.take('ingest', 1_000, 2))?.id ?? 'none');
    expect(order).toEqual(['a1', 'b1', 'a2', 'none']);
    // What a dead worker holds is nobody's place any more.
    pass(1_001);
    expect(await jobs.take('ingest', 1_000, 2)).not.toBeNull();
  });

  it('a store of jobs does not give a job before its time, nor what its owner has behind it, and everybody else meanwhile', async () => {
    const { jobs, elsewhere, pass } = await open();
    for (const id of ['a1', 'a2']) await jobs.add(job(id, { owner: 'key:a' }));
    await jobs.add(job('b'));
    await (await jobs.take('ingest', 100_000))?.release({ progress: 'waits', waitMs: 60_000 });
    expect((await elsewhere.take('ingest', 100_000))?.id).toBe('b');
    pass(59_999);
    expect(await jobs.take('ingest', 100_000)).toBeNull();
    pass(1);
    expect(await jobs.take('ingest', 100_000)).toMatchObject({ id: 'a1', progress: 'waits' });
  });

  it('a store of jobs gives what waited, or was worked on, before the machine was started anew and its clock with it', async () => {
    const { jobs, pass } = await open();
    for (const id of ['a', 'b']) await jobs.add(job(id));
    await (await taken(jobs)).release({ waitMs: 60_000 });
    expect(await taken(jobs)).toMatchObject({ id: 'b' });
    pass(-1_000);
    expect(await taken(jobs)).toMatchObject({ id: 'a' });
    expect(await taken(jobs)).toMatchObject({ id: 'b' });
  });

  it('a store of jobs does not hold a job that is given back again and again for one that kills its workers', async () => {
    const { jobs } = await open();
    await jobs.add(job('patient'));
    for (let round = 0; round < 20; round += 1) await (await taken(jobs)).release({ progress: 'waits' });
    expect(await jobs.find('patient')).toMatchObject({ status: 'waiting' });
  });

  it('a store of jobs keeps the parts of a job, and forgets those that are done, and all at its end', async () => {
    const { jobs } = await open();
    await jobs.add(job('a', { parts: ['one', 'two', 'three'] }));
    const lease = await taken(jobs);
    expect([await lease.part(0), await lease.part(2), await lease.part(3)]).toEqual(['one', 'three', null]);
    await lease.release({ progress: '2', done: 2 });
    const next = await taken(jobs);
    expect([await next.part(0), await next.part(1), await next.part(2)]).toEqual([null, null, 'three']);
    await next.end('done', '3');
    expect(await next.part(2)).toBeNull();
  });

  it('a store of jobs has no room for more than an owner may have, says what it has, and has room again when that is done', async () => {
    const { jobs } = await open();
    const room = { maxParts: 3, maxBytes: 100 };
    const add = (id: string, parts: readonly string[], owner = 'key:a') => jobs.add(job(id, { owner, parts }), room);
    expect(await add('a1', ['x', 'é'])).toBeNull();
    expect(await add('a2', ['x', 'y'])).toEqual({ parts: 2, bytes: 3 });
    expect(await jobs.find('a2')).toBeNull();
    expect(await add('a3', ['x'.repeat(98)])).toEqual({ parts: 2, bytes: 3 });
    expect(await add('b', ['x', 'y', 'z'], 'key:b')).toBeNull();
    const lease = await taken(jobs);
    expect(await add('a4', ['x', 'y'])).not.toBeNull();
    await lease.release({ progress: '1', done: 1 });
    expect(await add('a5', ['x', 'y'])).toBeNull();
  });

  it('a store of jobs lets no two that come at once take the same room', async () => {
    const { jobs, elsewhere } = await open();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        (at % 2 === 0 ? jobs : elsewhere).add(job(`a${at}`, { owner: 'key:a', parts: ['x'] }), { maxParts: 3, maxBytes: 100 }),
      ),
    );
    expect(answers.filter((answer) => answer === null)).toHaveLength(3);
  });

  it('a store of jobs names the owners of what is queued, each once, and nobody whose jobs have ended', async () => {
    const { jobs } = await open();
    expect(await jobs.owners('ingest')).toEqual([]);
    for (const id of ['a1', 'a2', 'b']) await jobs.add(job(id, { owner: `key:${id[0]}`, tenant: `team:${id}` }));
    await jobs.add(job('other', { kind: 'other', owner: 'key:c' }));
    expect(await jobs.owners('ingest')).toEqual([
      { owner: 'key:a', tenant: 'team:a1' },
      { owner: 'key:b', tenant: 'team:b' },
    ]);
    await (await taken(jobs)).end('done', '');
    await (await taken(jobs)).end('done', '');
    const left = [{ owner: 'key:a', tenant: 'team:a2' }];
    expect(await jobs.owners('ingest')).toEqual(left);
    await taken(jobs);
    expect(await jobs.owners('ingest')).toEqual(left);
  });

  it('a store of jobs gives the jobs of an owner to who will end them, also those that wait for a time or a turn, and none that is worked on', async () => {
    const { jobs, elsewhere, pass } = await open();
    for (const id of ['a1', 'a2', 'b']) await jobs.add(job(id, { owner: `key:${id[0]}`, parts: ['text'] }));
    const first = await taken(jobs);
    await first.release({ progress: 'waits', waitMs: 60_000 });
    const waiting = await elsewhere.takeFrom('ingest', 'key:a', 1_000);
    expect(waiting).toMatchObject({ id: 'a1', progress: 'waits' });
    expect(await jobs.takeFrom('ingest', 'key:a', 1_000)).toMatchObject({ id: 'a2' });
    expect(await jobs.takeFrom('ingest', 'key:a', 1_000)).toBeNull();
    await waiting?.end('failed', 'ended');
    expect(await jobs.find('a1')).toMatchObject({ status: 'failed', progress: 'ended' });
    expect(await waiting?.part(0)).toBeNull();
    pass(1_001);
    expect(await elsewhere.takeFrom('ingest', 'key:a', 1_000)).toMatchObject({ id: 'a2' });
    expect(await jobs.takeFrom('ingest', 'key:nobody', 1_000)).toBeNull();
    expect(await jobs.takeFrom('other', 'key:b', 1_000)).toBeNull();
    expect(await jobs.take('ingest', 1_000)).toMatchObject({ id: 'b' });
  });

  it('a store of jobs hands a released job over at once', async () => {
    const { jobs, elsewhere } = await open();
    await jobs.add(job('a'));
    await (await taken(jobs)).release();
    expect(await elsewhere.take('ingest', 1_000)).toMatchObject({ id: 'a' });
  });

  it('a store of jobs gives up a job that killed five workers without getting any further', async () => {
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

  it('a store of jobs loses and doubles nothing, whatever two workers do and wherever they are killed', async () => {
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
      { numRuns: 25 * rounds },
    );
  });

  describe('two workers at once', () => {
    it('two workers at once share the jobs out, each to one of them', async () => {
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
