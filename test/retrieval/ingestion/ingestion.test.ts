import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../../../src/core/call/call.ts';
import { GatewayError } from '../../../src/core/errors.ts';
import { machineMs } from '../../../src/core/turns/monotonic.ts';
import type { RetrievalOptions } from '../../../src/retrieval/open-retrieval.ts';
import type { IngestionState } from '../../../src/retrieval/retrieval.ts';
import type { ChunkHandler } from '../../faces.ts';
import { booked, fails, markdown, models, principal, signal } from '../doubles.ts';
import { harness, ingested } from '../harness.ts';
import { docxOf } from '../office.ts';

const keyEnded = new GatewayError('UNAUTHENTICATED', 'The key was revoked, so what it began was ended. Ask again with a key in force.');
const permissionsOf = (more: Partial<Required<RetrievalOptions>['permissions']>): Pick<Required<RetrievalOptions>, 'permissions'> => ({
  permissions: {
    leases: { take: (_principal, _use, parent) => ({ signal: parent, release() {} }) },
    findEnded: async () => new Map(),
    findEnd: async ({ id }) => (await more.findEnded?.([id]))?.get(id) ?? null,
    findSuspects: async () => new Map(),
    ...more,
  },
});

const workerFile = fileURLToPath(new URL('ingest-worker.ts', import.meta.url));
const last = (states: readonly IngestionState[]): IngestionState | undefined => states.at(-1);

