import { beforeAll, describe, expect, it } from 'vitest';
import { chunkByChunk } from '../../src/core/batch.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { patternGuard } from '../../src/pipeline/guard/pattern-guard.ts';
import { double } from '../doubles.ts';
import { post } from '../server/http-client.ts';
import { newKey } from './asking.ts';
import { promptOf, type Teams, teams } from './teams.ts';

const ids = ['1', '2', '3'];
const remote = {
  shop: {
    sdl: `type Query { products: [Product!]! shelf: Shelf! }
      type Shelf { label: String! product: Product! }
      type Product @key(fields: "id") { id: ID! name: String! description: String! }`,
    resolvers: {
      Query: { products: () => ids.map(product), shelf: () => ({ label: 'top', product: product('2') }) },
      Product: { __resolveReference: ({ id }: { id: string }) => product(id) },
    },
  },
  stock: {
    sdl: 'type Product @key(fields: "id") { id: ID! stock: Int! reviews: [Review!]! } type Review @key(fields: "id") { id: ID! body: String! }',
    resolvers: {
      Product: {
        stock: ({ id }: { id: string }) => Number(id) * 10,
        reviews: ({ id }: { id: string }) => ['a', 'b'].map((part) => review(`${id}${part}`)),
      },
      Review: { __resolveReference: ({ id }: { id: string }) => review(id) },
    },
  },
};
function product(id: string) {
  return { id, name: `Product ${id}`, description: `number ${id}` };
}
function review(id: string) {
  return { id, body: `review ${id}` };
}
const scoped = '@requiresScopes(scopes: [["ai:use"]])';
const fields = `type Facts { grams: Int! } enum Mood { GOOD BAD }
  extend type Product @key(fields: "id") { id: ID! description: String!
    summary(how: String!): String @completion(prompt: "{how}: {description}", maxInputTokens: 400, maxOutputTokens: 50) ${scoped}
    facts: Facts @completion(prompt: "facts of {description}", maxInputTokens: 400, maxOutputTokens: 50) ${scoped}
    slogan: String @completion(prompt: "slogan of {description}", maxInputTokens: 400, maxOutputTokens: 50) ${scoped}
    vector: Vector @embedding(text: "{description}", maxInputTokens: 400) ${scoped} }
  extend type Review @key(fields: "id") { id: ID! body: String!
    mood: Mood @completion(prompt: "mood of {body}", maxInputTokens: 400, maxOutputTokens: 50) ${scoped} }`;

