import { createClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { GatewayConfig } from '../../src/config/config.ts';
import type { TestGateway } from '../harness.ts';
import { newGate } from '../raw-upstream.ts';
import { complete, ledgerOf, newKey, prompt } from './asking.ts';
import { saying, scripted, waiting } from './scripted.ts';
import { ask, attach, type Event, eventsOver, transports } from './streams.ts';

const team = 'shop';

/** A backend's key that acts for users of the team. */
async function withBackend(changes: Partial<GatewayConfig> = {}) {
  const { gateway, upstream } = await scripted(changes);
  const { secret: key, id } = await newKey(gateway, { team, scopes: ['ai:use', 'ai:usage', 'ai:act-as', 'ai:keys', 'ai:usage:all'] });
  return { gateway, upstream, key, id };
}

const of = (user: string) => ({ 'AI-User': user });
const viewer = '{ aiViewer { principal user team scopes } }';

/** As the raw header lines say, in their spelling and number. */
async function raw(gateway: TestGateway, lines: readonly string[]): Promise<{ readonly status: number; readonly body: string }> {
  const { connect } = await import('node:net');
  const { hostname, port } = new URL(gateway.url);
  const body = JSON.stringify({ query: viewer });
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setEncoding('utf8').on('data', (piece) => {
      text += piece;
    });
    socket.once('error', reject).once('close', () => resolve({ status: Number(text.split(' ')[1]), body: text }));
    const head = ['POST /graphql HTTP/1.1', 'Host: 127.0.0.1', 'Content-Type: application/json', 'Connection: close', ...lines];
    socket.end(`${head.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
}

describe('a key that acts for users', () => {
  it('A key that acts for a user is that user, with a pseudonym and without the scopes that administer', async () => {
    const { gateway, key, id } = await withBackend();
    const { data } = await gateway.ask(viewer, {}, { key, headers: of('ann@example.com') });
    expect(data.aiViewer).toEqual({
      principal: expect.stringMatching(new RegExp(`^key:${id}:u_[\\w-]{22}$`)),
      user: 'ann@example.com',
      team,
      scopes: ['ai:use', 'ai:usage'],
    });
    const self = await gateway.ask(viewer, {}, { key });
    expect(self.data.aiViewer).toMatchObject({ principal: `key:${id}`, user: null });
    const again = await gateway.ask(viewer, {}, { key, headers: of('ann@example.com') });
    expect(again.data.aiViewer.principal).toBe(data.aiViewer.principal);
  });

  it('Two keys of one team know the same user, and a key of another team another one', async () => {
    const { gateway, key } = await withBackend();
    const pseudonym = async (asking: string) =>
      (await gateway.ask(viewer, {}, { key: asking, headers: of('ann') })).data.aiViewer.principal.split(':')[2];
    const scopes = ['ai:use', 'ai:act-as'];
    const sibling = await newKey(gateway, { team, scopes });
    const other = await newKey(gateway, { team: 'other', scopes });
    expect(await pseudonym(sibling.secret)).toBe(await pseudonym(key));
    expect(await pseudonym(other.secret)).not.toBe(await pseudonym(key));
  });

  it('A key that acts for a user makes no keys', async () => {
    const { gateway, key } = await withBackend();
    const make = 'mutation { createAiKey(input: { name: "n", team: "shop", scopes: ["ai:use"] }) { secret } }';
    expect((await gateway.ask(make, {}, { key })).errors).toBeUndefined();
    const { errors } = await gateway.ask(make, {}, { key, headers: of('ann') });
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });

  it.each([
    ['a key without the scope', { scopes: ['ai:use'] }],
    ['nobody', null],
  ])('The header AI-User of %s is refused', async (_, input) => {
    const { gateway } = await withBackend();
    const key = input === null ? null : (await newKey(gateway, { team, ...input })).secret;
    const { errors, data } = await gateway.ask('{ aiRoutes { name } }', {}, { key, headers: of('ann') });
    expect(data ?? null).toBeNull();
    expect(errors?.[0]).toMatchObject({
      extensions: { code: 'FORBIDDEN' },
      message: expect.stringContaining('A virtual key with the scope ai:act-as would be accepted'),
    });
  });

  it.each([
    ['is empty', ''],
    ['has a space', 'ann bob'],
    ['is a list, as proxies join headers', 'ann,bob'],
    ['has letters beyond ASCII', 'ann\u00e9'],
    ['has more than 255 characters', 'a'.repeat(256)],
    ['has a quotation mark', '"ann"'],
  ])('A user whose id %s is refused, and nothing runs', async (_, name) => {
    const { gateway, key } = await withBackend();
    const answer = await gateway.ask(viewer, {}, { key, headers: of(name) });
    expect(answer.data ?? null).toBeNull();
    expect(answer.errors?.[0]).toMatchObject({
      extensions: { code: 'BAD_REQUEST' },
      message: expect.stringContaining('The header AI-User '),
    });
  });

  it.each([
    ['two AI-User headers', ['AI-User: ann', 'AI-User: bob'], 400],
    ['two AI-User headers in different spellings', ['ai-user: ann', 'AI-USER: ann'], 400],
    ['two Authorization headers', ['authorization: Bearer fg_x', 'AI-User: ann'], 400],
    ['one header in another spelling', ['aI-uSeR: ann'], 200],
  ])('A request with %s is answered with its status', async (_, lines, status) => {
    const { gateway, key } = await withBackend();
    const answer = await raw(gateway, [`Authorization: Bearer ${key}`, ...lines]);
    expect(answer.status).toBe(status);
    if (status === 200) expect(answer.body).toContain('"user":"ann"');
    else expect(answer.body).toContain('more than one');
  });
});

describe('two users of one key', () => {
  it('Two users of one key neither see, follow, cancel nor rate what the other asked, and their key sees neither', async () => {
    const { gateway, upstream, key } = await withBackend();
    const [ann, bob] = [of('ann'), of('bob')];
    upstream.plays(saying('Secret'));
    const { id } = await complete(gateway, prompt('Hi', { idempotencyKey: 'k' }), { key, headers: ann });
    const looks = async (headers: Record<string, string>) =>
      (await gateway.ask('query ($id: ID!) { completionById(id: $id) { text } }', { id }, { key, headers })).data.completionById;
    expect(await looks(ann)).toEqual({ text: 'Secret' });
    const others = 'mutation ($id: ID!) { cancelCompletion(id: $id) { id } rateCompletion(id: $id, score: 1) { score } }';
    await gateway.storage.ledger.flush();
    for (const headers of [bob, {}]) {
      expect(await looks(headers)).toBeNull();
      expect((await gateway.ask(others, { id }, { key, headers })).data).toEqual({ cancelCompletion: null, rateCompletion: null });
    }
    expect((await gateway.ask(others, { id }, { key, headers: ann })).data.rateCompletion).toEqual({ score: 1 });
    const cancel = 'mutation { cancelCompletion(idempotencyKey: "k") { id } }';
    for (const headers of [bob, {}]) expect((await gateway.ask(cancel, {}, { key, headers })).data).toEqual({ cancelCompletion: null });
    expect((await gateway.ask(cancel, {}, { key, headers: ann })).data).toEqual({ cancelCompletion: { id } });
    upstream.plays(saying('Another'));
    expect((await complete(gateway, prompt('Hi', { idempotencyKey: 'k' }), { key, headers: bob })).text).toBe('Another');
    expect((await complete(gateway, prompt('Hi', { idempotencyKey: 'k' }), { key, headers: ann })).text).toBe('Secret');
  });

  it.each(transports)('A stream of a user over %s is followed by that user alone', async (_, over) => {
    const { gateway, upstream, key } = await withBackend();
    const gate = newGate();
    upstream.plays(waiting(gate, 'One ', 'two'));
    const reading = { key, headers: of('ann'), variables: ask('Count.', { idempotencyKey: 'count' }) };
    let id = '';
    for await (const { event } of over(gateway, reading)) {
      id = event.completionId;
      if (event.__typename === 'TextDelta') break;
    }
    const follow = (headers: Record<string, string>): Promise<Event[]> =>
      eventsOver(over(gateway, { key, headers, query: attach, variables: { id } }));
    const [refused] = await follow(of('bob'));
    expect(refused).toMatchObject({ __typename: 'CompletionFailed', failure: { code: 'RESUME_EXPIRED' } });
    gate.open();
    expect((await follow(of('ann'))).at(-1)).toMatchObject({ __typename: 'CompletionFinished', completion: { text: 'One two' } });
  });

  it('What a user may ask in a minute, spend in a month and run at once is his own, beside what the team may', async () => {
    const perUser = { requestsPerMinutePerUser: 3, monthlyBudgetPerUser: '1.00', concurrencyPerUser: 2 };
    const { gateway, key } = await withBackend({ teams: { shop: perUser } });
    const budgets = '{ aiViewer { budgets { name limit { amount } } } }';
    const first = await gateway.ask(budgets, {}, { key, headers: of('ann') });
    expect(first.data.aiViewer.budgets).toEqual([{ name: expect.stringMatching(/^user:u_/), limit: { amount: '1' } }]);
    for (let asked = 1; asked < 3; asked += 1) await gateway.ask(viewer, {}, { key, headers: of('ann') });
    expect((await gateway.ask(viewer, {}, { key, headers: of('ann') })).errors?.[0]).toMatchObject({
      extensions: { code: 'RATE_LIMITED' },
    });
    expect((await gateway.ask(viewer, {}, { key, headers: of('bob') })).errors).toBeUndefined();
    expect((await gateway.ask(viewer, {}, { key })).errors).toBeUndefined();
  });

  it('A user is told of his own budget alone: neither what is left of those that he shares with others nor, where one of them refuses him, what is spent', async () => {
    const { gateway, upstream, key } = await withBackend({
      teams: { shop: { monthlyBudget: '0.0004', monthlyBudgetPerUser: '1.00' } },
    });
    const budgets = '{ aiViewer { budgets { name } } }';
    const make = 'mutation { createAiToken(input: { ttlSeconds: 60, user: "ann" }) { token: secret } }';
    const { token } = (await gateway.ask(make, {}, { key })).data.createAiToken;
    for (const credentials of [{ key, headers: of('ann') }, { key: token }])
      expect((await gateway.ask(budgets, {}, credentials)).data.aiViewer.budgets).toEqual([{ name: expect.stringMatching(/^user:u_/) }]);
    expect((await gateway.ask(budgets, {}, { key })).data.aiViewer.budgets).toEqual([{ name: 'team:shop' }]);
    upstream.plays(saying('Hello'));
    const asked: Event[] = [];
    for (let turn = 0; turn < 20; turn += 1) asked.push(await complete(gateway, prompt(`Hi ${turn}`), { key, headers: of('ann') }));
    const refusal = asked.at(-1);
    expect(refusal).toMatchObject({
      __typename: 'OtherFailure',
      code: 'BUDGET_EXCEEDED',
      message: expect.stringContaining('has too little left'),
    });
    const refused = await complete(gateway, prompt('Hi'), { key });
    expect(refused).toMatchObject({ __typename: 'BudgetExceeded', budget: { name: 'team:shop' } });
  });

  it('The ledger adds up by user and by tag; a user sees his own usage alone', async () => {
    const { gateway, upstream, key } = await withBackend();
    for (const [user, feature] of [
      ['ann', 'search'],
      ['ann', 'chat'],
      ['bob', 'search'],
    ] as const) {
      upstream.plays(saying('Hello'));
      await complete(gateway, prompt(`Hi ${user} ${feature}`, { tags: { feature } }), { key, headers: of(user) });
    }
    const report = async (input: object, headers = {}) => {
      await gateway.storage.ledger.flush();
      const time = { from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date(Date.now() + 3_600_000).toISOString() };
      const query = 'query ($input: AiUsageInput!) { aiUsage(input: $input) { rows { key userName calls } } }';
      const { data, errors } = await gateway.ask(query, { input: { ...time, ...input } }, { key, headers });
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
      return data.aiUsage.rows as readonly { readonly key: Event; readonly userName: string | null; readonly calls: number }[];
    };
    const byUser = await report({ groupBy: ['USER'] });
    expect(Object.fromEntries(byUser.map(({ userName, calls }) => [userName, calls]))).toEqual({ ann: 2, bob: 1 });
    expect(byUser.every(({ key: { user } }) => /^u_[\w-]{22}$/.test(user))).toBe(true);
    const byTag = await report({ groupBy: ['TEAM'], groupByTags: ['feature'] });
    expect(byTag.map(({ key: group, calls }) => [group, calls])).toEqual([
      [{ team, tags: { feature: 'chat' } }, 1],
      [{ team, tags: { feature: 'search' } }, 2],
    ]);
    const counted = async (where: object, headers = {}) => (await report({ groupBy: ['TEAM'], where }, headers)).map(({ calls }) => calls);
    expect(await counted({ user: 'ann' })).toEqual([2]);
    expect(await counted({ user: byUser.find(({ userName }) => userName === 'bob')?.key.user })).toEqual([1]);
    expect(await counted({ user: 'ann', tags: { feature: 'search' } })).toEqual([1]);
    expect(await counted({ user: 'nobody' })).toEqual([]);
    expect(await counted({}, of('bob'))).toEqual([1]);
    expect(await counted({ user: 'ann' }, of('bob'))).toEqual([]);
  });

  it('The names of users stand nowhere in the files of the state but in their table', async () => {
    const { gateway, upstream, key } = await withBackend();
    upstream.plays(saying('Hello'));
    await complete(gateway, prompt('Hi', { idempotencyKey: 'k' }), { key, headers: of('very-private-name') });
    await ledgerOf(gateway, key, ['USER']);
    const { database } = gateway.storage;
    const tables = await database.all("select name from sqlite_master where type = 'table' and name not like 'passage%'");
    const holding: string[] = [];
    for (const { name } of tables) {
      const rows = await database.all(`select * from "${String(name)}"`).catch(() => []);
      const text = JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value));
      if (text.includes('very-private-name')) holding.push(String(name));
    }
    expect(holding).toEqual(['end_users']);
  });
});

describe('a key that acts for users over a WebSocket', () => {
  const opened = (gateway: TestGateway, connectionParams: Record<string, unknown>, headers: Record<string, string> = {}) => {
    class WithHeaders extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, { headers });
      }
    }
    const client = createClient({ url: gateway.url.replace('http', 'ws'), webSocketImpl: WithHeaders, retryAttempts: 0, connectionParams });
    return {
      async user(): Promise<unknown> {
        try {
          for await (const { data } of client.iterate<{ readonly aiViewer: { readonly user: string | null } }>({ query: viewer }))
            return data?.aiViewer.user;
          return undefined;
        } finally {
          await client.dispose();
        }
      },
    };
  };

  it.each<[string, Record<string, unknown>, Record<string, string>]>([
    ['connection_init', { 'AI-User': 'ann' }, {}],
    ['headers in connection_init', { headers: { 'ai-user': 'ann' } }, {}],
    ['the header of the upgrade', {}, { 'AI-User': 'ann' }],
    ['both, where they say the same', { 'AI-User': 'ann' }, { 'AI-User': 'ann' }],
  ])('A WebSocket takes the user from %s', async (_, init, headers) => {
    const { gateway, key } = await withBackend();
    expect(await opened(gateway, { authorization: `Bearer ${key}`, ...init }, headers).user()).toBe('ann');
  });

  it.each<[string, Record<string, unknown>, Record<string, string>, number]>([
    ['connection_init and the header of the upgrade name two users', { 'AI-User': 'ann' }, { 'AI-User': 'bob' }, 4400],
    ['connection_init names two users', { 'AI-User': 'ann', 'ai-user': 'bob' }, {}, 4400],
    ['the id of the user is empty', { 'AI-User': '' }, {}, 4400],
    ['the id of the user is a number', { 'AI-User': 4711 }, {}, 4400],
    ['the id of the user is null', { 'AI-User': null }, {}, 4400],
    ['the id of the user in the headers of connection_init is a list', { headers: { 'ai-user': ['ann'] } }, {}, 4400],
    ['the name of the session is a number', { 'AI-Session': 7 }, {}, 4400],
  ])('A WebSocket is closed when %s', async (_, init, headers, code) => {
    const { gateway, key } = await withBackend();
    await expect(opened(gateway, { authorization: `Bearer ${key}`, ...init }, headers).user()).rejects.toMatchObject({ code });
  });

  it('A WebSocket whose key may not act for users is closed with 4403, and says what would be accepted', async () => {
    const { gateway } = await withBackend();
    const { secret } = await newKey(gateway, { team, scopes: ['ai:use'] });
    const asking = opened(gateway, { authorization: `Bearer ${secret}`, 'AI-User': 'ann' }).user();
    await expect(asking).rejects.toMatchObject({ code: 4403, reason: expect.stringContaining('may not act for users') });
  });
});
