/** Contracts: variants of the graph without what carries certain tags, by team, for anonymous callers, and by path. */
import { createClient } from 'graphql-ws';
import { beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { callerRules } from '../../src/access/caller-rules.ts';
import { checkConfig } from '../../src/config/check-config.ts';
import type { Principal } from '../../src/core/call/call.ts';
import { type RunningSubgraph, runSubgraph } from '../federation/subgraph-server.ts';
import { plainConfig, startGateway, type TestGateway, whenOver } from '../harness.ts';

const sdl = `
type Query {
  products(first: Int, margin: Boolean @tag(name: "internal")): [Product]
  audit: String @tag(name: "internal")
  tracked: Tracked
  search(filter: Filter): [Result]
  need(token: String! @tag(name: "internal")): String
}
type Product @key(fields: "id") { id: ID! name: String wholesale: Int @tag(name: "internal") state: State }
enum State { LIVE SECRET @tag(name: "internal") }
type Audit @tag(name: "internal") { id: ID note: String }
interface Tracked { id: ID! trace: String }
type Parcel implements Tracked { id: ID! trace: String @tag(name: "internal") weight: Int }
union Result = Parcel | Audit
input Filter { text: String owner: String @tag(name: "internal") }
`;
const resolvers = {
  Query: {
    products: () => [
      { id: '1', name: 'Chair', wholesale: 5, state: 'LIVE' },
      { id: '2', name: 'Plan', wholesale: 6, state: 'SECRET' },
    ],
    audit: () => 'audited',
    tracked: () => ({ __typename: 'Parcel', id: '7', trace: 'abc', weight: 3 }),
    search: () => [
      { __typename: 'Parcel', id: '7', weight: 3 },
      { __typename: 'Audit', id: '8', note: 'secret' },
    ],
    need: () => 'x',
  },
};
const stock = {
  sdl: 'type Query { depot: String } type Product @key(fields: "id") { id: ID! stock: Int shelf: String @tag(name: "internal") }',
  resolvers: {
    Query: { depot: () => 'north' },
    Product: { __resolveReference: ({ id }: { id: string }) => ({ id, stock: 4, shelf: 'A' }) },
  },
};

let shop: RunningSubgraph;
let depot: RunningSubgraph;
let gateway: TestGateway;
/** Of the team that is held to the contract. */
let partner: string;

beforeAll(async () => {
  shop = await runSubgraph('shop', sdl, resolvers);
  depot = await runSubgraph('stock', stock.sdl, stock.resolvers);
  whenOver(() => shop.close());
  whenOver(() => depot.close());
  gateway = await startGateway({
    graph: {
      subgraphs: [
        { name: 'shop', url: shop.url },
        { name: 'stock', url: depot.url },
      ],
      contracts: { public: { excludeTags: ['internal'] }, whole: { excludeTags: ['nothing'] } },
    },
    teams: { partners: { contract: 'public' } },
    anonymous: { scopes: [], contract: 'public' },
  });
  partner = (await gateway.ask('mutation { createAiKey(input: { name: "p", team: "partners", scopes: ["ai:use"] }) { secret } }')).data
    .createAiKey.secret;
});

const asPartner = (query: string) => gateway.ask(query, {}, { key: partner });
const at = async (path: string, query: string, key: string | null = gateway.developmentKey) => {
  const response = await fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, text: await response.text() };
};

