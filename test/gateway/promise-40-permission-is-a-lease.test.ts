import { createServer, type ServerResponse } from 'node:http';
import { execute, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { keyDesk } from '../../src/access/issue-keys.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { audience } from '../access/jwt/issuer-rules.ts';
import { startIssuer } from '../access/jwt/issuer-server.ts';
import { double, says } from '../doubles.ts';
import { bodyOf, federation2, listening, subgraphSchema } from '../federation/subgraph-server.ts';
import { plainConfig, startGateway, type TestGateway, temporaryFolder, whenOver } from '../harness.ts';
import { newGate } from '../raw-upstream.ts';
import { eventsOf, post } from '../server/http-client.ts';
import { budgetOf, complete, eventually, ledgerOf, newKey, prompt, stream, until } from './asking.ts';
import { hanging, openUpstream, scripted, scriptedConfig, waiting } from './scripted.ts';
import { ask, type Event, transports } from './streams.ts';
import { teams } from './teams.ts';

const revoke = async (gateway: TestGateway, id: string): Promise<void> => {
  const { data } = await gateway.ask('mutation ($id: ID!) { revokeAiKey(id: $id) { revokedAt } }', { id });
  expect(data.revokeAiKey.revokedAt).not.toBeNull();
};

/** As `fieldgate keys revoke` does, in a process of its own: over the folder alone. */
async function revokeFromShell(folder: string, id: string): Promise<void> {
  const storage = await openStorage({ folder });
  await keyDesk(storage.keys).revoke(id, { by: 'shell' });
  await storage.close();
}

/** As another process would: this one is not told. */
/** Two seconds are promised; the rest is for a loaded machine. */
const endedWithinMs = 2_500;

async function revokeFromStore(gateway: TestGateway, id: string): Promise<void> {
  await gateway.storage.keys.revoke(id, Date.now());
}

const revoked = { code: 'UNAUTHENTICATED', message: expect.stringMatching(/^The key was revoked, /), retryable: false };

/** The one row of the team, when the call is over. */
const rowOf = async (gateway: TestGateway): Promise<Event> =>
  (
    await eventually(
      'the call has its row',
      () => ledgerOf(gateway),
      ([row]) => row?.calls === 1,
    )
  )[0];

const started =
  'mutation ($input: CompletionInput!) { startCompletion(input: $input) { ... on Completion { id } ... on Failure { message } } }';

async function startCompletion(gateway: TestGateway, key: string): Promise<string> {
  const { data, errors } = await gateway.ask(started, { input: prompt('In the background.') }, { key });
  expect(errors).toBeUndefined();
  return data.startCompletion.id;
}

/** How the started completion of a key that nobody can show any more has ended. */
const endOf = (gateway: TestGateway, completionId: string, keyId: string): Promise<Event> =>
  eventually(
    'the completion is stored',
    async () => JSON.parse((await gateway.storage.completions.find(completionId, `key:${keyId}`))?.body ?? 'null'),
    (body) => body !== null && body.status !== undefined,
  );

describe('what a key began ends when the key is revoked', () => {
  it.each(transports)('a stream over %s: its last event says so, upstream is told, and what came is billed', async (_, over) => {
    const { gateway, upstream } = await scripted();
    upstream.plays(hanging('One ', 'two'));
    const { id, secret } = await newKey(gateway, { monthlyBudget: '1.00' });
    const events: Event[] = [];
    for await (const { event } of over(gateway, { key: secret, variables: ask('Count.') })) {
      events.push(event);
      if (event.__typename === 'TextDelta' && event.text.endsWith('two')) await revoke(gateway, id);
    }
    expect(events.at(-1)).toMatchObject({
      __typename: 'CompletionFailed',
      failure: revoked,
      completion: { status: 'FAILED', text: 'One two' },
    });
    expect(events.filter(({ __typename }) => __typename === 'CompletionFailed')).toHaveLength(1);
    const request = await upstream.nextRequest();
    await request.closed;
    expect(request.cut()).toBe(true);
    const row = await rowOf(gateway);
    expect(row).toMatchObject({ key: { outcome: 'UNAUTHENTICATED' }, usage: { estimated: true, outputTokens: 2 } });
    const [account] = await gateway.storage.limits.budgets([{ kind: 'budget', name: `key:${id}`, per: 'month', most: 1e9 }]);
    expect(account).toMatchObject({ held: 0 });
    expect(account?.spent).toBeGreaterThan(0);
    expect(upstream.requests).toHaveLength(1);
  });

  it('a query: its answer is a failure that says why', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(hanging('One'));
    const { id, secret } = await newKey(gateway, {});
    const answer = complete(gateway, prompt('Count.'), { key: secret });
    await upstream.nextRequest();
    await revoke(gateway, id);
    expect(await answer).toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringMatching(/^The key was revoked, /) });
    expect(await rowOf(gateway)).toMatchObject({ key: { outcome: 'UNAUTHENTICATED' } });
  });

  it('AI fields of a list: those that still wait are never asked', async () => {
    const model = double('silent', async function* (_, { signal }) {
      yield* [];
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    });
    const { gateway } = await teams({
      provider: model,
      remote: {
        products: {
          sdl: 'type Query { all: [Product!]! @listSize(assumedSize: 30) } type Product @key(fields: "id") { id: ID! name: String! } directive @listSize(assumedSize: Int) on FIELD_DEFINITION',
          resolvers: { Query: { all: () => Array.from({ length: 30 }, (_, id) => ({ id: String(id), name: `Name ${id}` })) } },
        },
      },
      fields: `extend type Product @key(fields: "id") { id: ID! name: String!
        summary: String @completion(prompt: "Sum up {name}", maxInputTokens: 500, maxOutputTokens: 50) @requiresScopes(scopes: [["ai:use"]]) }`,
    });
    const { id, secret } = await newKey(gateway, {});
    const answer = gateway.ask('{ all { id summary } }', {}, { key: secret });
    await eventually(
      'as many as run at a time are asked',
      () => model.running(),
      (running) => running === 8,
    );
    await revoke(gateway, id);
    const { data, errors = [] } = await answer;
    expect(data.all.map(({ summary }: Event) => summary)).toEqual(Array(30).fill(null));
    expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['UNAUTHENTICATED']));
    expect(model.asked).toHaveLength(8);
    expect(model.running()).toBe(0);
  });

  it('a started completion that nobody waits for', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(hanging('One'));
    const { id, secret } = await newKey(gateway, {});
    const completion = await startCompletion(gateway, secret);
    const request = await upstream.nextRequest();
    await revoke(gateway, id);
    await request.closed;
    expect(request.cut()).toBe(true);
    expect(await endOf(gateway, completion, id)).toMatchObject({ status: 'FAILED', failure: { code: 'UNAUTHENTICATED' } });
    expect(await rowOf(gateway)).toMatchObject({ key: { outcome: 'UNAUTHENTICATED' } });
    expect(upstream.requests).toHaveLength(1);
  });

  it('what a key began ends when the key is revoked by the shell too, which shares the folder alone: streams, and completions that nobody waits for', async () => {
    const folder = temporaryFolder();
    const upstream = await openUpstream();
    upstream.plays(hanging('One'));
    const gateway = await startGateway({ ...scriptedConfig(upstream), storage: { folder } });
    const { id, secret } = await newKey(gateway, {});
    const completion = await startCompletion(gateway, secret);
    await upstream.nextRequest();
    const reading = stream(gateway, prompt('Another.'), { key: secret });
    await until(reading, 'TextDelta');
    await revokeFromShell(folder, id);
    expect((await until(reading, 'CompletionFailed')).failure).toMatchObject(revoked);
    expect(await endOf(gateway, completion, id)).toMatchObject({ status: 'FAILED', failure: { code: 'UNAUTHENTICATED' } });
    expect(upstream.requests).toHaveLength(2);
  });

  it('what a key began ends when the key is revoked by another gateway on the same folder, and with it what keys of its own making began', async () => {
    const upstream = await openUpstream();
    upstream.plays(hanging('One'));
    const config = { ...scriptedConfig(upstream), storage: { folder: temporaryFolder() } };
    const [one, two] = [await startGateway(config), await startGateway(config)];
    const parent = await newKey(one, { scopes: ['ai:use', 'ai:keys'] });
    const { data } = await one.ask(
      'mutation { createAiKey(input: { name: "child", team: "search", scopes: ["ai:use"] }) { secret } }',
      {},
      { key: parent.secret },
    );
    const reading = stream(two, prompt('Count.'), { key: data.createAiKey.secret });
    await until(reading, 'TextDelta');
    const began = performance.now();
    await revoke(one, parent.id);
    expect((await until(reading, 'CompletionFailed')).failure).toMatchObject(revoked);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('an ingestion: the source under way fails, and no model is asked for those behind it', async () => {
    let embedding = Promise.withResolvers<void>();
    const model = double('embeds', async function* (request, { signal }) {
      embedding.resolve();
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
      yield* request.kind === 'embedding' ? [] : [];
    });
    const gateway = await startGateway({
      providers: { ...plainConfig.providers, model },
      deployments: {
        ...plainConfig.deployments,
        v: { provider: 'model', model: 'v', capabilities: ['embedding'], price: { input: 1, output: 2 } },
      },
      routes: { ...plainConfig.routes, embedding: { deployments: ['v'], attempts: 1 } },
    });
    const { id, secret } = await newKey(gateway, { scopes: ['ai:use', 'ai:ingest'] });
    const sources = Array.from({ length: 5 }, (_, source) => ({ id: `s${source}`, mediaType: 'text/plain', text: `Source ${source}.` }));
    const ingest = 'mutation ($input: IngestInput!) { ingest(input: $input) { id } }';
    const queued = await gateway.ask(ingest, { input: { collection: 'documents', sources } }, { key: secret });
    expect(queued.errors).toBeUndefined();
    await embedding.promise;
    embedding = Promise.withResolvers();
    await revoke(gateway, id);
    const job = await eventually(
      'the job has ended',
      () => gateway.storage.jobs.find(queued.data.ingest.id),
      (found) => found?.status === 'done' || found?.status === 'failed',
    );
    expect(job?.progress).toContain('The key was revoked');
    expect(model.asked).toHaveLength(1);
  });

  it('an ingestion that waits for its rate is failed when its key is revoked, and its sources are forgotten, unread', async () => {
    const gateway = await startGateway();
    const { id, secret } = await newKey(gateway, { scopes: ['ai:ingest', 'ai:use'], callsPerMinute: 1 });
    const sources = Array.from({ length: 3 }, (_, source) => ({ id: `s${source}`, mediaType: 'text/plain', text: `Source ${source}.` }));
    const ingest = 'mutation ($input: IngestInput!) { ingest(input: $input) { id } }';
    const { data } = await gateway.ask(ingest, { input: { collection: 'documents', sources } }, { key: secret });
    const job = () => gateway.storage.jobs.find(data.ingest.id);
    await eventually('the second source waits for the rate', job, (found) => found?.progress?.includes('"waits":1') === true);
    await revokeFromStore(gateway, id);
    const ended = await eventually('the job has ended', job, (found) => found?.status === 'failed');
    expect(JSON.parse(ended?.progress ?? '')).toMatchObject({
      done: 1,
      failed: [],
      failure: { code: revoked.code, message: revoked.message },
    });
    expect(await gateway.storage.database.all('select 1 from job_parts')).toEqual([]);
  });

  it.each([
    ['team was archived', 'archiveAiTeam(id: "web") { id }', { team: 'web' }],
    ['organisation was archived', 'archiveAiOrganisation(id: "acme") { id }', { org: 'acme' }],
    ['user was revoked', 'revokeAiUser(input: { user: "ann", issuer: "login" }) { id }', { team: 'web' }],
  ])('an ingestion of a user of a login that waits for its rate is failed within two seconds when the %s', async (why, ends, of) => {
    const login = await startIssuer();
    const claims = { scopes: ['ai:use', 'ai:ingest'], teamClaim: 'team', organisationClaim: 'org', callsPerMinutePerUser: 1 };
    const gateway = await startGateway({ issuers: { login: { issuer: login.url, audiences: [audience], ...claims } } });
    await gateway.ask('mutation { createAiTeam(input: { id: "web" }) { id } createAiOrganisation(input: { id: "acme" }) { id } }');
    const token = await login.sign({ sub: 'ann', ...of });
    const sources = Array.from({ length: 3 }, (_, source) => ({ id: `s${source}`, mediaType: 'text/plain', text: `Source ${source}.` }));
    const ingest = 'mutation ($input: IngestInput!) { ingest(input: $input) { id } }';
    const { data } = await gateway.ask(ingest, { input: { collection: 'documents', sources } }, { key: token });
    const job = () => gateway.storage.jobs.find(data.ingest.id);
    await eventually('the second source waits for the rate', job, (found) => found?.progress?.includes('"waits":1') === true);
    const began = performance.now();
    expect((await gateway.ask(`mutation { ${ends} }`)).errors).toBeUndefined();
    const ended = await eventually('the job has ended', job, (found) => found?.status === 'failed');
    expect(performance.now() - began).toBeLessThan(endedWithinMs);
    expect(JSON.parse(ended?.progress ?? '')).toMatchObject({
      done: 1,
      failure: { code: 'UNAUTHENTICATED', message: expect.stringContaining(why) },
    });
    expect(await gateway.storage.database.all('select 1 from job_parts')).toEqual([]);
  });

  it('an ingestion that a key of development queued ends where the folder then serves in production', async () => {
    const folder = temporaryFolder();
    const before = await startGateway({ storage: { folder } });
    const ingest = 'mutation ($input: IngestInput!) { ingest(input: $input) { id } }';
    await before.services.retrieval.stop();
    const { data } = await before.ask(ingest, {
      input: { collection: 'documents', sources: [{ id: 's', mediaType: 'text/plain', text: 'A text.' }] },
    });
    await before.close();
    const after = await startGateway({ storage: { folder }, server: { development: false } });
    const ended = await eventually(
      'the job has ended',
      () => after.storage.jobs.find(data.ingest.id),
      (found) => found?.status === 'failed' || found?.status === 'done',
    );
    expect(JSON.parse(ended?.progress ?? '')).toMatchObject({
      done: 0,
      failure: { message: expect.stringMatching(/^This is the key of development/) },
    });
  });
});

