import { describe, expect, it } from 'vitest';
import { fromEnvironment } from '../../src/assembly/from-environment.ts';
import { operatorFields } from '../../src/assembly/graph/configured-graph.ts';
import { firstLines } from '../../src/cli/text/first-lines.ts';
import type { GatewayConfig } from '../../src/config/config.ts';
import { runSubgraph } from '../federation/subgraph-server.ts';
import { startGateway, whenOver } from '../harness.ts';
import { folderWith } from './run.ts';

const never = new AbortController().signal;

/** A gateway, and what it is said to print when it listens. */
async function printed(config: GatewayConfig, { folder = '.', isHere = true, maxComposingMs = 20_000 } = {}) {
  const gateway = await startGateway({ ...config, storage: { folder: null } }, { folder });
  const { fields } = operatorFields(config, folder).read;
  const pieces = await Array.fromAsync(
    firstLines(gateway.url.replace('/graphql', ''), gateway, { config, fields, warnings: [], isHere }, never, maxComposingMs),
  );
  return { gateway, pieces, text: pieces.join('') };
}

const library = (blurb: string): Record<string, string> => ({
  'ai.graphql': `extend type Book @key(fields: "id") { id: ID! text: String! ${blurb} }`,
});
const blurb =
  'blurb: String @completion(prompt: "Summarise in five words: {text}", maxInputTokens: 99, maxOutputTokens: 20) @requiresScopes(scopes: [["ai:use"]])';

describe('the first lines', () => {
  it('the first lines say whose key the default route needs, once a real provider has it', async () => {
    const asked = '{ completion(input: { prompt: { text: "Hello" } }) { __typename ... on Failure { code message } } }';
    const { gateway, text } = await printed(fromEnvironment({ OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' }));
    expect(text).toMatch(/Your key +fg_\S+ +\(as Authorization: Bearer; what follows needs it\)/);
    expect((await gateway.ask(asked, {}, { key: null })).data.completion).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'The route "default" needs a key: send "Authorization: Bearer <key>". Routes for completions: embedded.',
    });
    const key = /fg_\S+/.exec(text)?.[0] ?? null;
    expect(await gateway.ask(asked, {}, { key })).toMatchObject({ data: { completion: { __typename: 'ModelUnavailable' } } });
  });

  it('the first lines have queries that can be answered as they stand', async () => {
    const { gateway, text } = await printed(fromEnvironment({}));
    expect(text).not.toContain('needs it');
    const queries = [...text.matchAll(/^ {2}(query .*)$/gm)].map(([, query = '']) => query);
    expect(queries.length).toBeGreaterThan(1);
    for (const query of queries) {
      const answer = await gateway.ask(query, {}, { key: null });
      expect(answer.errors).toBeUndefined();
      expect(JSON.stringify(answer.data)).not.toContain('"message"');
    }
  });

  it('the first lines have no address with the key in it where others than this machine can reach it', async () => {
    const { text } = await printed(fromEnvironment({}), { isHere: false });
    expect(text).toMatch(/GraphiQL +http:\S+\/graphql +\(in a browser\)/);
    expect(text).not.toContain('#key=');
  });

  it('the first lines have the addresses of the pages that are served, and say of the others that they are not', async () => {
    const folder = folderWith({ 'built/index.html': 'Chat' });
    const server = { console: false, pages: { chat: 'built', gone: 'nowhere' } };
    const { gateway, text } = await printed({ ...fromEnvironment({}), server }, { folder });
    expect(gateway.pages).toEqual(['/chat']);
    const [, address = ''] = /^ {2}Chat +(\S+) /m.exec(text) ?? [];
    expect(await (await fetch(address)).text()).toBe('Chat');
    expect(text).toMatch(/^ {2}Gone +not served: the log says why$/m);
    expect(text).not.toContain('Console');
  });

  it('the first lines have a query of the graph that is served, and GraphiQL opens with it', async () => {
    const subgraph = await runSubgraph(
      'library',
      'type Query { archive: [Book!] @authenticated books: [Book!]! } type Book @key(fields: "id") { id: ID! shelf: String @authenticated title: String! text: String! }',
      { Query: { books: () => [{ id: '1', title: 'Kettles', text: 'Kettles boil water. They are made of steel.' }] } },
    );
    whenOver(() => subgraph.close());
    const graph = { subgraphs: [{ name: 'library', url: subgraph.url }], fields: ['ai.graphql'] };
    const { gateway, text } = await printed({ ...fromEnvironment({}), graph }, { folder: folderWith(library(blurb)) });
    expect(text).toContain('  # AI fields on your entities: Book.blurb\n  query Books { books { title blurb } }\n');
    expect(await gateway.ask('query Books { books { title blurb } }', {}, { key: null })).toMatchObject({
      data: { books: [{ title: 'Kettles', blurb: expect.stringMatching(/\w/) }] },
    });
    const page = await (await fetch(gateway.url, { headers: { accept: 'text/html' } })).text();
    expect(page).toContain('query Books {\\n  books {\\n    title\\n    blurb\\n');
    const [, key = ''] = /GraphiQL +http:\S+\/graphql#key=(fg_\S+) /.exec(text) ?? [];
    expect(text).toContain(`Your key    ${key}`);
    expect(page).not.toContain(key);
  });

  it('the first lines have the queries that need no graph while its subgraphs are down', async () => {
    const graph = { subgraphs: [{ name: 'library', url: 'http://127.0.0.1:9/' }], fields: ['ai.graphql'] };
    const { pieces } = await printed({ ...fromEnvironment({}), graph }, { folder: folderWith(library(blurb)), maxComposingMs: 100 });
    expect(pieces[0]).toContain('Your key');
    expect(pieces[1]).toContain('query Routes { aiRoutes');
  });
});