describe('a caller who is held to a contract', () => {
  it('a caller who is held to a contract gets what is left of the graph, over subgraphs and keys that it does not see', async () => {
    const { data, errors } = await asPartner('{ products { name stock } depot }');
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      products: [
        { name: 'Chair', stock: 4 },
        { name: 'Plan', stock: 4 },
      ],
      depot: 'north',
    });
  });

  it.each([
    '{ audit }',
    '{ products { wholesale } }',
    '{ products { shelf } }',
    '{ products(margin: true) { id } }',
    '{ search(filter: { owner: "x" }) { __typename } }',
    '{ search { ... on Audit { note } } }',
    '{ tracked { trace } }',
    '{ tracked { ... on Parcel { trace } } }',
    '{ need(token: "x") }',
    '{ need }',
  ])('a caller who is held to a contract is refused what is hidden as if it did not exist: %s', async (query) => {
    const hidden = /audit|wholesale|shelf|margin|owner|Audit|trace|need/;
    const { errors = [] } = await asPartner(query);
    expect(errors).not.toEqual([]);
    const invented = await asPartner(query.replace(hidden, 'zzzzzz'));
    const shape = (answer: typeof errors) =>
      answer.map(({ message }) => message.replace(hidden, 'zzzzzz').replaceAll(/ Did you mean.*/g, ''));
    expect(shape(errors)).toEqual(shape(invented.errors ?? []));
  });

  it('a caller who is held to a contract is told no hidden name where a name is misspelt', async () => {
    const texts = await Promise.all(['{ audi }', '{ products { wholesal shelff } }', '{ products(marginn: true) { id } }'].map(asPartner));
    expect(JSON.stringify(texts)).not.toMatch(/audit|"?wholesale\b|shelf\b|margin\b/);
    expect(JSON.stringify(await gateway.ask('{ audi }'))).toContain('audit');
  });

  it('a caller who is held to a contract sees no hidden name in the schema', async () => {
    const { data } = await asPartner(
      '{ __schema { types { name fields { name args { name } } inputFields { name } enumValues { name } possibleTypes { name } } } }',
    );
    // Ours have names of their own, such as `AiConversation.owner`.
    const text = JSON.stringify(data.__schema.types.filter(({ name }: { name: string }) => !name.startsWith('Ai')));
    expect(text).not.toMatch(/"(audit|Audit|wholesale|shelf|margin|owner|SECRET|trace|need)"/);
    expect(text).toMatch(/"Parcel"/);
    const whole = await gateway.ask('{ __type(name: "Audit") { name } }');
    expect(whole.data).toEqual({ __type: { name: 'Audit' } });
  });

  it('a caller who is held to a contract gets null for a value that is hidden, and nothing of an object of a hidden type', async () => {
    const { data } = await asPartner('{ products { id state } search { __typename ... on Parcel { weight } } }');
    expect(data.products).toEqual([
      { id: '1', state: 'LIVE' },
      { id: '2', state: null },
    ]);
    expect(data.search).toEqual([{ __typename: 'Parcel', weight: 3 }, null]);
  });

  it('a caller who is held to a contract is quoted by what it sees', async () => {
    const { errors } = await gateway.ask(
      'query ($document: String!) { aiQuote(document: $document) { allowed } }',
      { document: '{ audi }' },
      { key: partner },
    );
    expect(JSON.stringify(errors)).not.toContain('audit');
  });

  it('a caller who is held to a contract asks models beside, and through the whole graph too', async () => {
    const { data } = await asPartner('{ completion(input: { prompt: { text: "Hi" } }) { __typename } }');
    expect(data).toEqual({ completion: { __typename: 'Completion' } });
  });

  it('a caller who is held to a contract may not ask by the path of another contract', async () => {
    expect(await at('/whole', '{ audit }', partner)).toMatchObject({ status: 403, text: expect.stringContaining('FORBIDDEN') });
    expect((await at('/public', '{ depot }', partner)).text).toContain('north');
  });

  it('a caller who is held to a contract is held to it without credentials', async () => {
    expect(await gateway.ask('{ depot }', {}, { key: null })).toMatchObject({ data: { depot: 'north' } });
    expect((await gateway.ask('{ audit }', {}, { key: null })).errors).toHaveLength(1);
  });
});

describe('the path of a contract', () => {
  it('the path of a contract shows it to callers who may see the whole', async () => {
    expect((await at('/public', '{ depot }')).text).toContain('north');
    expect((await at('/public', '{ audit }')).text).toContain('Cannot query field');
    expect((await at('', '{ audit }')).text).toContain('audited');
  });

  it('the path of a contract that has no contract is not there', async () => {
    expect(await at('/none', '{ depot }')).toMatchObject({ status: 404 });
  });

  it('the path of a contract serves WebSockets too', async () => {
    const ask = async (path: string, query: string): Promise<string> => {
      const client = createClient({
        url: `${gateway.url.replace('http', 'ws')}${path}`,
        webSocketImpl: WebSocket,
        connectionParams: { Authorization: `Bearer ${gateway.developmentKey}` },
      });
      try {
        const results: unknown[] = [];
        for await (const result of client.iterate({ query })) results.push(result);
        return JSON.stringify(results);
      } catch (error) {
        return JSON.stringify(error);
      } finally {
        await client.dispose();
      }
    };
    expect(await ask('/public', '{ depot }')).toContain('north');
    expect(await ask('/public', '{ audit }')).toContain('Cannot query field');
    expect(await ask('', '{ audit }')).toContain('audited');
  });
});

