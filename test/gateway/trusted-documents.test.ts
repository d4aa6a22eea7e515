/** Trusted documents at each door: by HTTP, as a stream and over WebSocket, as stock clients name them. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { generate } from '@graphql-codegen/cli';
import { createClient as createSocketClient } from 'graphql-ws';
import { beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { createClient } from '../../src/client/sdk.ts';
import { aiConfig, aiDocuments } from '../../src/codegen/codegen.ts';
import { Secret } from '../../src/core/secret.ts';
import { folderWith } from '../cli/run.ts';
import { plainConfig, startGateway, type TestGateway, whenOver } from '../harness.ts';

const routes = 'query Routes { aiRoutes { name } }';
const write = 'mutation Write($input: CompletionInput!) { complete(input: $input) { __typename ... on Completion { text } } }';
const follow = 'subscription Follow($input: CompletionInput!) { completionStream(input: $input) { __typename ... on TextDelta { text } } }';
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const input = { prompt: { text: 'Hello?' } };

/** As the client preset writes it for an app with these operations and those of `fieldgate/client`. */
async function persistedBy(schema: string): Promise<string> {
  const files = (await generate(
    {
      schema,
      documents: [routes, write, follow, aiDocuments],
      generates: { 'gql/': { preset: 'client', config: aiConfig, presetConfig: { persistedDocuments: true } } },
      silent: true,
    },
    false,
  )) as readonly { readonly filename: string; readonly content: string }[];
  return files.find(({ filename }) => filename.endsWith('persisted-documents.json'))?.content ?? '';
}