/** A subgraph whose subscription ticks, by SSE, every few milliseconds for as long as it is listened to. */
async function tickingSubgraph() {
  const sdl = `${federation2} type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String! } type Subscription { ticks: Product }`;
  const about = (id: string) => ({ __typename: 'Product', id, name: `Name ${id}` });
  const schema = subgraphSchema(sdl, { Product: { __resolveReference: ({ id }: { id: string }) => about(id) } });
  const listeners = new Set<ServerResponse>();
  const server = createServer(async (request, response) => {
    const { query, variables } = JSON.parse(await bodyOf(request)) as { query: string; variables?: Record<string, unknown> };
    if (!request.headers.accept?.includes('text/event-stream')) {
      const result = await execute({ schema, document: parse(query), variableValues: variables ?? {} });
      response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
      return;
    }
    listeners.add(response);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let tick = 0;
    const ticking = setInterval(() => {
      tick += 1;
      response.write(`event: next\ndata: ${JSON.stringify({ data: { ticks: about(String(tick)) } })}\n\n`);
    }, 20);
    response.once('close', () => {
      clearInterval(ticking);
      listeners.delete(response);
    });
  });
  const { port, close } = await listening(server);
  whenOver(close);
  return { url: `http://127.0.0.1:${port}/graphql`, sdl, listeners: () => listeners.size };
}