describe('a team in the store', () => {
  const update = 'mutation ($contract: String) { updateAiTeam(id: "guests", input: { contract: $contract }) { contract } }';
  const hold = (contract: string | null) => gateway.ask(update, { contract });

  it('a team in the store is held to a contract from the next operation on, also over a WebSocket that is open', async () => {
    await gateway.ask('mutation { createAiTeam(input: { id: "guests" }) { contract } }');
    const make = 'mutation { createAiKey(input: { name: "g", team: "guests", scopes: ["ai:use"] }) { secret } }';
    const key = (await gateway.ask(make)).data.createAiKey.secret;
    const client = createClient({
      url: gateway.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { Authorization: `Bearer ${key}` },
      lazy: false,
    });
    whenOver(() => client.dispose());
    const overSocket = async (): Promise<string> => {
      try {
        for await (const result of client.iterate({ query: '{ audit }' })) return JSON.stringify(result);
        return 'nothing';
      } catch (error) {
        return JSON.stringify(error);
      }
    };
    const answers = async () => [JSON.stringify((await gateway.ask('{ audit }', {}, { key })).errors ?? 'audited'), await overSocket()];
    for (const answer of await answers()) expect(answer).toContain('audited');
    expect((await hold('public')).data.updateAiTeam).toEqual({ contract: 'public' });
    for (const answer of await answers()) expect(answer).toContain('Cannot query field');
    expect((await at('/whole', '{ depot }', key)).text).toContain('You may see the graph of the contract \\"public\\" alone');
    await hold(null);
    for (const answer of await answers()) expect(answer).toContain('audited');
  });

  it('a team in the store is refused a contract that the configuration has not', async () => {
    expect((await hold('none')).errors).toMatchObject([
      { message: 'There is no contract "none". Contracts of the configuration: public, whole.', extensions: { code: 'BAD_REQUEST' } },
    ]);
  });

  it('a team in the store whose contract is gone from the configuration sees nothing at all', () => {
    const { contractOf } = callerRules(() => ({
      ...{ contracts: ['whole'], contractOfAnonymous: null, acceptForeignTokens: false, issuers: new Set<string>() },
    }));
    const held: Principal = { id: 'key:a', kind: 'key', team: 'guests', scopes: [], routes: null, limits: [], contract: 'public' };
    for (const asked of [null, 'public', 'whole'])
      expect(() => contractOf(held, asked)).toThrow('the configuration has none of that name any more');
  });

  it('a team that asks for another contract is told the paths of its own, below the base path', () => {
    const rules = { contracts: ['public', 'whole'], contractOfAnonymous: null, acceptForeignTokens: false, issuers: new Set<string>() };
    const held: Principal = { id: 'key:a', kind: 'key', team: 'guests', scopes: [], routes: null, limits: [], contract: 'public' };
    expect(() => callerRules(() => rules, '/tools').contractOf(held, 'whole')).toThrow('ask /tools/graphql, or /tools/graphql/public.');
    expect(() => callerRules(() => rules).contractOf(held, 'whole')).toThrow('ask /graphql, or /graphql/public.');
  });
});

it('a contract that leaves nothing of Query is not served, and the reason names it', async () => {
  const only = await runSubgraph('only', 'type Query { audit: String @tag(name: "internal") }', { Query: { audit: () => 'x' } });
  whenOver(() => only.close());
  const bare = await startGateway({
    graph: { ai: false, subgraphs: [{ name: 'only', url: only.url }], contracts: { public: { excludeTags: ['internal'] } } },
  });
  expect(bare.graph.status()).toMatchObject({
    ready: false,
    reasons: ['graph.contracts.public leaves no field of Query. Exclude fewer tags: internal.'],
  });
});

describe('the configuration', () => {
  const mistakesOf = (changes: object): readonly string[] => checkConfig({ ...plainConfig, ...changes }, process.cwd()).mistakes;
  const graph = { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:1/' }], contracts: { public: { excludeTags: ['internal'] } } };

  it.each([
    ['teams.web.contract is "none". Contracts: public.', { graph, teams: { web: { contract: 'none' } } }],
    ['anonymous.contract is "none". Contracts: public.', { graph, anonymous: { contract: 'none' } }],
    [
      'graph.contracts.a/b is no name of a contract. It must have letters, digits, _ and - alone, since it stands in a path.',
      { graph: { ...graph, contracts: { 'a/b': { excludeTags: ['x'] } } } },
    ],
    [
      'graph.contracts.schema is no name of a contract: /graphql/schema shows the schema of the graph. Choose another name.',
      { graph: { ...graph, contracts: { schema: { excludeTags: ['x'] } } } },
    ],
    [
      'graph.contracts.public.excludeTags is empty. A contract without tags is the whole graph.',
      { graph: { ...graph, contracts: { public: { excludeTags: [] } } } },
    ],
    [
      'graph.contracts needs graph.subgraphs or graph.supergraph: the AI subgraph alone has no tags.',
      { graph: { contracts: graph.contracts } },
    ],
  ])('the configuration refuses: %s', (sentence, changes) => {
    expect(mistakesOf(changes)).toEqual([sentence]);
  });
});