describe('AI fields are nullable: a model failure nulls its own field and never a sibling of another team', () => {
  let graph: Teams;
  beforeAll(async () => {
    const provider = double('model', async function* (request, { signal }) {
      if (request.kind === 'embedding') throw new GatewayError('MODEL_UNAVAILABLE', 'It is down.');
      const prompt = promptOf(request);
      if (prompt.includes('number 2') || prompt.includes('review 2b')) {
        if (prompt.includes('breaks')) throw new Error('A bug of the adapter.');
        if (prompt.includes('refuses')) throw new GatewayError('RATE_LIMITED', 'Too many.', { retryAfterMs: 5 });
        if (prompt.includes('hangs')) await new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason)));
        if (prompt.includes('says it')) yield { type: 'text', text: 'a secret word' };
        if (prompt.includes('facts') || prompt.includes('mood')) yield { type: 'text', text: '{"grams":"much","value":"SO SO"}' };
        yield { type: 'finish', reason: prompt.includes('withholds') ? 'content-filter' : 'stop' };
        return;
      }
      yield { type: 'text', text: request.output.format === 'json' ? '{"grams":5,"value":"GOOD"}' : 'A sum.' };
      yield { type: 'finish', reason: 'stop' };
    });
    graph = await teams({
      remote,
      fields,
      provider: {
        ...provider,
        // The schema of each field is closed: only what it asks for is sent back.
        async *send(request, options) {
          const schema = request.kind === 'completion' && request.output.format === 'json' ? request.output.schema : null;
          const names = Object.keys((schema?.['properties'] ?? {}) as object);
          for await (const chunk of chunkByChunk(provider.send(request, options))) {
            if (chunk.type !== 'text' || names.length === 0) yield chunk;
            else {
              const all = JSON.parse(chunk.text) as Record<string, unknown>;
              yield { type: 'text', text: JSON.stringify(Object.fromEntries(names.map((name) => [name, all[name]]))) };
            }
          }
        },
      },
      route: { totalMs: 8_000 },
      config: {
        guardrails: [{ guardrail: patternGuard({ name: 'secrets', patterns: ['secret'], message: 'It stays inside.' }), routes: '*' }],
      },
    });
  });
  const whole = (id: string, own: object) => ({ id, name: `Product ${id}`, stock: Number(id) * 10, ...own });

  it.each([
    ['breaks', 'INTERNAL'],
    ['refuses', 'MODEL_UNAVAILABLE'],
    ['hangs', 'TIMEOUT'],
    ['withholds', 'GUARDRAIL_BLOCKED'],
    ['says it', 'GUARDRAIL_BLOCKED'],
  ])(
    'a failure of a model nulls its own field alone in the middle of a list, where the model %s: one null, one error at its place with code %s',
    async (how, code) => {
      const { data, errors } = await graph.gateway.ask('query($how: String!) { products { id name summary(how: $how) stock slogan } }', {
        how,
      });
      expect(data.products.map(({ slogan: _, ...rest }: { slogan: unknown }) => rest)).toEqual([
        whole('1', { summary: 'A sum.' }),
        whole('2', { summary: null }),
        whole('3', { summary: 'A sum.' }),
      ]);
      expect(errors?.filter(({ path }) => path?.includes('summary'))).toMatchObject([
        { path: ['products', 1, 'summary'], extensions: { code } },
      ]);
    },
  );

  it('a failure of a model nulls its own field alone, also where its parents and neighbours may not be null', async () => {
    const { data, errors } = await graph.gateway.ask('{ shelf { label product { id name facts { grams } stock } } }');
    expect(data).toEqual({ shelf: { label: 'top', product: whole('2', { facts: null }) } });
    expect(errors).toMatchObject([{ path: ['shelf', 'product', 'facts'], extensions: { code: 'INVALID_OUTPUT' } }]);
  });

  it('a failure of a model nulls its own field alone in lists in lists of two teams', async () => {
    const { data, errors } = await graph.gateway.ask('{ products { id reviews { id body mood } } }');
    const moods = data.products.flatMap(({ reviews }: { reviews: { mood: unknown }[] }) => reviews.map(({ mood }) => mood));
    expect(moods).toEqual(['GOOD', 'GOOD', 'GOOD', null, 'GOOD', 'GOOD']);
    expect(errors).toMatchObject([{ path: ['products', 1, 'reviews', 1, 'mood'], extensions: { code: 'INVALID_OUTPUT' } }]);
  });

  it('a failure of a model nulls its own field alone when a whole batch fails: every vector is null, and nothing else', async () => {
    const { data, errors } = await graph.gateway.ask('{ products { id name vector stock } }');
    expect(data.products).toEqual(ids.map((id) => whole(id, { vector: null })));
    expect(errors?.map(({ path }) => path)).toEqual(ids.map((_, index) => ['products', index, 'vector']));
  });

  it('a failure of a model nulls its own field alone when the caller may not have it: nothing else is refused', async () => {
    const { secret: key } = await newKey(graph.gateway, { scopes: ['ai:usage'] });
    const { data, errors } = await graph.gateway.ask('{ products { id name slogan stock } }', {}, { key });
    expect(data.products).toEqual(ids.map((id) => whole(id, { slogan: null })));
    expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['FORBIDDEN']));
  });

  it('a failure of a model nulls its own field alone in a deferred part', async () => {
    const response = await post(
      graph.gateway.url,
      { query: '{ products { id name stock ... @defer { summary(how: "breaks") } } }' },
      { accept: 'multipart/mixed', authorization: `Bearer ${graph.gateway.developmentKey}` },
    );
    const parts = (await response.text())
      .split('\r\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    expect(parts[0].data.products).toEqual(ids.map((id) => whole(id, {})));
    expect(parts[0].errors).toBeUndefined();
    const increments = parts.flatMap(({ incremental }) => incremental ?? []);
    const at = (index: number) => increments.find(({ path }) => path.join('.') === `products.${index}`);
    expect([0, 1, 2].map((index) => at(index).data)).toEqual([{ summary: 'A sum.' }, { summary: null }, { summary: 'A sum.' }]);
    expect(at(1).errors).toMatchObject([{ path: ['products', 1, 'summary'], extensions: { code: 'INTERNAL' } }]);
    expect(at(0).errors).toBeUndefined();
  });
});