describe('a subscription of another team’s subgraph, with an AI field on its entities', () => {
  async function ticking(provider = says('A sum.')) {
    const subgraph = await tickingSubgraph();
    const { gateway } = await teams({
      provider,
      remote: {},
      fields: `extend type Product @key(fields: "id") { id: ID! name: String!
        summary: String @completion(prompt: "Sum up {name}", maxInputTokens: 500, maxOutputTokens: 50) @requiresScopes(scopes: [["ai:use"]]) }`,
      config: { graph: { subgraphs: [{ name: 'products', url: subgraph.url }] } },
    });
    return { gateway, subgraph, provider };
  }

  it.each([
    ['with the AI field', 'subscription { ticks { id summary } }'],
    ['without it', 'subscription { ticks { id } }'],
  ])(
    'a subscription of another team’s subgraph, with an AI field on its entities %s ends with an error when its key is revoked, and asks no model any more',
    async (_, query) => {
      const { gateway, subgraph, provider } = await ticking();
      const { id, secret } = await newKey(gateway, {});
      const response = await post(gateway.url, { query }, { accept: 'text/event-stream', authorization: `Bearer ${secret}` });
      const results: Event[] = [];
      let asked = Number.NaN;
      let completed = false;
      for await (const { event, data } of eventsOf(response)) {
        completed = event === 'complete';
        if (event === 'next') results.push(JSON.parse(data));
        if (results.length === 3 && Number.isNaN(asked)) {
          await revoke(gateway, id);
          asked = provider.asked.length;
        }
      }
      expect(results[0]).toMatchObject({ data: { ticks: { id: '1' } } });
      expect(results.at(-1)).toEqual({
        errors: [expect.objectContaining({ message: revoked.message, extensions: expect.objectContaining({ code: revoked.code }) })],
      });
      expect(completed).toBe(true);
      expect(provider.asked).toHaveLength(asked);
      await eventually(
        'the subgraph is left',
        () => subgraph.listeners(),
        (listeners) => listeners === 0,
      );
    },
  );
});

