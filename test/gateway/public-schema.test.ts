/** `GET /graphql/schema`: what a caller sees of the graph, as SDL. */
import { buildSchema } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { runSubgraph } from '../federation/subgraph-server.ts';
import { startGateway, type TestGateway, whenOver } from '../harness.ts';

let gateway: TestGateway;
let keyOf: (scopes: string[], team: string) => Promise<string>;

beforeAll(async () => {
  const shop = await runSubgraph(
    'shop',
    'type Query { hats: [Hat!]! } type Hat @key(fields: "id") { id: ID! wholesale: Int @tag(name: "internal") }',
    {},
  );
  whenOver(() => shop.close());
  gateway = await startGateway({
    graph: { subgraphs: [{ name: 'shop', url: shop.url }], contracts: { mobile: { excludeTags: ['internal'] } } },
    teams: { partners: { contract: 'mobile' } },
  });
  keyOf = async (scopes, team) => {
    const { data } = await gateway.ask(`mutation ($input: CreateAiKeyInput!) { createAiKey(input: $input) { secret } }`, {
      input: { name: 'a build', team, scopes },
    });
    return data.createAiKey.secret;
  };
});

const get = (path: string, key: string | null, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${gateway.url}${path}`, { headers: { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...headers } });

describe('GET /graphql/schema', () => {
  it('GET /graphql/schema gives a key the schema as SDL with a tag, and 304 to who has it already, also behind a proxy that weakened the tag', async () => {
    const key = await keyOf(['ai:use'], 'search');
    const response = await get('/schema', key);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(response.headers.get('cache-control')).toBe('private, no-cache');
    const schema = buildSchema(await response.text());
    expect(schema.getType('Hat')).toBeDefined();
    expect(schema.getSubscriptionType()?.getFields()['completionStream']).toBeDefined();
    const etag = response.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await get('/schema', key, { 'if-none-match': tag });
      expect([again.status, await again.text()]).toEqual([304, '']);
    }
    expect((await get('/schema', key, { 'if-none-match': '"other"' })).status).toBe(200);
    const head = await fetch(`${gateway.url}/schema`, { method: 'HEAD', headers: { authorization: `Bearer ${key}` } });
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, '']);
  });

  it('GET /graphql/schema gives a team with a contract the graph of its contract alone, and everybody that of a contract by its path', async () => {
    const whole = await keyOf(['ai:use'], 'search');
    const held = await keyOf(['ai:use'], 'partners');
    expect(await (await get('/schema', whole)).text()).toContain('wholesale');
    expect(await (await get('/mobile/schema', whole)).text()).not.toContain('wholesale');
    expect(await (await get('/schema', held)).text()).not.toContain('wholesale');
  });

  it('GET /graphql/schema refuses a key without ai:use, a key that is none, another method, and a page of a foreign origin', async () => {
    const poor = await get('/schema', await keyOf(['ai:usage'], 'search'));
    expect([poor.status, await poor.json()]).toMatchObject([
      403,
      {
        errors: [{ message: 'The schema is for callers with the scope "ai:use". You have: ai:usage.', extensions: { code: 'FORBIDDEN' } }],
      },
    ]);
    expect((await get('/schema', `fg_${'a'.repeat(12)}_${'b'.repeat(43)}`)).status).toBe(401);
    const posted = await fetch(`${gateway.url}/schema`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    const foreign = await get('/schema', await keyOf(['ai:use'], 'search'), { origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
    expect((await get('/none/schema', null)).status).toBe(404);
  });
});
