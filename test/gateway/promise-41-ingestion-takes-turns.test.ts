/** One owner's ingestion never holds another's up: not by its rate, its number, its size, its model or its end. */
import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../src/config/config.ts';
import { type Double, double, says } from '../doubles.ts';
import { plainConfig, startGateway, type TestGateway } from '../harness.ts';
import { eventsOf, post } from '../server/http-client.ts';
import { eventually, newKey } from './asking.ts';

interface Source {
  readonly id: string;
  readonly text: string;
}

const short = (id: string): Source => ({ id, text: `Text of ${id}.` });
const many = (count: number, name: string): Source[] => Array.from({ length: count }, (_, at) => short(`${name}${at}`));

/** Embeds, but not what the test says that it hangs on. */
const hangsOn = (word: string): Double =>
  double('hangs-on', async function* (request, { signal }) {
    if (request.kind === 'embedding' && request.texts.some((text) => text.includes(word))) {
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));
    }
    yield* says('').send(request, { model: 'm', signal, firstChunkMs: 1_000, idleMs: 1_000, report: () => {} });
  });

const withModel = (model: Double, changes: Partial<GatewayConfig> = {}): Partial<GatewayConfig> => ({
  providers: { ...plainConfig.providers, model },
  deployments: {
    ...plainConfig.deployments,
    v: { provider: 'model', model: 'm', price: { input: 1, output: 1 }, capabilities: ['embedding'] },
  },
  routes: { ...plainConfig.routes, embedding: { deployments: ['v'], attempts: 1 } },
  ...changes,
});

async function ingest(gateway: TestGateway, key: string, sources: readonly Source[], collection = 'documents') {
  const mutation = 'mutation ($input: IngestInput!) { ingest(input: $input) { id } }';
  return gateway.ask(mutation, { input: { collection, sources } }, { key });
}

const keyOf = async (gateway: TestGateway, team: string, limits: object = {}): Promise<string> =>
  (await newKey(gateway, { team, scopes: ['ai:use', 'ai:ingest', 'ai:usage'], ...limits })).secret;

async function stored(gateway: TestGateway, key: string): Promise<readonly string[]> {
  const { data } = await gateway.ask('{ aiSources(collection: "documents", first: 1000) { id } }', {}, { key });
  return data.aiSources.map(({ id }: { readonly id: string }) => id);
}

const arrives = (gateway: TestGateway, key: string, id: string) =>
  eventually(
    `${id} is stored`,
    () => stored(gateway, key),
    (ids) => ids.includes(id),
  );

/** The last state of an ingestion. */
async function endOf(gateway: TestGateway, key: string, id: string) {
  const query = 'subscription ($id: ID!) { ingestion(id: $id) { status done total failed { sourceId message } failure { code message } } }';
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${key}` };
  let last: { readonly data: { readonly ingestion: Ended } } | null = null;
  for await (const { event, data } of eventsOf(await post(gateway.url, { query, variables: { id } }, headers))) {
    if (event === 'next') last = JSON.parse(data);
  }
  if (last === null) throw new Error('The ingestion told nothing.');
  return last.data.ingestion;
}

interface Ended {
  readonly status: string;
  readonly done: number;
  readonly total: number;
  readonly failed: readonly { readonly sourceId: string; readonly message: string }[];
  readonly failure: { readonly code: string; readonly message: string } | null;
}

describe('a team whose sources come second', () => {
  it('a team whose sources come second is served while another waits for its rate of one call a minute', async () => {
    const gateway = await startGateway();
    const slow = await keyOf(gateway, 'a', { requestsPerMinute: 1 });
    const quick = await keyOf(gateway, 'b');
    await ingest(gateway, slow, many(20, 'a'));
    await arrives(gateway, quick, 'a0');
    await ingest(gateway, quick, [short('b')]);
    await arrives(gateway, quick, 'b');
    expect((await stored(gateway, quick)).length).toBeLessThan(20);
  });

  it('a team whose sources come second is served while the model hangs on every source that another has, by however many keys', async () => {
    const gateway = await startGateway(withModel(hangsOn('hangs')));
    for (let key = 0; key < 24; key += 1) {
      await ingest(gateway, await keyOf(gateway, 'a'), [short(`hangs-${key}`), short(`hangs-too-${key}`)]);
    }
    const quick = await keyOf(gateway, 'b');
    await ingest(gateway, quick, many(5, 'b'));
    await arrives(gateway, quick, 'b4');
  });

  it("a team whose sources come second is served while another's budget is spent, whose sources fail in a sentence", async () => {
    const gateway = await startGateway(withModel(says('')));
    const poor = await keyOf(gateway, 'a', { monthlyBudget: '0.000000001' });
    const { data } = await ingest(gateway, poor, many(50, 'a'));
    const quick = await keyOf(gateway, 'b');
    await ingest(gateway, quick, [short('b')]);
    await arrives(gateway, quick, 'b');
    const { failed } = await endOf(gateway, poor, data.ingest.id);
    expect(failed).toHaveLength(50);
    expect(failed[0]).toMatchObject({ sourceId: 'a0', message: expect.stringMatching(/budget/i) });
    expect(await stored(gateway, quick)).toEqual(['b']);
  });

  it('a team whose sources come second is served between the sources of a team that has a thousand', async () => {
    const gateway = await startGateway(withModel(says('')));
    const first = await keyOf(gateway, 'a');
    const quick = await keyOf(gateway, 'b');
    await ingest(gateway, first, many(1_000, 'a'));
    await ingest(gateway, quick, many(10, 'b'));
    await arrives(gateway, quick, 'b9');
    expect((await stored(gateway, quick)).filter((id) => id.startsWith('a')).length).toBeLessThan(200);
  });
});

describe('what one owner may have in the queue', () => {
  it('what one owner may have in the queue is bounded in sources and in bytes, refused in a sentence that says what would be accepted, and no bound of others', async () => {
    const gateway = await startGateway(withModel(hangsOn('hangs'), { retrieval: { maxQueuedSources: 5, maxQueuedBytes: 2_000 } }));
    const key = await keyOf(gateway, 'a');
    const refusal = async (sources: readonly Source[], as = key) => (await ingest(gateway, as, sources)).errors?.[0];
    expect(await refusal([short('hangs'), ...many(3, 'a')])).toBeUndefined();
    expect(await refusal(many(2, 'b'))).toMatchObject({
      message: expect.stringMatching(
        /^This ingestion has 2 sources .* room for 1 source .* may have 5 sources and 2000 bytes queued\. Wait/,
      ),
      extensions: { code: 'RATE_LIMITED', retryable: true },
    });
    expect(await refusal([{ id: 'long', text: 'x'.repeat(1_800) }])).toMatchObject({ extensions: { code: 'RATE_LIMITED' } });
    expect(await refusal(many(6, 'c'))).toMatchObject({
      message: expect.stringContaining('Send less'),
      extensions: { code: 'BAD_REQUEST' },
    });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, at) => refusal([short(`d${at}`)])));
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
    expect(await gateway.storage.database.all('select count(*) as n from job_parts')).toEqual([{ n: 5 }]);
    const other = await keyOf(gateway, 'a');
    expect(await refusal(many(5, 'e'), other)).toBeUndefined();
    await arrives(gateway, other, 'e4');
    expect(await refusal(many(5, 'f'), other)).toBeUndefined();
  });
});