describe('the expiry of a key', () => {
  it('the expiry of a key ends streams and started completions like a revocation', async () => {
    const clock = { ahead: 0 };
    const upstream = await openUpstream();
    upstream.plays(hanging('One'));
    const gateway = await startGateway(scriptedConfig(upstream), { now: () => Date.now() + clock.ahead });
    const { id, secret } = await newKey(gateway, { expiresAt: new Date(Date.now() + 600_000).toISOString() });
    const completion = await startCompletion(gateway, secret);
    await upstream.nextRequest();
    const reading = stream(gateway, prompt('Another.'), { key: secret });
    await until(reading, 'TextDelta');
    clock.ahead = 3_600_000;
    expect((await until(reading, 'CompletionFailed')).failure).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(/^The key expired at 20/),
    });
    expect(await endOf(gateway, completion, id)).toMatchObject({ status: 'FAILED', failure: { code: 'UNAUTHENTICATED' } });
    expect(upstream.requests).toHaveLength(2);
  });
});

describe('what is another’s goes on', () => {
  it('a stream of another key of the team', async () => {
    const { gateway, upstream } = await scripted();
    const gate = newGate();
    upstream.plays(waiting(gate, 'One', ' two'));
    const [mine, theirs] = [await newKey(gateway, {}), await newKey(gateway, {})];
    const [ended, going] = [
      stream(gateway, prompt('Mine.'), { key: mine.secret }),
      stream(gateway, prompt('Theirs.'), { key: theirs.secret }),
    ];
    await Promise.all([until(ended, 'TextDelta'), until(going, 'TextDelta')]);
    await revoke(gateway, mine.id);
    expect((await until(ended, 'CompletionFailed')).failure).toMatchObject(revoked);
    gate.open();
    expect((await until(going, 'CompletionFinished')).completion).toMatchObject({ text: 'One two' });
  });

  it('a call that two keys share: whoever is left hears all of it, and pays', async () => {
    const { gateway, upstream } = await scripted();
    const gate = newGate();
    upstream.plays(waiting(gate, 'One', ' two'));
    const [opener, follower] = [await newKey(gateway, { monthlyBudget: '1.00' }), await newKey(gateway, { monthlyBudget: '1.00' })];
    const first = stream(gateway, prompt('Both.'), { key: opener.secret });
    await until(first, 'TextDelta');
    const second = stream(gateway, prompt('Both.'), { key: follower.secret });
    await until(second, 'TextDelta');
    await revoke(gateway, opener.id);
    expect((await until(first, 'CompletionFailed')).failure).toMatchObject(revoked);
    gate.open();
    expect((await until(second, 'CompletionFinished')).completion).toMatchObject({ text: 'One two' });
    expect(upstream.requests).toHaveLength(1);
    await eventually(
      'the follower has paid',
      () => budgetOf(gateway, follower.secret),
      ({ spent, held }) => spent > 0 && held === 0,
    );
  });
});