describe('ingestion', () => {
  it('ingestion makes sources searchable, books the embeddings on its field and releases what it held', async () => {
    const { handle, requests } = models();
    const { retrieval, book } = await harness(handle);
    const states = await ingested(retrieval, [
      markdown('a', '# Lamps\n\nLamps glow.'),
      markdown('b', 'Anchors sink.', { title: 'Harbour' }),
    ]);
    expect(last(states)).toMatchObject({ status: 'COMPLETED', done: 2, total: 2, unchanged: 0, failed: [] });
    expect(await retrieval.collections(principal())).toEqual([{ name: 'docs', sources: 2, passages: 2, embeddingModel: 'lexical' }]);
    expect(book).toMatchObject({ coordinates: ['Mutation.ingest', 'Mutation.ingest'], held: 0 });
    expect(requests).toMatchObject([{ texts: ['Lamps\n# Lamps\n\nLamps glow.'] }, { texts: ['Harbour\nAnchors sink.'] }]);
  });

  it('ingestion tells how far it is, the last state being the end', async () => {
    const { retrieval } = await harness();
    const states = await ingested(retrieval, [markdown('a', 'One.'), markdown('b', 'Two.'), markdown('c', 'Three.')]);
    const done = states.map((state) => state.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(states.slice(0, -1).every((state) => state.status === 'RUNNING')).toBe(true);
    expect(last(states)).toMatchObject({ status: 'COMPLETED', done: 3 });
  });

  it('ingestion of an unchanged source costs nothing, and of a changed one replaces it', async () => {
    const { handle, requests } = models();
    const { retrieval } = await harness(handle);
    await ingested(retrieval, [markdown('a', 'Lamps glow.'), markdown('b', 'Anchors sink.')]);
    const again = await ingested(retrieval, [markdown('a', 'Lamps glow.'), markdown('b', 'Anchors hold.')]);
    expect(last(again)).toMatchObject({ done: 2, unchanged: 1 });
    expect(requests).toHaveLength(3);
    expect(await retrieval.collections(principal())).toMatchObject([{ sources: 2, passages: 2 }]);
  });

  it('ingestion by another embedding model is not unchanged', async () => {
    const first = models();
    const { retrieval, again } = await harness(first.handle);
    await ingested(retrieval, [markdown('a', 'Lamps glow.')]);
    await retrieval.stop();
    const second = models();
    const other = await again(second.handle, { collections: { docs: { embeddingModel: 'other' } } });
    expect(last(await ingested(other.retrieval, [markdown('a', 'Lamps glow.')]))).toMatchObject({ unchanged: 0 });
    expect(second.requests).toHaveLength(1);
    expect(await other.retrieval.collections(principal())).toMatchObject([{ embeddingModel: 'other' }]);
  });

  it('ingestion goes on after a source that cannot be kept, and says why it cannot', async () => {
    const { retrieval } = await harness(undefined, { limits: { sourceBytes: 3_000, passagesPerSource: 3 } });
    const base64 = Buffer.from(docxOf([{ heading: 1, text: 'Gift cards' }])).toString('base64');
    const states = await ingested(retrieval, [
      markdown('picture', '', { mediaType: 'image/png', text: null, base64: 'AAAA' }),
      markdown('pdf', '', { mediaType: 'application/pdf', text: null, base64: 'AAAA' }),
      markdown('empty', ' '),
      markdown('huge', 'x'.repeat(3_001)),
      markdown('many', 'Two words.\n\n# a\n\nb\n\n# c\n\nd\n\n# e\n\nf'),
      markdown('word', '', { mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', text: null, base64 }),
    ]);
    expect(last(states)).toMatchObject({ status: 'COMPLETED', done: 6 });
    expect(last(states)?.failed).toEqual([
      { sourceId: 'picture', message: expect.stringMatching(/"image\/png" cannot be read\. Media types: text\/markdown/) },
      { sourceId: 'pdf', message: expect.stringMatching(/no PDF that can be read/) },
      { sourceId: 'empty', message: expect.stringMatching(/no text in it/) },
      { sourceId: 'huge', message: 'It has 3001 bytes; a source may have 3000. Split it.' },
      { sourceId: 'many', message: 'It makes 4 passages; a source may make 3. Split it.' },
    ]);
    expect(await retrieval.collections(principal())).toMatchObject([{ sources: 1 }]);
  });

  it('ingestion embeds in batches', async () => {
    const { handle, requests } = models();
    const { retrieval } = await harness(handle, { limits: { textsPerCall: 4 } });
    await ingested(retrieval, [markdown('a', Array.from({ length: 10 }, (_, index) => `# H${index}\n\nText ${index}.`).join('\n\n'))]);
    expect(requests.map((request) => (request.kind === 'embedding' ? request.texts.length : 0))).toEqual([4, 4, 2]);
  });

  it('ingestion gives requests their turn between two sources, and between two calls of one, also with a model that answers at once', async () => {
    let turns = 0;
    let counting = true;
    const count = (): void => {
      turns += 1;
      if (counting) setImmediate(count);
    };
    count();
    const inner = models().handle;
    const at: number[] = [];
    const { retrieval } = await harness(
      (request, call) => {
        at.push(turns);
        return inner(request, call);
      },
      { limits: { textsPerCall: 1 } },
    );
    const sections = Array.from({ length: 10 }, (_, index) => `# H${index}\n\nText ${index}.`).join('\n\n');
    await ingested(retrieval, [markdown('long', sections), ...['a', 'b', 'c', 'd'].map((id) => markdown(id, 'Short.'))]);
    counting = false;
    expect(at).toHaveLength(14);
    expect(new Set(at).size).toBe(14);
  });

  it('ingestion waits for a rate limit and then goes on', async () => {
    let refusals = 2;
    const inner = models().handle;
    const handle: ChunkHandler = (request, call) => {
      refusals -= 1;
      return refusals >= 0 ? fails('RATE_LIMITED', { retryAfterMs: 1 })(request, call) : inner(request, call);
    };
    const { retrieval } = await harness(handle);
    expect(last(await ingested(retrieval, [markdown('a', 'Lamps glow.')]))).toMatchObject({ done: 1, failed: [] });
  });

  it('ingestion that must wait stands back for the sources of others, and is tried again', async () => {
    const { retrieval, database } = await harness((request, call) =>
      (call.principal.id === 'key:slow' ? fails('RATE_LIMITED', { retryAfterMs: 50_000 }) : models().handle)(request, call),
    );
    const slow = principal({ id: 'key:slow' });
    retrieval.start();
    const { id } = await retrieval.ingest({ principal: slow, collection: 'docs', sources: [markdown('a', 'Lamps glow.')] });
    for (const name of ['b', 'c'])
      expect(last(await ingested(retrieval, [markdown(name, 'Tents.')]))).toMatchObject({ done: 1, failed: [] });
    const [job] = await database.all('select status, progress, not_before from jobs where id = $1', [id]);
    expect(job).toMatchObject({ status: 'waiting', progress: expect.stringContaining('"waits":1') });
    expect(Number(job?.['not_before'])).toBeGreaterThan(machineMs() + 10_000);
    expect(await retrieval.ingestion(id, slow)).toMatchObject({ status: 'RUNNING', done: 0, failure: null });
  });

  it('ingestion of a long source pays once for each of its parts, however often it waits and whoever goes on with it', async () => {
    const sections = Array.from({ length: 40 }, (_, index) => `# H${index}\n\nText ${index}.`).join('\n\n');
    const inner = models();
    let calls = 0;
    const everyOther: ChunkHandler = (request, call) => {
      calls += 1;
      return calls % 2 === 0 ? fails('RATE_LIMITED', { retryAfterMs: 1 })(request, call) : inner.handle(request, call);
    };
    const limits = { textsPerCall: 2 };
    const { retrieval, again, database } = await harness(everyOther, { limits });
    retrieval.start();
    const { id } = await retrieval.ingest({ principal: principal(), collection: 'docs', sources: [markdown('a', sections)] });
    await expect.poll(() => inner.requests.length).toBeGreaterThan(4);
    await retrieval.stop();
    const other = await again(everyOther, { limits });
    other.retrieval.start();
    const states: IngestionState[] = [];
    for await (const state of other.retrieval.followIngestion(id, principal(), signal)) states.push(state);
    expect(last(states)).toMatchObject({ status: 'COMPLETED', done: 1, failed: [] });
    const texts = inner.requests.flatMap((request) => (request.kind === 'embedding' ? request.texts : []));
    expect(texts).toHaveLength(40);
    expect(new Set(texts).size).toBe(40);
    expect(await database.all('select count(*) as n from job_drafts')).toEqual([{ n: 0 }]);
    expect(await database.all('select count(*) as n from passage_vectors')).toEqual([{ n: 40 }]);
  });

  it("ingestion keeps the order of one owner's sources, also when the first of them must wait", async () => {
    let refusals = 3;
    const inner = models().handle;
    const { retrieval } = await harness((request, call) => {
      refusals -= 1;
      return refusals >= 0 ? fails('RATE_LIMITED', { retryAfterMs: 1 })(request, call) : inner(request, call);
    });
    retrieval.start();
    for (const text of ['First.', 'Second.', 'Third.'])
      await retrieval.ingest({ principal: principal(), collection: 'docs', sources: [markdown('a', text)] });
    await ingested(retrieval, [markdown('b', 'Behind them.')]);
    const { hits } = await retrieval.search({
      collection: 'docs',
      query: 'first second third',
      first: 5,
      principal: principal(),
      signal,
      callFor: booked().callFor,
    });
    expect(hits.map(({ passage }) => passage?.text)).toEqual(['Third.']);
  });

  it('ingestion ends with the code when the key that asked for it is in force no more, and no other source of it is tried', async () => {
    const asked: string[] = [];
    const inner = models().handle;
    const { retrieval, failures, book } = await harness((request, call) => {
      asked.push(...(request.kind === 'embedding' ? request.texts : []));
      return asked.length > 1 ? fails('UNAUTHENTICATED')(request, call) : inner(request, call);
    });
    const sources = ['a', 'b', 'c', 'd'].map((name) => markdown(name, `Text of ${name}.`));
    const states = await ingested(retrieval, sources);
    expect(last(states)).toMatchObject({
      status: 'FAILED',
      done: 1,
      total: 4,
      failed: [],
      failure: { code: 'UNAUTHENTICATED', message: 'It failed with UNAUTHENTICATED.' },
    });
    expect(asked).toEqual(['Text of a.', 'Text of b.']);
    expect(failures).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
    expect(book.held).toBe(0);
    expect(await retrieval.collections(principal())).toMatchObject([{ sources: 1 }]);
  });

  it('ingestion of a key that ended while it was queued reads no source: neither one that is unchanged nor one that cannot be read', async () => {
    const { handle, requests } = models();
    const ended = new Map<string, GatewayError>();
    const { retrieval, book } = await harness(handle, permissionsOf({ findEnded: async () => ended }));
    await ingested(retrieval, [markdown('a', 'Text of a.')]);
    ended.set(principal().id, keyEnded);
    const sources = [markdown('a', 'Text of a.'), markdown('b', '', { text: null, base64: 'bm8=', mediaType: 'application/pdf' })];
    expect(last(await ingested(retrieval, sources))).toEqual({
      id: expect.any(String),
      collection: 'docs',
      startedAt: expect.any(Number),
      status: 'FAILED',
      ...{ done: 0, total: 2, unchanged: 0, failed: [] },
      failure: { code: 'UNAUTHENTICATED', message: keyEnded.message, errorId: expect.any(String) },
    });
    expect(requests).toHaveLength(1);
    expect(book.held).toBe(0);
  });

  it('ingestion ends while its source is read when its key ends', async () => {
    const { handle, requests } = models();
    const reading = new AbortController();
    const leases = {
      take: (_: Principal, __: string, parent: AbortSignal) => {
        reading.abort(keyEnded);
        return { signal: AbortSignal.any([parent, reading.signal]), release() {} };
      },
    };
    const { retrieval } = await harness(handle, permissionsOf({ leases }));
    const states = await ingested(retrieval, [markdown('a', 'Word. '.repeat(2_000)), markdown('b', 'Text.')]);
    expect(last(states)).toMatchObject({ status: 'FAILED', done: 0, failed: [], failure: { code: 'UNAUTHENTICATED' } });
    expect(requests).toEqual([]);
  });

  it('ingestion of a user who was revoked ends what he had queued before, does not wait for a rate, and leaves what he queues after it', async () => {
    let revokedAt: number | null = null;
    const user = (seen: number | null) => ({ id: 'u_ann', name: 'ann', revokedAt: seen });
    const before = principal({ id: 'jwt:login:u_ann', kind: 'jwt', user: user(null) });
    const { handle } = models();
    const refusing: ChunkHandler = (request, call) =>
      call.principal.user?.revokedAt === null ? fails('RATE_LIMITED', { retryAfterMs: 60_000 })(request, call) : handle(request, call);
    const asked: (number | null)[] = [];
    const { retrieval, database } = await harness(
      refusing,
      permissionsOf({
        async findEnd(queued) {
          const seen = queued.user?.revokedAt ?? null;
          asked.push(seen);
          return revokedAt !== null && seen !== revokedAt ? keyEnded : null;
        },
        findSuspects: async (owners) => new Map(revokedAt === null ? [] : owners.map(({ owner }) => [owner, String(revokedAt)])),
      }),
    );
    const sources = (name: string) => [markdown(name, `Text of ${name}.`)];
    const jobs = await Promise.all(
      ['a', 'b'].map((name) => retrieval.ingest({ principal: before, collection: 'docs', sources: sources(name) })),
    );
    retrieval.start();
    while ((await database.all('select 1 from jobs where not_before > 0')).length === 0) await wait(5);
    revokedAt = 7;
    for (const { id } of jobs) {
      const states: IngestionState[] = [];
      for await (const state of retrieval.followIngestion(id, before, signal)) states.push(state);
      expect(last(states)).toMatchObject({ status: 'FAILED', done: 0, failure: { code: 'UNAUTHENTICATED' } });
    }
    expect(await database.all('select 1 from job_parts')).toEqual([]);
    const after = principal({ id: 'jwt:login:u_ann', kind: 'jwt', user: user(7) });
    expect(last(await ingested(retrieval, sources('c'), 'docs', after))).toMatchObject({ status: 'COMPLETED', done: 1 });
    expect(asked).toContain(7);
  });

  it('ingestion of a key that ended does not wait for its turn or its rate to end, and that of others goes on', async () => {
    const ended = new Map<string, GatewayError>();
    const mine = principal();
    const theirs = principal({ id: 'key:eve' });
    const { handle } = models();
    const refusing: ChunkHandler = (request, call) =>
      call.principal.id === mine.id ? fails('RATE_LIMITED', { retryAfterMs: 60_000 })(request, call) : handle(request, call);
    const { retrieval, database } = await harness(refusing, permissionsOf({ findEnded: async () => ended }));
    const first = await retrieval.ingest({ principal: mine, collection: 'docs', sources: [markdown('a', 'One.'), markdown('b', 'Two.')] });
    const second = await retrieval.ingest({ principal: mine, collection: 'docs', sources: [markdown('c', 'Three.')] });
    retrieval.start();
    while ((await database.all('select 1 from jobs where id = $1 and not_before > 0', [first.id])).length === 0) await wait(5);
    ended.set(mine.id, keyEnded);
    for (const { id } of [first, second]) {
      const states: IngestionState[] = [];
      for await (const state of retrieval.followIngestion(id, mine, signal)) states.push(state);
      expect(last(states)).toMatchObject({ status: 'FAILED', done: 0, failure: { code: 'UNAUTHENTICATED' } });
    }
    expect(await database.all('select 1 from job_parts')).toEqual([]);
    expect(last(await ingested(retrieval, [markdown('d', 'Four.')], 'docs', theirs))).toMatchObject({ status: 'COMPLETED', done: 1 });
  });

  it('ingestion by a version that kept all sources in one text goes on in this one', async () => {
    const { retrieval, database } = await harness();
    const sources = [markdown('a', 'One.'), markdown('b', 'Two.')];
    const { id } = await retrieval.ingest({ principal: principal(), collection: 'docs', sources });
    const body = JSON.stringify({ collection: 'docs', principal: principal(), sources });
    await database.run('update jobs set body = $2 where id = $1', [id, body]);
    await database.run('delete from job_parts');
    retrieval.start();
    const states: IngestionState[] = [];
    for await (const state of retrieval.followIngestion(id, principal(), signal)) states.push(state);
    expect(last(states)).toMatchObject({ status: 'COMPLETED', done: 2, failed: [], failure: null });
  });

  it('ingestion shows our sentence of a failure and keeps its cause for the log', async () => {
    const { retrieval, failures, book } = await harness(fails('BUDGET_EXCEEDED'));
    const states = await ingested(retrieval, [markdown('a', 'Lamps glow.')]);
    expect(last(states)?.failed).toEqual([{ sourceId: 'a', message: 'It failed with BUDGET_EXCEEDED.' }]);
    expect(failures).toMatchObject([{ code: 'BUDGET_EXCEEDED' }]);
    expect(book.held).toBe(0);
    const broken = await harness(() => {
      throw new Error('postgres://user:secret@host');
    });
    expect(JSON.stringify(await ingested(broken.retrieval, [markdown('a', 'Lamps glow.')]))).not.toContain('secret');
  });

  it('ingestion refuses an embedding that is not one vector for each text', async () => {
    const { retrieval } = await harness(async function* short() {
      yield { type: 'embedding', index: 0, vector: Float32Array.of(1, Number.NaN) };
    });
    expect(last(await ingested(retrieval, [markdown('a', 'Lamps glow.')]))?.failed).toMatchObject([
      { message: expect.stringMatching(/did not answer with one vector/) },
    ]);
  });

  it('ingestion goes on where it was stopped, in another process, without embedding again what was stored', async () => {
    const blocked = Promise.withResolvers<void>();
    const inner = models();
    const handle: ChunkHandler = async function* stuckAtThird(request, call) {
      if (inner.requests.length === 2) {
        blocked.resolve();
        await new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(new GatewayError('CANCELLED', 'Stopped.'))));
      }
      yield* inner.handle(request, call);
    };
    const { retrieval, again, database } = await harness(handle);
    retrieval.start();
    const sources = ['a', 'b', 'c', 'd'].map((id) => markdown(id, `Text of ${id}.`));
    const { id } = await retrieval.ingest({ principal: principal(), collection: 'docs', sources });
    await blocked.promise;
    await retrieval.stop();
    expect(await retrieval.ingestion(id, principal())).toMatchObject({ status: 'RUNNING', done: 2, total: 4 });

    const second = models();
    const other = await again(second.handle);
    other.retrieval.start();
    const states: IngestionState[] = [];
    for await (const state of other.retrieval.followIngestion(id, principal(), signal)) states.push(state);
    expect(last(states)).toMatchObject({ status: 'COMPLETED', done: 4, unchanged: 0, failed: [] });
    expect(second.requests).toHaveLength(2);
    expect(JSON.stringify(await database.all('select body from jobs'))).not.toContain('Text of');
    expect(await database.all('select body from job_parts')).toEqual([]);
  });

  it('ingestion is taken over from a process that died, whose stored sources are then unchanged', async () => {
    const { retrieval, again, database } = await harness();
    retrieval.start();
    await ingested(retrieval, [markdown('a', 'Text of a.')]);
    await retrieval.stop();
    const { id } = await retrieval.ingest({
      principal: principal(),
      collection: 'docs',
      sources: [markdown('a', 'Text of a.'), markdown('b', 'Text of b.')],
    });
    await database.run(`update jobs set status = 'running', lease = 'of the dead', leased_until = 1, takes = 1 where id = $1`, [id]);
    const heir = models();
    const other = await again(heir.handle);
    other.retrieval.start();
    const states: IngestionState[] = [];
    for await (const state of other.retrieval.followIngestion(id, principal(), signal)) states.push(state);
    expect(last(states)).toMatchObject({ status: 'COMPLETED', done: 2, unchanged: 1 });
    expect(heir.requests).toHaveLength(1);
  });

  it('ingestion survives kill -9: every source is stored once, and none is embedded again once it was', async () => {
    const { retrieval, again, folder } = await harness();
    const sources = Array.from({ length: 12 }, (_, index) => markdown(`s${index}`, `Text number ${index}.`));
    const { id } = await retrieval.ingest({ principal: principal(), collection: 'docs', sources });
    const doomed = spawn(process.execPath, [workerFile, join(folder, 'test.db')], { stdio: ['ignore', 'pipe', 'inherit'] });
    let embeddedBefore = '';
    for await (const text of doomed.stdout.setEncoding('utf8')) {
      embeddedBefore += String(text);
      if (embeddedBefore.length >= 4) doomed.kill('SIGKILL');
    }
    const stored = (await retrieval.collections(principal()))[0]?.sources ?? 0;
    expect(stored).toBeGreaterThanOrEqual(3);
    expect(stored).toBeLessThan(12);

    const heir = models();
    const other = await again(heir.handle);
    other.retrieval.start();
    const states: IngestionState[] = [];
    for await (const state of other.retrieval.followIngestion(id, principal(), signal)) states.push(state);
    expect(last(states)).toMatchObject({ status: 'COMPLETED', done: 12, failed: [] });
    expect(heir.requests).toHaveLength(12 - stored);
    expect(await other.retrieval.collections(principal())).toMatchObject([{ sources: 12, passages: 12 }]);
  });

  it('ingestion is seen by whoever began it, and by nobody else', async () => {
    const { retrieval } = await harness();
    const { id } = await retrieval.ingest({ principal: principal(), collection: 'docs', sources: [markdown('a', 'One.')] });
    const other = principal({ id: 'key:eve' });
    expect(await retrieval.ingestion(id, other)).toBeNull();
    await expect(retrieval.followIngestion(id, other, signal).next()).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(await retrieval.ingestion(id, principal())).toMatchObject({ status: 'RUNNING', total: 1 });
  });

  it('ingestion stops being followed when the reader leaves', async () => {
    const { retrieval } = await harness();
    const { id } = await retrieval.ingest({ principal: principal(), collection: 'docs', sources: [markdown('a', 'One.')] });
    const leaving = new AbortController();
    const following = retrieval.followIngestion(id, principal(), leaving.signal);
    await following.next();
    const waiting = following.next();
    leaving.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    const returning = retrieval.followIngestion(id, principal(), signal);
    await returning.next();
    const last = returning.next();
    expect(await Promise.all([returning.return?.(), last])).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  it.each([
    ['no sources', [], /1 to 1000/],
    ['two sources of one id', [markdown('a', 'x'), markdown('a', 'y')], /Two sources have the id "a"/],
    ['a source without an id', [markdown(' ', 'x')], /id has 1 to 512 characters/],
    ['a source without content', [markdown('a', '', { text: null })], /exactly one of text and base64/],
    ['base64 that is none', [markdown('a', '', { text: null, base64: '%%%' })], /does not have/],
    ['metadata of any length', [markdown('a', 'x', { metadata: 'x'.repeat(20_000) })], /metadata of "a"/],
  ])('ingestion refuses %s at once', async (_, sources, message) => {
    const { retrieval } = await harness();
    await expect(retrieval.ingest({ principal: principal(), collection: 'docs', sources })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringMatching(message),
    });
  });
});