describe('trusted documents', { timeout: 30_000 }, () => {
  const gateways = new Map<'list' | 'ids', { readonly gateway: TestGateway; readonly key: string }>();
  let persisted: Readonly<Record<string, string>>;
  const idOf = (name: string): string =>
    Object.entries(persisted).find(([, text]) => new RegExp(`^(query|mutation|subscription) ${name}\\b`).test(text))?.[0] ?? '';
  beforeAll(async () => {
    const plain = await startGateway();
    const { data } = await plain.ask('mutation { createAiKey(input: { name: "b", team: "web", scopes: ["ai:use"] }) { secret } }');
    const sdl = await (await fetch(`${plain.url}/schema`, { headers: { authorization: `Bearer ${data.createAiKey.secret}` } })).text();
    const list = await persistedBy(sdl);
    persisted = JSON.parse(list);
    const folder = folderWith({ 'web/persisted-documents.json': list });
    for (const level of ['list', 'ids'] as const) {
      const trustedDocuments = { files: ['web/persisted-documents.json'], level };
      const gateway = await startGateway({ ...plainConfig, graph: { trustedDocuments } }, { folder });
      const made = await gateway.ask('mutation { createAiKey(input: { name: "b", team: "web", scopes: ["ai:use"] }) { secret } }');
      gateways.set(level, { gateway, key: made.data.createAiKey.secret });
    }
  }, 60_000);

  const at = (level: 'list' | 'ids') => gateways.get(level) ?? expect.unreachable();
  const posted = async (level: 'list' | 'ids', body: object, headers: Readonly<Record<string, string>> = {}) => {
    const { gateway, key } = at(level);
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  };

  it.each([
    { form: 'documentId', body: (id: string) => ({ documentId: id }) },
    { form: 'documentId without its prefix', body: (id: string) => ({ documentId: id.replace('sha256:', '') }) },
    {
      form: 'persistedQuery of Apollo and urql',
      body: (id: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: id.replace('sha256:', '') } } }),
    },
  ])('trusted documents of the client preset are run by $form: a query, a mutation and a stream', async ({ body }) => {
    for (const level of ['list', 'ids'] as const) {
      expect((await posted(level, body(idOf('Routes')))).text).toContain('"name":"default"');
      expect((await posted(level, { ...body(idOf('Write')), variables: { input } })).text).toContain('"__typename":"Completion"');
      const events = await posted(level, { ...body(idOf('Follow')), variables: { input } }, { accept: 'text/event-stream' });
      expect(events.text).toContain('"__typename":"CompletionFinished"');
    }
  });

  it('trusted documents are run by GET, but for those that call a model or change something', async () => {
    const { gateway, key } = at('ids');
    const get = (query: Record<string, string>): Promise<Response> =>
      fetch(`${gateway.url}?${new URLSearchParams(query)}`, { headers: { authorization: `Bearer ${key}` } });
    expect(await (await get({ documentId: idOf('Routes') })).text()).toContain('"name":"default"');
    const persistedQuery = { version: 1, sha256Hash: idOf('Routes').replace('sha256:', '') };
    expect(await (await get({ extensions: JSON.stringify({ persistedQuery }) })).text()).toContain('"name":"default"');
    expect((await get({ documentId: idOf('Write'), variables: JSON.stringify({ input }) })).status).toBe(405);
  });

  it('trusted documents are run over a WebSocket, and others are refused there, too', async () => {
    const { gateway, key } = at('ids');
    const client = createSocketClient({
      url: gateway.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${key}` },
    });
    whenOver(() => client.dispose());
    const kinds: unknown[] = [];
    for await (const { data } of client.iterate({ query: '', documentId: idOf('Follow'), variables: { input } } as never))
      kinds.push((data as { readonly completionStream: { readonly __typename: string } }).completionStream.__typename);
    expect([kinds[0], kinds.at(-1)]).toEqual(['CompletionStarted', 'CompletionFinished']);
    await expect(client.iterate({ query: follow, variables: { input } }).next()).rejects.toMatchObject([
      { extensions: { code: 'DOCUMENT_NOT_TRUSTED' } },
    ]);
  });

  it.each(['list', 'ids'] as const)(
    'a key that loses ai:freeform sends no free document more over the WebSocket that it has open: %s',
    async (level) => {
      const { gateway } = at(level);
      const scopes = ['ai:use', 'ai:freeform'];
      const { data } = await gateway.ask(
        'mutation ($scopes: [String!]!) { createAiKey(input: { name: "f", team: "web", scopes: $scopes }) { secret key { id } } }',
        { scopes },
      );
      const { secret, key } = data.createAiKey;
      const client = createSocketClient({
        url: gateway.url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        lazy: false,
        connectionParams: { authorization: `Bearer ${secret}` },
      });
      whenOver(() => client.dispose());
      const free = (extensions = {}): Promise<unknown> => client.iterate({ query: '{ aiRoutes { description } }', extensions }).next();
      expect(await free()).toMatchObject({ value: { data: { aiRoutes: expect.anything() } } });
      const narrowed = await gateway.ask('mutation ($id: ID!) { updateAiKey(id: $id, input: { scopes: ["ai:use"] }) { scopes } }', {
        id: key.id,
      });
      expect(narrowed.errors).toBeUndefined();
      const connectionInit = { authorization: `Bearer ${secret}` };
      for (const extensions of [{}, { connectionInit }, {}])
        await expect(free(extensions)).rejects.toMatchObject([{ extensions: { code: 'DOCUMENT_NOT_TRUSTED' } }]);
      const listed = client.iterate({ query: '', documentId: idOf('Routes') } as never).next();
      expect(await listed).toMatchObject({ value: { data: { aiRoutes: expect.anything() } } });
    },
  );

  it('trusted documents with one changed character are DOCUMENT_NOT_TRUSTED, with the sentence, as text and by id', async () => {
    const listed = persisted[idOf('Routes')] ?? '';
    expect((await posted('list', { query: listed })).status).toBe(200);
    const changed = await posted('list', { query: listed.replace('name', 'names') });
    expect([changed.status, changed.text]).toEqual([403, expect.stringContaining('"code":"DOCUMENT_NOT_TRUSTED"')]);
    expect(changed.text).toContain('not one of the trusted documents');
    for (const body of [{ query: listed }, { documentId: `${idOf('Routes').slice(0, -1)}z` }]) {
      const refused = await posted('ids', body);
      expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('"code":"DOCUMENT_NOT_TRUSTED"')]);
    }
    expect((await posted('ids', { query: listed, documentId: idOf('Routes') })).status).toBe(400);
  });

  it('trusted documents keep introspection and free texts to callers with ai:freeform, such as the key of development', async () => {
    for (const level of ['list', 'ids'] as const) {
      expect((await posted(level, { query: '{ __schema { types { name } } }' })).text).toContain('DOCUMENT_NOT_TRUSTED');
      expect(await at(level).gateway.ask('{ aiRoutes { name description } }')).toMatchObject({ status: 200, data: expect.anything() });
    }
  });

  it('trusted documents have what fieldgate/client asks where a list has its documents: a stream, a stop, a query', async () => {
    const { gateway, key } = at('list');
    const gate = createClient({ url: gateway.url, token: key });
    expect(await gate.complete(input).done).toMatchObject({ status: 'completed' });
    const stopped = gate.complete({ prompt: { text: 'Stop me.' } });
    stopped.subscribe(() => {});
    await stopped.cancel();
    expect((await gate.query<{ readonly aiRoutes: readonly unknown[] }, object>(routes)).data.aiRoutes.length).toBeGreaterThan(0);
    await expect(gate.query('{ aiRoutes { description } }')).rejects.toMatchObject({ code: 'DOCUMENT_NOT_TRUSTED' });
  });

  it('trusted documents are sent by Apollo Client in its own form, which sends no text after a refusal', async () => {
    const { gateway, key } = at('ids');
    const bodies: string[] = [];
    const link = new PersistedQueryLink({
      sha256: (text) =>
        Object.entries(persisted)
          .find(([, one]) => one.replace(/\s+/g, '') === text.replace(/\s+/g, ''))?.[0]
          .slice(7) ?? hashOf(text),
    }).concat(
      new HttpLink({
        uri: gateway.url,
        headers: { authorization: `Bearer ${key}` },
        fetch: (url, init) => {
          bodies.push(String(init?.body));
          return fetch(url, init);
        },
      }),
    );
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    // The cache adds __typename: the hash is that of the text that Apollo would send.
    const { error } = await client.query({ query: gql('query Other { aiRoutes { name } }'), errorPolicy: 'all' });
    expect(String(error)).toContain('There is no trusted document');
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).not.toContain('query Other');
  });

  it.each([false, true])(
    'Apollo Client sends the text after its hash where a gateway has no trusted documents, by GET: %s',
    async (byGet) => {
      const gateway = await startGateway();
      const answers: number[] = [];
      const link = new PersistedQueryLink({ sha256: hashOf, useGETForHashedQueries: byGet }).concat(
        new HttpLink({
          uri: gateway.url,
          headers: { authorization: `Bearer ${gateway.developmentKey}` },
          async fetch(url, init) {
            const response = await fetch(url, init);
            answers.push(response.status);
            return response;
          },
        }),
      );
      const client = new ApolloClient({ link, cache: new InMemoryCache() });
      const { data } = await client.query({ query: gql(routes) });
      expect(data).toMatchObject({ aiRoutes: expect.anything() });
      await client.query({ query: gql('query More { aiRoutes { description } }') });
      // The first hash alone is in vain.
      expect(answers).toEqual([400, 200, 200]);
    },
  );

  it('trusted documents are named in the ledger as their list names them, however clients do', async () => {
    const gateway = await startGateway(
      { ...plainConfig, graph: { trustedDocuments: { files: ['list.json'] } } },
      { folder: folderWith({ 'list.json': JSON.stringify({ [`sha256:${hashOf(write)}`]: write }) }) },
    );
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${gateway.developmentKey}` };
    const persistedQuery = { version: 1, sha256Hash: hashOf(write) };
    for (const named of [{ documentId: `sha256:${hashOf(write)}` }, { documentId: hashOf(write) }, { extensions: { persistedQuery } }])
      await fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify({ ...named, variables: { input } }) });
    await gateway.storage.ledger.flush();
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const to = new Date(Date.now() + 3_600_000).toISOString();
    const document = 'query ($input: AiCallsInput!) { aiCalls(input: $input) { calls { operation documentId } } }';
    const { data } = await gateway.ask(document, { input: { from, to } });
    expect(data.aiCalls.calls).toEqual(Array(3).fill({ operation: 'Write', documentId: `sha256:${hashOf(write)}` }));
  });

  it('an id beside a text is not in the ledger, since no list vouches for it', async () => {
    const gateway = await startGateway();
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${gateway.developmentKey}` };
    await fetch(gateway.url, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: write, documentId: 'made up', variables: { input } }),
    });
    await gateway.storage.ledger.flush();
    const range = { from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date(Date.now() + 3_600_000).toISOString() };
    const { data } = await gateway.ask('query ($input: AiCallsInput!) { aiCalls(input: $input) { calls { operation documentId } } }', {
      input: range,
    });
    expect(data.aiCalls.calls).toEqual([{ operation: 'Write', documentId: null }]);
  });

  it('trusted documents are refused by name where a router asks, which writes documents of its own', async () => {
    const folder = folderWith({ 'list.json': JSON.stringify({ routes }) });
    const graph = { trustedDocuments: { files: ['list.json'] } };
    await expect(startGateway({ ...plainConfig, graph }, { folder, router: new Secret('between us') })).rejects.toThrow(
      'graph.trustedDocuments cannot hold where a router asks',
    );
  });

  it('trusted documents are read again with the configuration, and a broken list changes nothing', async () => {
    const folder = folderWith({ 'list.json': JSON.stringify({ old: routes }) });
    const config = { ...plainConfig, graph: { trustedDocuments: { files: ['list.json'], level: 'ids' as const } } };
    const gateway = await startGateway(config, { folder });
    const ask = async (documentId: string): Promise<number> => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${gateway.developmentKey}` };
      return (await fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify({ documentId }) })).status;
    };
    expect([await ask('old'), await ask('new')]).toEqual([200, 403]);
    writeFileSync(join(folder, 'list.json'), JSON.stringify({ new: routes }));
    await gateway.reconfigure(config);
    expect([await ask('old'), await ask('new')]).toEqual([403, 200]);
    writeFileSync(join(folder, 'list.json'), '{');
    await expect(gateway.reconfigure(config)).rejects.toThrow('list.json is no JSON');
    expect(await ask('new')).toBe(200);
  });
});
